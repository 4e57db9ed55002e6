import { execFile, spawn } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const exec = promisify(execFile);

/** The build script of this package in a small checkout: two source files, two kernels and one example. */
describe("the build", () => {
  const folder = mkdtempSync(join(tmpdir(), "veilshare-build-"));
  const at = (path: string): string => join(folder, path);
  const build = async (...args: string[]): Promise<string> => {
    const { stderr } = await exec(process.execPath, ["scripts/build.mjs", ...args], { cwd: folder });
    return stderr;
  };
  let firstWords = "";
  const timeOf = (path: string): number => statSync(at(path)).mtimeMs;

  beforeAll(async () => {
    for (const path of [
      "scripts",
      "tsconfig.json",
      "tsconfig.tools.json",
      "package.json",
      "package-lock.json",
    ])
      cpSync(path, at(path), { recursive: true });
    const compilerOptions = {
      target: "es2022",
      lib: ["es5"],
      module: "nodenext",
      types: [],
      skipLibCheck: true,
    };
    writeFileSync(at("tsconfig.base.json"), JSON.stringify({ compilerOptions }));
    symlinkSync(resolve("node_modules"), at("node_modules"));
    for (const kernel of ["one", "two"]) {
      mkdirSync(at(`src/kernels/${kernel}/assembly`), { recursive: true });
      writeFileSync(
        at(`src/kernels/${kernel}/assembly/index.ts`),
        "export function number(): i32 { return 1; }\n",
      );
    }
    mkdirSync(at("examples"));
    mkdirSync(at("bench"));
    writeFileSync(at("examples/hello.ts"), 'export const hello = "hello";\n');
    writeFileSync(at("src/index.ts"), 'export { answer } from "./answer.js";\n');
    writeFileSync(at("src/answer.ts"), "export const answer = 42;\n");
    firstWords = await build();
  }, 120_000);

  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it("compiles what has changed and says that it builds, and does nothing the second time", async () => {
    expect(firstWords).toContain("building");
    const before = [timeOf("dist/answer.js"), timeOf("build/examples/hello.js")];
    expect(await build()).toBe("");
    expect([timeOf("dist/answer.js"), timeOf("build/examples/hello.js")]).toEqual(before);
    writeFileSync(at("src/answer.ts"), "export const answer = 43;\n");
    await build();
    expect(readFileSync(at("dist/answer.js"), "utf8")).toContain("43");
  });

  it("leaves no built file of a source that is gone", async () => {
    writeFileSync(at("src/passing.ts"), "export const passing = 1;\n");
    await build();
    expect(existsSync(at("dist/passing.d.ts"))).toBe(true);
    rmSync(at("src/passing.ts"));
    await build();
    expect(existsSync(at("dist/passing.js")) || existsSync(at("dist/passing.d.ts"))).toBe(false);
  });

  it("does not trust what somebody else wrote into dist/, or took out of it", async () => {
    writeFileSync(at("dist/answer.js"), "export const answer = 0;\n");
    rmSync(at("dist/index.js"));
    await build();
    expect(readFileSync(at("dist/answer.js"), "utf8")).toContain("43");
    expect(existsSync(at("dist/index.js"))).toBe(true);
  });

  it("fails with the compiler's words as long as something is wrong, and not after", async () => {
    writeFileSync(at("src/answer.ts"), 'export const answer: number = "42";\n');
    await expect(build()).rejects.toThrow();
    await expect(build()).rejects.toMatchObject({ stdout: expect.stringContaining("TS2322") as string });
    writeFileSync(at("src/answer.ts"), "export const answer: number = 42;\n");
    await build();
  });

  it("runs twice at once as if one had waited for the other", async () => {
    writeFileSync(at("src/answer.ts"), "export const answer = 44;\n");
    await Promise.all([build(), build(), build()]);
    expect(readFileSync(at("dist/answer.js"), "utf8")).toContain("44");
    expect(await build()).toBe("");
  });

  it("takes over from a build that was killed", async () => {
    writeFileSync(at("src/answer.ts"), "export const answer = 45;\n");
    const killed = spawn(process.execPath, ["scripts/build.mjs"], { cwd: folder, stdio: "ignore" });
    while (!existsSync(at("build/cache/lock"))) await new Promise((done) => setTimeout(done, 10));
    const gone = new Promise((done) => killed.once("exit", done));
    killed.kill("SIGKILL");
    await gone;
    await build();
    expect(readFileSync(at("dist/answer.js"), "utf8")).toContain("45");
  });

  it("compiles a kernel whose source has changed, and no other", async () => {
    const moduleOf = (name: string): string => at(`src/kernels/${name}/module.generated.ts`);
    const before = [readFileSync(moduleOf("one"), "utf8"), statSync(moduleOf("two")).mtimeMs];
    writeFileSync(at("src/kernels/one/assembly/index.ts"), "export function number(): i32 { return 2; }\n");
    await build();
    expect(readFileSync(moduleOf("one"), "utf8")).not.toBe(before[0]);
    expect(statSync(moduleOf("two")).mtimeMs).toBe(before[1]);
    expect(readFileSync(at("dist/kernels/one/module.generated.js"), "utf8")).toContain("oneModule");
  });

  it("starts from nothing for a package that is packed", async () => {
    const before = timeOf("dist/answer.js");
    writeFileSync(at("dist/left-over.js"), "");
    await build("--clean");
    expect(timeOf("dist/answer.js")).toBeGreaterThan(before);
    expect(existsSync(at("dist/left-over.js"))).toBe(false);
    expect(JSON.parse(readFileSync("package.json", "utf8"))).toMatchObject({
      scripts: { prepack: "node scripts/build.mjs --clean && node scripts/slim.mjs ." },
    });
  });
});
