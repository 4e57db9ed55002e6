import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { kernelInstance } from "../../dist/kernels/instance.js";
import { otModule } from "../../dist/kernels/ot/module.generated.js";
import { prio3Module } from "../../dist/kernels/prio3/module.generated.js";
import { ristretto255Module } from "../../dist/kernels/ristretto255/module.generated.js";

describe.each([
  ["ristretto255", ristretto255Module],
  ["ot", otModule],
  ["prio3", prio3Module],
])("the kernel %s", (_, module) => {
  it("runs on a little-endian host and is refused on a big-endian one", () => {
    expect(kernelInstance(module, true)).toBeInstanceOf(WebAssembly.Instance);
    expect(kernelInstance(module, false)).toBeUndefined();
  });

  it("is refused where it can't be compiled", () => {
    expect(kernelInstance(`AAAA${module.slice(4)}`, true)).toBeUndefined();
  });
});

it("warns once a process where kernels can't be compiled, and says what a policy must allow", () => {
  const program = `
    import { kernelInstance } from "./dist/kernels/instance.js";
    for (let i = 0; i < 3; i++) if (kernelInstance("AAAA") !== undefined) throw new Error("expected no instance");`;
  const { status, stderr } = spawnSync("node", ["--input-type=module", "-e", program], { encoding: "utf8" });
  expect(status).toBe(0);
  expect(stderr.match(/VEILSHARE_KERNELS/g)?.length).toBe(1);
  expect(stderr).toContain("wasm-unsafe-eval");
});
