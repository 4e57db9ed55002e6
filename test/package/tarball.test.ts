import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, posix } from "node:path";
import { gzipSync } from "node:zlib";
import ts from "typescript";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

/** What a stranger gets: the packed tarball, installed into an empty project of its own. */
describe("the packed tarball", () => {
  const folder = mkdtempSync(join(tmpdir(), "veilshare-pack-"));
  let packed: {
    readonly filename: string;
    readonly size: number;
    readonly unpackedSize: number;
    readonly files: readonly { readonly path: string; readonly size: number }[];
  };

  const run = (command: string, args: readonly string[], cwd: string): string =>
    execFileSync(command, args, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });

  beforeAll(() => {
    // A copy, slimmed as `prepack` does it: other tests run what is built here meanwhile.
    const copy = join(folder, "checkout");
    const { files } = JSON.parse(readFileSync("package.json", "utf8")) as { files: string[] };
    for (const name of [...files, "package.json"]) cpSync(name, join(copy, name), { recursive: true });
    run(process.execPath, ["scripts/slim.mjs", copy], ".");
    const json = run("npm", ["pack", "--json", "--ignore-scripts", "--pack-destination", folder], copy);
    packed = (JSON.parse(json) as [typeof packed])[0];
    writeFileSync(
      join(folder, "package.json"),
      JSON.stringify({ name: "consumer", private: true, type: "module" }),
    );
    // With the optional peer of veilshare/normalizers, as its users have it.
    const peers = ["libphonenumber-js@1.13.16"];
    const install = [
      "install",
      "--prefer-offline",
      "--no-audit",
      "--no-fund",
      `./${packed.filename}`,
      ...peers,
    ];
    run("npm", install, folder);
    cpSync("test/package/consumer", folder, { recursive: true });
    // The one package that a project for Node has besides: its types.
    for (const name of ["@types/node", "undici-types"]) {
      cpSync(join("node_modules", name), join(folder, "node_modules", name), { recursive: true });
    }
  }, 180_000);

  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it("holds the built package and its documents, and nothing of the workshop", () => {
    const paths = packed.files.map((file) => file.path);
    for (const wanted of [
      "package.json",
      "README.md",
      "LICENSE",
      "SECURITY.md",
      "dist/index.js",
      "dist/index.d.ts",
    ]) {
      expect(paths).toContain(wanted);
    }
    expect(
      paths.filter((path) =>
        /^(test|bench|src|scripts)\/|^build\/(?!examples\/)|^examples\/(?!data\/)/.test(path),
      ),
    ).toEqual([]);
  });

  it("weighs at most 1 MB packed, and at most 800 kB without the command, the examples and their data", () => {
    const kB = (bytes: number): string => `${Math.round(bytes / 1000)} kB`;
    const besides = /^(?:dist\/cli|build\/examples|examples)\//;
    const library = packed.files.map(({ path }) => path).filter((path) => !besides.test(path));
    const root = join(folder, "node_modules/veilshare");
    const tar = execFileSync("tar", ["-c", "-C", root, ...library], { maxBuffer: 2 ** 28 });
    const alone = gzipSync(tar, { level: 9 }).length;
    process.stdout.write(
      `tarball: ${kB(packed.size)} packed, ${kB(alone)} without the command and the examples, ${kB(packed.unpackedSize)} unpacked\n`,
    );
    expect(packed.size).toBeLessThanOrEqual(1_000_000);
    expect(alone).toBeLessThanOrEqual(800_000);
  });

  it("points to no source map and no source file that is not in it", () => {
    const paths = new Set(packed.files.map((file) => file.path));
    expect([...paths].filter((path) => path.endsWith(".map"))).toEqual([]);
    const pointing = [...paths].filter(
      (path) =>
        /\.(js|ts)$/.test(path) &&
        readFileSync(join(folder, "node_modules/veilshare", path), "utf8").includes("sourceMappingURL"),
    );
    expect(pointing).toEqual([]);
  });

  it("has no dead link: every file that a page of it links to is in it", () => {
    const paths = new Set(packed.files.map((file) => file.path));
    const dead = [...paths]
      .filter((path) => path.endsWith(".md"))
      .flatMap((page) => {
        const text = readFileSync(join(folder, "node_modules/veilshare", page), "utf8");
        const targets = [...text.matchAll(/\]\((?!https?:|mailto:|#)([^)#\s]+)/g)].map(
          ([, target = ""]) => target,
        );
        return targets
          .map((target) => posix.join(posix.dirname(page), target))
          .filter((target) => !paths.has(target) && ![...paths].some((path) => path.startsWith(`${target}/`)))
          .map((target) => `${page} -> ${target}`);
      });
    expect(dead).toEqual([]);
  });

  it("runs its examples", () => {
    const output = run(
      join(folder, "node_modules/.bin/veilshare"),
      ["example", "psi", "--", "--json"],
      folder,
    );
    expect(JSON.parse(output)).toMatchObject({ common: 700, matchesPlaintext: true });
  });

  it("installs nothing that runs a script or compiles at installation", () => {
    const lock = JSON.parse(readFileSync(join(folder, "package-lock.json"), "utf8")) as {
      packages: Record<string, { hasInstallScript?: boolean }>;
    };
    const scripted = Object.entries(lock.packages).filter(([, entry]) => entry.hasInstallScript === true);
    expect(scripted).toEqual([]);
  });

  it("works for an ES module consumer, every public subpath included", () => {
    expect(run("node", ["consumer.mjs"], folder)).toContain("consumer ok");
  });

  it("checks for a TypeScript consumer without skipLibCheck", () => {
    run(join(process.cwd(), "node_modules/.bin/tsc"), ["-p", "tsconfig.json"], folder);
  });

  describe("in a TypeScript project that has Node's types only", () => {
    let program: ts.Program;
    beforeAll(() => {
      const { exports } = JSON.parse(readFileSync("package.json", "utf8")) as {
        exports: Record<string, unknown>;
      };
      const subpaths = Object.keys(exports).filter((subpath) => subpath !== "./package.json");
      const imports = subpaths.map((path, i) => `import * as entry${i} from "veilshare${path.slice(1)}";`);
      const uses = subpaths.map((_, i) => `entry${i}`);
      writeFileSync(
        join(folder, "all.ts"),
        `${imports.join("\n")}\nexport const all = [${uses.join(", ")}] as const;\n`,
      );
      const config = join(folder, "tsconfig.node.json");
      const { options, fileNames } = ts.parseJsonConfigFileContent(
        ts.readConfigFile(config, (path) => readFileSync(path, "utf8")).config,
        ts.sys,
        folder,
      );
      program = ts.createProgram(fileNames, options);
    }, 60_000);

    it("checks, every public subpath included", () => {
      const texts = ts
        .getPreEmitDiagnostics(program)
        .map(
          ({ messageText, file }) =>
            `${file?.fileName ?? ""}: ${ts.flattenDiagnosticMessageText(messageText, " ")}`,
        );
      expect(texts).toEqual([]);
    }, 60_000);

    it("leads to a declaration with its documentation from every name that an entry gives out", () => {
      const checker = program.getTypeChecker();
      const all = program.getSourceFile(join(folder, "all.ts"));
      const entries = (all?.statements ?? []).flatMap((statement) =>
        ts.isImportDeclaration(statement) ? [statement.moduleSpecifier] : [],
      );
      const bare = entries.flatMap((entry) => {
        const module = checker.getSymbolAtLocation(entry);
        return (
          (module === undefined ? [] : checker.getExportsOfModule(module))
            .map((symbol) =>
              (symbol.flags & ts.SymbolFlags.Alias) === 0 ? symbol : checker.getAliasedSymbol(symbol),
            )
            // A module given out as a whole has its comment at its head.
            .filter(({ flags }) => (flags & ts.SymbolFlags.ValueModule) === 0)
            .filter(
              (symbol) =>
                symbol.declarations === undefined || symbol.getDocumentationComment(checker).length === 0,
            )
            .map((symbol) => `${entry.getText()}: ${symbol.name}`)
        );
      });
      expect(entries.length).toBeGreaterThan(20);
      expect(bare).toEqual([]);
    });
  });

  it("satisfies the linters of packages: publint, and types that resolve as the code does", () => {
    const bin = join(process.cwd(), "node_modules/.bin");
    run(join(bin, "publint"), ["run", join(folder, packed.filename), "--strict"], folder);
    run(join(bin, "attw"), [join(folder, packed.filename), "--profile", "esm-only"], folder);
  }, 60_000);

  it("brings the command", () => {
    expect(run(join(folder, "node_modules/.bin/veilshare"), ["--help"], folder)).toContain("keygen");
  });
});
