import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, posix } from "node:path";
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
    run(process.execPath, ["scripts/slim.mjs", join(copy, "dist"), join(copy, "build/examples")], ".");
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

  it("weighs at most 1.1 MB packed, the command and the examples with it", () => {
    const kB = (bytes: number): string => `${Math.round(bytes / 1000)} kB`;
    process.stdout.write(`tarball: ${kB(packed.size)} packed, ${kB(packed.unpackedSize)} unpacked\n`);
    expect(packed.size).toBeLessThanOrEqual(1_100_000);
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

  it("checks for a TypeScript project that has Node's types only, every public subpath included", () => {
    const { exports } = JSON.parse(readFileSync("package.json", "utf8")) as {
      exports: Record<string, unknown>;
    };
    const subpaths = Object.keys(exports).filter((subpath) => subpath !== "./package.json");
    const imports = subpaths.map((path, i) => `import type * as entry${i} from "veilshare${path.slice(1)}";`);
    const uses = subpaths.map((_, i) => `typeof entry${i}`);
    writeFileSync(join(folder, "all.ts"), `${imports.join("\n")}\nexport type All = [${uses.join(", ")}];\n`);
    run(join(process.cwd(), "node_modules/.bin/tsc"), ["-p", "tsconfig.node.json"], folder);
  }, 60_000);

  it("satisfies the linters of packages: publint, and types that resolve as the code does", () => {
    const bin = join(process.cwd(), "node_modules/.bin");
    run(join(bin, "publint"), ["run", join(folder, packed.filename), "--strict"], folder);
    run(join(bin, "attw"), [join(folder, packed.filename), "--profile", "esm-only"], folder);
  }, 60_000);

  it("brings the command", () => {
    expect(run(join(folder, "node_modules/.bin/veilshare"), ["--help"], folder)).toContain("keygen");
  });
});
