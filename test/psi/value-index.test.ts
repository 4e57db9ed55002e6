import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { randomBytes } from "../../dist/random/index.js";
import { ValueIndex } from "../../dist/psi/value-index.js";

describe("ValueIndex", () => {
  it("numbers values as a Map of strings does", () => {
    // Few different bytes, so that values repeat and share their slot.
    const byte = fc.constantFrom(0, 1, 255);
    const value = fc.array(byte, { minLength: 5, maxLength: 5 });
    fc.assert(
      fc.property(fc.array(value, { maxLength: 60 }), fc.array(value, { maxLength: 20 }), (added, asked) => {
        const index = new ValueIndex(5, 60);
        const oracle = new Map<string, number>();
        for (const bytes of added) {
          const key = bytes.join();
          expect(index.add(Uint8Array.from([9, ...bytes]), 1)).toBe(oracle.get(key) ?? -1);
          if (!oracle.has(key)) oracle.set(key, oracle.size);
        }
        expect(index.size).toBe(oracle.size);
        for (const bytes of [...added, ...asked]) {
          expect(index.find(Uint8Array.from(bytes), 0)).toBe(oracle.get(bytes.join()) ?? -1);
        }
      }),
    );
  });

  it("finds every value after it has grown several times", () => {
    const count = 40_000; // more than two segments
    const values = randomBytes(11 * count);
    const index = new ValueIndex(11, count);
    for (let i = 0; i < count; i++) if (index.add(values, 11 * i) !== -1) expect.unreachable();
    for (let i = 0; i < count; i++) if (index.find(values, 11 * i) !== i) expect.unreachable();
    expect(index.find(randomBytes(11), 0)).toBe(-1);
    const copy = new Uint8Array(13);
    index.copyValue(count - 1, copy, 1);
    expect(copy).toEqual(Uint8Array.of(0, ...values.subarray(11 * (count - 1)), 0));
  });
});
