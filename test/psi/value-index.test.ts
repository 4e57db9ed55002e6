import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { rowCount } from "../../dist/bytes/byte-rows.js";
import { randomBytes } from "../../dist/random/index.js";
import { distinctItems, firstRow, gatherItems } from "../../dist/psi/distinct-items.js";
import { encodeItems } from "../../dist/psi/items.js";
import { ValueIndex } from "../../dist/psi/value-index.js";

describe("ValueIndex", () => {
  it("numbers values as a Map of strings does", () => {
    // Few different bytes, so that values repeat and share their slot.
    const byte = fc.constantFrom(0, 1, 255);
    const value = fc.array(byte, { minLength: 5, maxLength: 5 });
    fc.assert(
      fc.property(fc.array(value, { maxLength: 60 }), fc.array(value, { maxLength: 20 }), (added, asked) => {
        const index = new ValueIndex(5);
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
    const values = randomBytes(16 * 10_000);
    const index = new ValueIndex(16);
    for (let i = 0; i < 10_000; i++) expect(index.add(values, 16 * i)).toBe(-1);
    for (let i = 0; i < 10_000; i++) expect(index.find(values, 16 * i)).toBe(i);
    expect(index.find(randomBytes(16), 0)).toBe(-1);
  });
});

describe("distinctItems", () => {
  it("gives every row to its item, items in the order of their first row", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom("a", "b", "c", "dd", ""), { maxLength: 12 }),
        async (texts) => {
          const { rows } = await encodeItems(texts, {});
          const items = await distinctItems(rows);
          const distinct = [...new Set(texts)];
          expect(items.count).toBe(distinct.length);
          expect(items.ownRows.length).toBe(texts.length);
          for (const [number, text] of distinct.entries()) {
            const own = items.ownRows.subarray(items.offsets[number], items.offsets[number + 1]);
            const expected = [...texts.keys()].filter((row) => texts[row] === text);
            expect([...own]).toEqual(expected);
            expect(firstRow(items, number)).toBe(expected[0]);
          }
          const numbers = Uint32Array.from(distinct.keys()).reverse();
          const gathered = gatherItems(items, numbers);
          expect(rowCount(gathered)).toBe(distinct.length);
          expect(gathered).toEqual((await encodeItems(distinct.toReversed(), {})).rows);
        },
      ),
    );
  });
});
