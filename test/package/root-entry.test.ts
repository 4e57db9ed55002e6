import { readFileSync } from "node:fs";
import ts from "typescript";
import { describe, expect, it } from "vitest";

/** Values and types; whoever adds one takes another away. */
const names = [
  "acceptClients",
  "connect",
  "ConnectOptions",
  "connectToServer",
  "defaultLimits",
  "ErrorCode",
  "formatKeyFile",
  "generateIdentity",
  "Identity",
  "loadIdentity",
  "loadParties",
  "MessageShape",
  "parseKeyFile",
  "parsePartiesFile",
  "Party",
  "PartyEntry",
  "Progress",
  "ProtocolId",
  "ProtocolRun",
  "saveIdentity",
  "SessionLimits",
  "simulate",
  "simulateStar",
  "Traffic",
  "VeilshareError",
];

function exportedNames(file: string): string[] {
  const source = ts.createSourceFile(file, readFileSync(file, "utf8"), ts.ScriptTarget.ES2022);
  return source.statements.flatMap((statement) => {
    const clause = ts.isExportDeclaration(statement) ? statement.exportClause : undefined;
    if (clause === undefined || !ts.isNamedExports(clause))
      throw new Error(`${file}: expected named exports only`);
    return clause.elements.map((element) => element.name.text);
  });
}

describe("the root entry", () => {
  it("has the 25 names of sessions, keys and errors, and no others", () => {
    const inOrder = (list: readonly string[]): string[] => [...list].sort((a, b) => a.localeCompare(b));
    expect(inOrder(exportedNames("src/index.ts"))).toEqual(inOrder(names));
    expect(names.length).toBeLessThanOrEqual(25);
  });
});
