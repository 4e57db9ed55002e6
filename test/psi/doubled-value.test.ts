import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ValueIndex } from "../../dist/psi/value-index.js";
import { commonPositions, sortedByDoubledValue } from "../../dist/psi/common-items.js";
import { doubledValueBytes, doubledValues } from "../../dist/psi/doubled-value.js";
import { simulated, revealed } from "./plain-intersection.js";

describe("doubledValueBytes", () => {
  it("is the smallest number of bytes for which n^2 / 2 pairs meet with at most 2^-bits", () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 2 ** 33 }), fc.integer({ min: 40, max: 80 }), (n, bits) => {
        const holds = (bytes: number): boolean =>
          BigInt(n) ** 2n * 2n ** BigInt(bits) <= 2n ** BigInt(8 * bytes + 1);
        const bytes = doubledValueBytes(n, bits);
        expect([holds(bytes), holds(bytes - 1)]).toEqual([true, false]);
      }),
    );
  });

  it.each([
    [20_000, 9],
    [2_000_000, 11],
    [20_000_000, 11],
    [0, 5],
  ])("is, for %i items in all and 40 bits, %i", (items, bytes) => {
    expect(doubledValueBytes(items, 40)).toBe(bytes);
  });

  it("never takes bytes that are not uniform, whatever the lists and the bits", () => {
    const element = Uint8Array.from({ length: 32 }, (_, i) => i);
    const values = doubledValues(element, doubledValueBytes(2 ** 33, 80));
    expect(Math.min(...values)).toBeGreaterThan(0);
    expect(Math.max(...values)).toBeLessThan(31);
  });
});

describe("sortedByDoubledValue", () => {
  it("sorts by the whole value, whatever the positions", () => {
    // Four leading bytes that mostly agree, so that the rest has to decide.
    const value = fc
      .tuple(fc.constantFrom(0, 255), fc.nat(255), fc.nat(255))
      .map(([a, b, c]) => [a, 0, 0, 7, b, c]);
    fc.assert(
      fc.property(fc.uniqueArray(value, { selector: String, maxLength: 40 }), (values) => {
        const bytes = Uint8Array.from(values.flat());
        const positions = Uint32Array.from(values.keys()).filter((k) => k % 4 !== 2);
        const sorted = sortedByDoubledValue(positions, { bytes, valueBytes: 6 });
        const text = (k: number): string => Buffer.from(values[k] ?? []).toString("hex");
        expect([...sorted].map(text)).toEqual([...positions].map(text).sort());
      }),
    );
  });
});

describe("commonPositions", () => {
  it("refuses one value of the peer's for two own items", () => {
    const index = new ValueIndex(5, 60);
    index.add(Uint8Array.of(1, 2, 3, 4, 5), 0);
    const own = { bytes: Uint8Array.of(1, 2, 3, 4, 5, 9, 9, 9, 9, 9), valueBytes: 5 };
    expect(commonPositions(own, index)).toEqual(Uint32Array.of(0));
    const twice = { bytes: Uint8Array.of(1, 2, 3, 4, 5, 1, 2, 3, 4, 5), valueBytes: 5 };
    expect(commonPositions(twice, index)).toBeUndefined();
  });
});

describe("falseMatchBits", () => {
  it("costs bytes and changes no result", async () => {
    const lists = [
      ["a", "b", "c"],
      ["c", "d"],
    ] as const;
    for (const falseMatchBits of [40, 80]) {
      expect(revealed((await simulated(lists, { falseMatchBits }))[0]).size).toBe(1);
    }
  });

  it.each([39, 81, 40.5])("is not %d", async (falseMatchBits) => {
    await expect(simulated([["a"], ["a"]], { falseMatchBits })).rejects.toMatchObject({
      code: "INVALID_ARGUMENT",
    });
  });
});
