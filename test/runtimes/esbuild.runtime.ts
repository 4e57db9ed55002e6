import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

/** Installed by scripts/test-runtimes.mjs: esbuild, and veilshare from the packed tarball. */
const installed = join(process.cwd(), "build/runtimes");

const program = `
import { simulate } from "veilshare";
import { intersect } from "veilshare/psi";
const lists = [["ann", "bob"], ["bob", "eve"]];
const found = await simulate(2, (party) => intersect(party, lists[party.index], { reveal: "both", workers: 0 }));
console.log("common", found[0].size);
`;

function bundled(platform: "node" | "browser"): string {
  const folder = join(installed, `esbuild-${platform}`);
  mkdirSync(folder, { recursive: true });
  const entry = join(folder, "app.mjs");
  const output = join(folder, "out.mjs");
  writeFileSync(entry, program);
  const options = [
    "--bundle",
    `--platform=${platform}`,
    "--format=esm",
    `--outfile=${output}`,
    "--log-level=warning",
  ];
  execFileSync(join(installed, "node_modules/.bin/esbuild"), [entry, ...options], { cwd: installed });
  return output;
}

describe("a program bundled by esbuild", () => {
  it("finds what two parties have in common, bundled for Node without worker threads", () => {
    const output = execFileSync("node", [bundled("node")], { encoding: "utf8" });
    expect(output).toBe("common 1\n");
  });

  it("is bundled for browsers without a module of Node's", () => {
    // What would need Node fails at bundling: esbuild leaves no import unresolved for this platform.
    expect(bundled("browser")).toContain("esbuild-browser");
  });
});
