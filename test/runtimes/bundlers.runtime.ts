import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import {
  applicationFolder,
  installed,
  pageHtml,
  pageProgram,
  runPage,
  serverProgram,
  wellDone,
} from "./support.js";

const bin = (name: string): string => join(installed, "node_modules/.bin", name);

/** Runs a script of the application's own, as its build would. */
function build(folder: string, script: string): void {
  execFileSync("node", [join(folder, script)], { cwd: folder, stdio: ["ignore", "pipe", "inherit"] });
}

describe("a page bundled as docs/bundlers.md says", () => {
  it.each(["vite6", "vite7", "vite8"])("by %s finds its worker and computes with it", async (vite) => {
    const folder = applicationFolder(vite, {
      "index.html": pageHtml("/main.js"),
      "main.js": pageProgram(),
      "build.mjs": `
import { build } from "${vite}";
await build({ root: import.meta.dirname, logLevel: "error", worker: { format: "es" }, build: { target: "es2022" } });
`,
    });
    build(folder, "build.mjs");
    expect(await runPage(join(folder, "dist"))).toEqual(wellDone);
  });

  it("by webpack finds its worker and computes with it", async () => {
    const folder = applicationFolder("webpack", {
      "main.js": pageProgram(),
      "dist/index.html": pageHtml("/main.js"),
      "build.mjs": `
import webpack from "webpack";
import { join } from "node:path";
const config = {
  mode: "production", context: import.meta.dirname, entry: "./main.js",
  output: { path: join(import.meta.dirname, "dist"), filename: "main.js" }, performance: { hints: false },
};
await new Promise((resolve, reject) => webpack(config, (error, stats) =>
  error || stats.hasErrors() ? reject(error ?? new Error(stats.toString())) : resolve()));
`,
    });
    build(folder, "build.mjs");
    expect(await runPage(join(folder, "dist"))).toEqual(wellDone);
  });

  it("by Rollup computes with the worker that is an entry of its own", async () => {
    const folder = applicationFolder("rollup", {
      "main.js": pageProgram('new URL("/worker.js", location.href)'),
      "dist/index.html": pageHtml("/main.js"),
      "build.mjs": `
import { rollup } from "rollup";
import { nodeResolve } from "@rollup/plugin-node-resolve";
import { join } from "node:path";
const here = (name) => join(import.meta.dirname, name);
const bundle = await rollup({
  input: { main: here("main.js"), worker: "veilshare/worker" },
  plugins: [nodeResolve({ browser: true })],
  onwarn: (warning) => { if (warning.code === "UNRESOLVED_IMPORT") throw new Error(warning.message); },
});
await bundle.write({ dir: here("dist"), format: "es" });
`,
    });
    build(folder, "build.mjs");
    expect(await runPage(join(folder, "dist"))).toEqual(wellDone);
  });

  it("by esbuild computes with the worker that is an entry of its own", async () => {
    const folder = applicationFolder("esbuild", {
      "main.js": pageProgram('new URL("/worker.js", location.href)'),
      "worker.js": 'import "veilshare/worker";',
      "dist/index.html": pageHtml("/main.js"),
    });
    const worker = join(folder, "worker.js");
    const entries = [`main=${join(folder, "main.js")}`, `worker=${worker}`];
    const options = ["--bundle", "--platform=browser", "--format=esm", `--outdir=${join(folder, "dist")}`];
    execFileSync(bin("esbuild"), [...entries, ...options, "--log-level=warning"], { cwd: installed });
    expect(await runPage(join(folder, "dist"))).toEqual(wellDone);
  });

  it("under a policy that forbids WebAssembly computes all the same, and says so once", async () => {
    const folder = join(installed, "apps/esbuild/dist");
    const found = (await runPage(folder, "default-src 'self'; img-src data:")) as typeof wellDone;
    expect(found).toMatchObject({ withWorker: [30, 30], okvs: [30, 30] });
    expect(found.warnings.filter((text: string) => text.includes("wasm-unsafe-eval")).length).toBe(1);
  });
});

describe("a program for Node bundled as docs/bundlers.md says", () => {
  it("by webpack, with veilshare left outside, finds what is common", () => {
    const folder = applicationFolder("webpack-node", {
      "main.mjs": serverProgram,
      "build.mjs": `
import webpack from "webpack";
import { join } from "node:path";
const config = {
  mode: "production", target: "node20", context: import.meta.dirname, entry: "./main.mjs",
  experiments: { outputModule: true }, externalsType: "module", externals: [/^veilshare/],
  output: { path: join(import.meta.dirname, "dist"), filename: "main.mjs", module: true },
};
await new Promise((resolve, reject) => webpack(config, (error, stats) =>
  error || stats.hasErrors() ? reject(error ?? new Error(stats.toString())) : resolve()));
`,
    });
    build(folder, "build.mjs");
    expect(execFileSync("node", [join(folder, "dist/main.mjs")], { encoding: "utf8" })).toBe(
      "common 30 30\n",
    );
  });

  it("by esbuild, with veilshare left outside, finds what is common", () => {
    const folder = applicationFolder("esbuild-node", { "main.mjs": serverProgram });
    const options = ["--bundle", "--platform=node", "--format=esm", "--external:veilshare"];
    const output = join(folder, "dist/main.mjs");
    execFileSync(bin("esbuild"), [join(folder, "main.mjs"), ...options, `--outfile=${output}`]);
    expect(execFileSync("node", [output], { encoding: "utf8" })).toBe("common 30 30\n");
  });

  it("by Next.js, as a route that runs on the server, finds what is common", () => {
    const folder = applicationFolder("next", {
      "package.json": '{ "private": true, "type": "module" }',
      "next.config.mjs":
        'export default { serverExternalPackages: ["veilshare"], outputFileTracingRoot: import.meta.dirname };',
      "app/layout.jsx": "export default ({ children }) => <html><body>{children}</body></html>;",
      "app/page.jsx": `
import { simulate } from "veilshare";
import { intersect } from "veilshare/psi";
export default async function Page() {
  const lists = [["ann", "bob"], ["bob", "eve"]];
  const found = await simulate(2, (party) => intersect(party, lists[party.index], { reveal: "both" }));
  return <p>common {found[0].size}</p>;
}
`,
    });
    const environment = { ...process.env, NEXT_TELEMETRY_DISABLED: "1" };
    execFileSync(bin("next"), ["build", "--webpack"], {
      cwd: folder,
      env: environment,
      stdio: ["ignore", "pipe", "inherit"],
    });
    const page = execFileSync("cat", [join(folder, ".next/server/app/index.html")], { encoding: "utf8" });
    expect(page.replaceAll("<!-- -->", "")).toContain("<p>common 1</p>");
  });
});

describe("another runtime", () => {
  const program = (): string =>
    join(applicationFolder("runtimes", { "main.mjs": serverProgram }), "main.mjs");

  it("Bun finds what is common, with a worker and by OKVS", () => {
    const bun = bin("bun");
    expect(execFileSync(bun, [program()], { encoding: "utf8", cwd: installed })).toBe("common 30 30\n");
  });

  it("Deno finds what is common, with a worker and by OKVS", () => {
    const deno = join(installed, "node_modules/@deno/linux-x64-glibc/deno");
    const run = [deno, "run", "--quiet", "--allow-all", "--node-modules-dir=manual", program()] as const;
    expect(execFileSync(run[0], run.slice(1), { encoding: "utf8", cwd: installed })).toBe("common 30 30\n");
  });
});
