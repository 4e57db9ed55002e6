import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { rowCount, rowView } from "../../dist/bytes/byte-rows.js";
import { ByteStore } from "../../dist/items/byte-store.js";
import { DistinctItems } from "../../dist/items/distinct-items.js";
import { KeyedHash } from "../../dist/bytes/keyed-hash.js";

const encoder = new TextEncoder();

function itemsOf(texts: readonly string[]): DistinctItems {
  const items = new DistinctItems();
  const scratch = new Uint8Array(64).fill(255);
  for (const text of texts) items.add(scratch, encoder.encodeInto(text, scratch).written);
  items.seal();
  return items;
}

describe("DistinctItems", () => {
  it("gives every row to its item, items in the order of their first row", () => {
    const text = fc.constantFrom("a", "b", "c", "dd", "ddd", "");
    fc.assert(
      fc.property(fc.array(text, { maxLength: 14 }), fc.boolean(), (texts, backwards) => {
        const items = itemsOf(texts);
        const distinct = [...new Set(texts)];
        expect([items.count, items.rowCount]).toEqual([distinct.length, texts.length]);
        const numbers = Uint32Array.from(distinct.keys()).filter((k) => k % 3 !== 1);
        if (backwards) numbers.reverse();
        const { indices, rows, rowOffsets } = items.rowsOf(numbers);
        const gathered = items.gather(numbers);
        expect(rowCount(gathered)).toBe(numbers.length);
        expect(rowOffsets.length).toBe(numbers.length + 1);
        for (const [k, number] of numbers.entries()) {
          const expected = [...texts.keys()].filter((row) => texts[row] === distinct[number]);
          expect([...rows.subarray(rowOffsets[k], rowOffsets[k + 1])]).toEqual(expected);
          expect(indices[k]).toBe(expected[0]);
          expect(rowView(gathered, k)).toEqual(encoder.encode(distinct[number]));
        }
      }),
    );
  });

  it("holds after its tables have grown several times, with a repetition only at the very end", () => {
    const texts = Array.from({ length: 70_000 }, (_, i) => `customer ${i}`);
    const items = itemsOf([...texts, "customer 17"]);
    expect([items.count, items.rowCount]).toEqual([70_000, 70_001]);
    const { rows, rowOffsets } = items.rowsOf(Uint32Array.of(69_999, 17));
    expect([[...rows], [...rowOffsets]]).toEqual([
      [69_999, 17, 70_000],
      [0, 1, 3],
    ]);
    expect(items.gather(Uint32Array.of(69_999)).bytes).toEqual(encoder.encode("customer 69999"));
  });
});

describe("ByteStore", () => {
  it("reads back rows that run across its segments", () => {
    const store = new ByteStore();
    const row = Uint8Array.from({ length: 700_001 }, (_, i) => i % 251);
    for (let i = 0; i < 4; i++) store.append(row, row.length - i);
    expect(store.length).toBe(4 * row.length - 6);
    let start = 0;
    for (let i = 0; i < 4; i++) {
      const copy = new Uint8Array(row.length + 1);
      store.copyTo(copy, 1, start, start + row.length - i);
      const same =
        Buffer.compare(copy.subarray(1, row.length + 1 - i), row.subarray(0, row.length - i)) === 0;
      expect(same).toBe(true);
      expect(store.equals(start, row, row.length - i)).toBe(true);
      const other = row.slice();
      other[row.length - i - 1] = 255;
      expect(store.equals(start, other, row.length - i)).toBe(false);
      start += row.length - i;
    }
    expect(store.equals(store.length, row, 0)).toBe(true);
  });
});

describe("KeyedHash", () => {
  // The reference implementation's first vectors (vectors_hsip32): key 00..07, message 00, 01, ... of length i.
  it.each([
    [0, 0x5b9f35a9],
    [1, 0xb85a4727],
    [2, 0x03a662fa],
    [3, 0x04e7fe8a],
    [4, 0x89466e2a],
    [5, 0x69b6fac5],
    [6, 0x23fc6358],
    [7, 0xc563cf8b],
  ])("is HalfSipHash-2-4: the reference vector of %i bytes", (byteLength, expected) => {
    const counting = Uint8Array.from({ length: 8 }, (_, i) => i);
    expect(new KeyedHash(counting).of(counting, byteLength)).toBe(expected);
  });
});
