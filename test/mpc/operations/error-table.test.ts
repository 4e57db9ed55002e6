import { existsSync, readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

/**
 * What docs/computing-on-shares.md says of an operation's error and what its docstring says: both name the part of the
 * result and the units of the last place, of which the larger bounds the error.
 */
const page = readFileSync("docs/computing-on-shares.md", "utf8");
const folder = "src/mpc/operations";
const sources = [...readdirSync(folder).map((name) => `${folder}/${name}`), "src/mpc/engine.ts"];

/** From the name of an exported function, or of a method of the engine, to the error in its docstring. */
function documented(): Map<string, string> {
  const found = new Map<string, string>();
  for (const file of sources) {
    const text = readFileSync(file, "utf8");
    const pattern =
      /\/\*\*((?:(?!\*\/)[\s\S])*?)\*\/\s*(?:export (?:async )?function (\w+)|(?:async )?(\w+)\()/g;
    for (const [, comment = "", name, method] of text.matchAll(pattern)) {
      const [, error] = /\*\*Error\.\*\* ((?:[^.:]|\.\d)*)[.:]/.exec(comment.replace(/\n\s*\*/g, " ")) ?? [];
      const subject = name ?? method;
      if (error !== undefined && subject !== undefined) found.set(subject, error.trim());
    }
  }
  return found;
}

/** From the name of an operation to the error in the table. */
function tabled(): Map<string, string> {
  const [, table = ""] = /<!-- errors -->([\s\S]*?)<!-- end of errors -->/.exec(page) ?? [];
  const found = new Map<string, string>();
  for (const row of table.split("\n").filter((line) => line.startsWith("| `"))) {
    const [names = "", error = ""] = row.split("|").slice(1);
    for (const [, name = ""] of names.matchAll(/`(\w+)`/g)) found.set(name, error.trim());
  }
  return found;
}

describe("the table of errors", () => {
  const [inTable, inSource] = [tabled(), documented()];

  it("has every operation whose docstring states an error, with the same error", () => {
    expect(inSource.size).toBeGreaterThanOrEqual(20);
    for (const [name, error] of inSource) expect(inTable.get(name), name).toBe(error);
  });

  it("has no operation whose docstring states none", () => {
    expect(existsSync(folder)).toBe(true);
    for (const name of inTable.keys()) expect(inSource.has(name), name).toBe(true);
  });
});
