import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import ts from "typescript";
import { describe, expect, it } from "vitest";

/** Each room imports only from those before it; see ARCHITECTURE.md. */
const layers = [
  "errors",
  "checks",
  "waiting",
  "bytes",
  "warnings",
  "kernels",
  "parallel",
  "random",
  "store",
  "table",
  "normalizers",
  "ring",
  "field",
  "group",
  "prio3",
  "channel",
  "items",
  "sharing",
  "ot",
  "he",
  "mpc",
  "psi",
  "lookup",
  "aggregation",
  "differential-privacy",
  "disclosure",
  "statistics",
  "owners",
  "risk",
  "joint-statistics",
  "scope3",
  "jobs",
  "cli",
  "index",
];

const source = "src";
const files = readdirSync(source, { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".ts") && !file.includes(`${sep}assembly${sep}`))
  .map((file) => join(source, file));

/** The package's `imports` map, as source files: `#random/keystream` -> both implementations. */
const importsMap = new Map(
  Object.entries(
    (JSON.parse(readFileSync("package.json", "utf8")) as { imports: Record<string, Record<string, string>> })
      .imports,
  ).map(([name, targets]) => [
    name,
    Object.values(targets).map((target) => target.replace("./dist/", "src/").replace(/\.js$/, ".ts")),
  ]),
);

function specifiersOf(file: string): string[] {
  return ts
    .preProcessFile(readFileSync(file, "utf8"), true, true)
    .importedFiles.map((found) => found.fileName);
}

function localTargets(file: string, specifier: string): string[] {
  if (specifier.startsWith(".")) return [join(dirname(file), specifier.replace(/\.js$/, ".ts"))];
  return importsMap.get(specifier) ?? [];
}

function layerOf(file: string): string {
  return (relative(source, file).split(sep)[0] ?? "").replace(/\.ts$/, "");
}

const graph = new Map(
  files.map((file) => [file, specifiersOf(file).flatMap((name) => localTargets(file, name))]),
);

describe("the layers of src/", () => {
  it("hold every file", () => {
    const strangers = files.filter((file) => !layers.includes(layerOf(file)));
    expect(strangers).toEqual([]);
  });

  it("import only from the layers before them", () => {
    const upward: string[] = [];
    for (const [file, targets] of graph) {
      for (const target of targets) {
        if (layers.indexOf(layerOf(target)) > layers.indexOf(layerOf(file)))
          upward.push(`${file} -> ${target}`);
      }
    }
    expect(upward).toEqual([]);
  });

  it("import files that exist", () => {
    const known = new Set(files);
    const missing = [...graph].flatMap(([file, targets]) =>
      targets.filter((target) => !known.has(target)).map((target) => `${file} -> ${target}`),
    );
    expect(missing).toEqual([]);
  });

  it("have no import cycle between files", () => {
    const done = new Set<string>();
    const cycles: string[] = [];
    const visit = (file: string, path: readonly string[]): void => {
      if (path.includes(file)) {
        cycles.push([...path.slice(path.indexOf(file)), file].join(" -> "));
        return;
      }
      if (done.has(file)) return;
      for (const target of graph.get(file) ?? []) visit(target, [...path, file]);
      done.add(file);
    };
    for (const file of files) visit(file, []);
    expect(cycles).toEqual([]);
  });
});

describe("what src/ may reach", () => {
  it("uses Node's own modules only in files named *-node.ts and in the command line", () => {
    const offenders = files.filter(
      (file) =>
        !file.endsWith("-node.ts") &&
        layerOf(file) !== "cli" &&
        specifiersOf(file).some((specifier) => specifier.startsWith("node:") || specifier === "ws"),
    );
    expect(offenders).toEqual([]);
  });

  it("uses no randomness but random/, and no console", () => {
    const chance = /Math\.random|getRandomValues/;
    const pattern = /Math\.random|getRandomValues|console\./; // the command is given a console of its own
    const offenders = files.filter((file) => {
      const text = readFileSync(file, "utf8").replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, "");
      return layerOf(file) !== "random" && (layerOf(file) === "cli" ? chance : pattern).test(text);
    });
    expect(offenders).toEqual([]);
  });

  it("opens every file with a comment that says what it is, barrels aside", () => {
    const offenders = files.filter(
      (file) => !file.endsWith("index.ts") && !/^(#!.*\n)?\/\*\*/.test(readFileSync(file, "utf8")),
    );
    expect(offenders).toEqual([]);
  });

  it("keeps every file to one subject of at most 420 lines", () => {
    const long = files.filter((file) => readFileSync(file, "utf8").split("\n").length > 420);
    expect(long).toEqual([]);
  });
});
