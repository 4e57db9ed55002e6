import { describe, expect, it, vi } from "vitest";

// Before anything is loaded: kernels look for it when they are first needed.
vi.stubGlobal("WebAssembly", undefined);

const { intersectByOkvs, commonRows, texts } = await import("./okvs-parties.js");
const { instantiateOkvs } = await import("../../../dist/kernels/okvs/kernel.js");

describe("without WebAssembly", () => {
  it("intersect by OKVS runs on the reference and finds the same", async () => {
    expect(instantiateOkvs()).toBeUndefined();
    const lists = [texts(0, 40), texts(25, 30)] as const;
    const [receiver] = await intersectByOkvs({ lists, options: { reveal: "both" } });
    if (!receiver.revealed) throw new Error("expected a result");
    expect([...receiver.rows].sort((a, b) => a - b)).toEqual(commonRows(lists));
  }, 120_000);
});
