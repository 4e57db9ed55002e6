import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import ts from "typescript";
import { afterAll, describe, expect, it } from "vitest";

const documents = [
  ...readdirSync("docs").map((name) => `docs/${name}`),
  "README.md",
  "ARCHITECTURE.md",
  "SECURITY.md",
  "CHANGELOG.md",
];
const manifest = JSON.parse(readFileSync("package.json", "utf8")) as {
  exports: Record<string, unknown>;
  scripts: Record<string, string>;
};

function codeBlocks(file: string, language: string): string[] {
  const pattern = new RegExp(`^\`\`\`${language}\n([\\s\\S]*?)^\`\`\`$`, "gm");
  return [...readFileSync(file, "utf8").matchAll(pattern)].map((match) => match[1] ?? "");
}

describe("the README", () => {
  // Inside the package, so that it resolves by its public name.
  const folder = join("build", "readme");

  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  const write = (name: string, text: string): string => {
    mkdirSync(folder, { recursive: true });
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  };

  it("has a first example that runs and finds what it says", () => {
    const [example = ""] = codeBlocks("README.md", "ts");
    const path = write(
      "example.mjs",
      ts.transpileModule(example, { compilerOptions: { target: ts.ScriptTarget.ES2022 } }).outputText,
    );
    const output = execFileSync("node", [path], { encoding: "utf8" });
    expect(output).toContain("Uint32Array(2)");
    expect(output).toContain("sum 7140n");
  });

  it("has examples that all check against the package's types", { timeout: 180_000 }, () => {
    const texts = [...documents].flatMap((file) => codeBlocks(file, "ts"));
    const paths = texts.map((text, i) => write(`example-${i}.ts`, text));
    expect(paths.length).toBeGreaterThan(1);
    // A page need not open a session to show what is done in one.
    const ambient = write("ambient.d.ts", 'declare const party: import("veilshare").Party;\n');
    const program = ts.createProgram([...paths, ambient], {
      module: ts.ModuleKind.NodeNext,
      moduleResolution: ts.ModuleResolutionKind.NodeNext,
      target: ts.ScriptTarget.ES2022,
      lib: ["lib.es2023.d.ts", "lib.dom.d.ts"],
      types: ["node"],
      strict: true,
      noEmit: true,
    });
    const problems = ts
      .getPreEmitDiagnostics(program)
      .map((found) => ts.flattenDiagnosticMessageText(found.messageText, "\n"));
    expect(problems).toEqual([]);
  });

  it("stays within 250 lines and says on its first screen that nobody audited this", () => {
    const lines = readFileSync("README.md", "utf8").split("\n");
    expect(lines.length).toBeLessThanOrEqual(250);
    expect(lines.slice(0, 20).join("\n")).toContain("Not audited");
  });
});

describe("all documents", () => {
  it("name only subpaths that the package exports", () => {
    for (const file of documents) {
      const named = [...readFileSync(file, "utf8").matchAll(/[`"]veilshare(\/[a-z0-9/-]+)[`"]/g)];
      for (const [, subpath = ""] of named)
        expect(Object.keys(manifest.exports), file).toContain(`.${subpath}`);
    }
  });

  it("name only scripts that exist", () => {
    for (const file of documents) {
      for (const [, script = ""] of readFileSync(file, "utf8").matchAll(/npm run ([a-z:0-9-]*[a-z0-9])/g)) {
        expect(Object.keys(manifest.scripts), file).toContain(script);
      }
    }
  });

  it("link only to files that exist", () => {
    for (const file of documents) {
      for (const [, target = ""] of readFileSync(file, "utf8").matchAll(/\]\((?!https?:)([^)#]+)\)/g)) {
        expect(existsSync(join(dirname(file), target)), `${file}: ${target}`).toBe(true);
      }
    }
  });
});
