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
