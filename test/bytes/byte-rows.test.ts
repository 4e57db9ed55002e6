import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  byteRowsFromArrays,
  byteRowsFromTexts,
  checkByteRows,
  rowCount,
  rowView,
  sliceRows,
} from "../../dist/bytes/byte-rows.js";
import { describeWithData, readDataJson } from "../support/data.js";
import { expectError } from "../support/expect-error.js";

const arrays = fc.array(fc.uint8Array({ maxLength: 20 }), { maxLength: 12 });

describe("ByteRows", () => {
  it("returns every row it was built from", () => {
    fc.assert(
      fc.property(arrays, (rows) => {
        const batch = byteRowsFromArrays(rows);
        checkByteRows("test", batch);
        expect(rowCount(batch)).toBe(rows.length);
        expect(rows.map((_, i) => Uint8Array.from(rowView(batch, i)))).toEqual(rows);
      }),
    );
  });

  it("holds texts as the UTF-8 that decodes to them, empty ones and the longest characters included", () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: "binary" }), { maxLength: 12 }), (texts) => {
        const batch = byteRowsFromTexts(texts);
        checkByteRows("test", batch);
        const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
        expect(texts.map((_, i) => decoder.decode(rowView(batch, i)))).toEqual(texts);
      }),
    );
    expect(byteRowsFromTexts(["€".repeat(5000), "", "😀"]).offsets).toEqual(
      Uint32Array.of(0, 15_000, 15_000, 15_004),
    );
  });

  it("refuses a lone surrogate, which an encoder would replace, and names the row", () => {
    for (const text of ["\ud800", "a\udfff", "\udc00\ud800", "\ud83d x"]) {
      expectError(() => byteRowsFromTexts(["fine", text]), "INVALID_ARGUMENT", { field: "1" });
    }
  });

  it("cuts slices that are batches in memory of their own", () => {
    fc.assert(
      fc.property(arrays, fc.nat(12), fc.nat(12), (rows, x, y) => {
        const [start, end] = [Math.min(x, y, rows.length), Math.min(Math.max(x, y), rows.length)];
        const batch = byteRowsFromArrays(rows);
        const slice = sliceRows(batch, start, end);
        batch.bytes.fill(0);
        expect(slice).toEqual(byteRowsFromArrays(rows.slice(start, end)));
        expect(slice.bytes.byteLength).toBe(slice.bytes.buffer.byteLength);
      }),
    );
  });

  it("copies what it is built from, Node Buffers too", () => {
    const row = Buffer.from([1, 2, 3]);
    const batch = byteRowsFromArrays([row]);
    const sliced = sliceRows({ bytes: row, offsets: Uint32Array.of(0, 3) }, 0, 1);
    row.fill(0);
    expect([...batch.bytes]).toEqual([1, 2, 3]);
    expect([...sliced.bytes]).toEqual([1, 2, 3]);
    expect(Object.getPrototypeOf(sliced.bytes)).toBe(Uint8Array.prototype);
  });

  it("refuses rows and slices that are not there", () => {
    const batch = byteRowsFromTexts(["a", "b"]);
    for (const index of [-1, 2, 0.5, Number.NaN])
      expectError(() => rowView(batch, index), "INVALID_ARGUMENT");
    for (const [start, end] of [
      [-1, 1],
      [1, 0],
      [0, 3],
      [0, 1.5],
      [Number.NaN, 1],
    ] as const) {
      expectError(() => sliceRows(batch, start, end), "INVALID_ARGUMENT");
    }
  });

  it("refuses offsets that do not describe the bytes", () => {
    const bytes = new Uint8Array(4);
    for (const offsets of [[], [0], [1, 4], [0, 3], [0, 5], [0, 3, 2, 4], [0, 9, 4]]) {
      expectError(() => {
        checkByteRows("test", { bytes, offsets: Uint32Array.from(offsets) });
      }, "INVALID_ARGUMENT");
    }
    checkByteRows("test", { bytes, offsets: Uint32Array.of(0, 4, 4) });
    checkByteRows("test", { bytes: new Uint8Array(0), offsets: Uint32Array.of(0) });
  });
});

describeWithData("hostile strings", ["badinput/naughty-strings-part-a.json"], () => {
  it("are held apart, each as the bytes that decode to it", () => {
    const texts = readDataJson<string[]>("badinput/naughty-strings-part-a.json");
    const batch = byteRowsFromTexts(texts);
    const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
    expect(texts.map((_, i) => decoder.decode(rowView(batch, i)))).toEqual(texts);
    expect(texts.length).toBeGreaterThan(100);
  });
});
