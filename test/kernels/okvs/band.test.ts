import { describe, expect, it } from "vitest";
import {
  decodeTableBytes,
  inputStride,
  recordBytes,
  reducedBytes,
  type OkvsKernel,
} from "../../../dist/kernels/okvs/operations.js";
import { randomBytes } from "../../../dist/random/index.js";
import { referenceOkvs } from "../../../dist/kernels/okvs/reference-kernel.js";
import { importMutant } from "../../support/mutant.js";
import { compiledOkvs, onBoth, place, taken, zeros } from "./kernels.js";

interface Shape {
  readonly count: number;
  readonly columns: number;
  readonly width: number;
}

/** Sorted records, then reduced rows, then solved values; what is in each. */
function encoded(kernel: OkvsKernel, records: Uint8Array, free: Uint8Array, shape: Shape): Uint8Array {
  const { count, columns, width } = shape;
  const span = columns - width + 1;
  const sorted = zeros(kernel, recordBytes * count);
  kernel.run.sortRecords(place(kernel, records), count, span, zeros(kernel, 4 * (span + 1)), sorted);
  const reduced = zeros(kernel, reducedBytes * columns);
  const used = zeros(kernel, columns);
  const failed = kernel.run.eliminate(sorted, count, columns, width, reduced, used);
  const values = place(kernel, free);
  kernel.run.solve(columns, reduced, used, values);
  return Uint8Array.of(
    ...taken(kernel, sorted, recordBytes * count),
    ...taken(kernel, used, columns),
    ...taken(kernel, values, 16 * columns),
    failed,
  );
}

describe("the band matrix", () => {
  it.each([
    { count: 1, columns: 256, width: 160 },
    { count: 40, columns: 270, width: 160 },
    { count: 200, columns: 448, width: 176 },
    { count: 100, columns: 150, width: 36 },
    { count: 30, columns: 200, width: 192 },
  ])("is sorted, reduced and solved as by the reference: %o", (shape) => {
    const [records, free] = [randomBytes(recordBytes * shape.count), randomBytes(16 * shape.columns)];
    const [a, b] = onBoth((kernel) => encoded(kernel, records, free, shape));
    expect(a).toEqual(b);
  });

  it.each([160, 176, 192, 30])(
    "is decoded as by the reference, at every start, with a band of %i bits",
    (width) => {
      const [rowCount, count] = [1280, 300];
      const [records, rows] = [randomBytes(recordBytes * count), randomBytes(128 * rowCount)];
      const [a, b] = onBoth((kernel) => {
        const span = rowCount - 64 - width + 1;
        const sorted = zeros(kernel, recordBytes * count);
        kernel.run.sortRecords(place(kernel, records), count, span, zeros(kernel, 4 * (span + 1)), sorted);
        const to = zeros(kernel, inputStride * (count + 1));
        const tables = zeros(kernel, decodeTableBytes);
        kernel.run.decodeRows(sorted, count, width, place(kernel, rows), rowCount, tables, to);
        return taken(kernel, to, inputStride * (count + 1));
      });
      expect(a).toEqual(b);
      expect(a.subarray(inputStride * count)).toEqual(new Uint8Array(inputStride));
    },
  );

  it("gives each record a partition in proportion to its word", () => {
    const records = randomBytes(recordBytes * 50);
    const [a, b] = onBoth((kernel) => {
      const to = zeros(kernel, 200);
      kernel.run.partitionsOf(place(kernel, records), 50, 15_259, to);
      return taken(kernel, to, 200);
    });
    expect(a).toEqual(b);
    const view = new DataView(records.buffer);
    const expected = Array.from({ length: 50 }, (_, i) => {
      return Number((view.getBigUint64(recordBytes * i + 48, true) * 15_259n) >> 64n);
    });
    expect([...new Uint32Array(a.slice().buffer)]).toEqual(expected);
  });
});

describe("a band whose first bit is forced on one side only", () => {
  /** How many records come out right when one kernel encodes and another decodes. */
  function rightOf(decoder: OkvsKernel): number {
    const [count, width, columns] = [200, 160, 448];
    const records = randomBytes(recordBytes * count);
    const encoder = compiledOkvs();
    const all = encoded(encoder, records, new Uint8Array(16 * columns), { count, columns, width });
    const sorted = all.subarray(0, recordBytes * count);
    const values = all.subarray(recordBytes * count + columns, -1);
    const rows = new Uint8Array(128 * columns);
    for (let r = 0; r < columns; r++) rows.set(values.subarray(16 * r, 16 * (r + 1)), 128 * r);
    const to = zeros(decoder, inputStride * count);
    const tables = zeros(decoder, decodeTableBytes);
    const at = place(decoder, sorted);
    decoder.run.decodeRows(at, count, width, place(decoder, rows), columns, tables, to);
    let right = 0;
    for (let k = 0; k < count; k++) {
      const value = taken(decoder, to + inputStride * k, 16);
      if (value.every((byte, i) => byte === sorted[recordBytes * k + i])) right++;
    }
    return right;
  }

  it("misses half of all items, where both force it none", async () => {
    const { referenceOkvs: mutant } = await importMutant<{ referenceOkvs: typeof referenceOkvs }>(
      "okvs-first-bit",
      "kernels/okvs/reference-kernel.js",
      { file: "kernels/okvs/reference-band.js", text: " | 1n)", replacement: ")" },
    );
    expect(rightOf(referenceOkvs())).toBe(200);
    expect(rightOf(compiledOkvs())).toBe(200);
    // 200 records, half of which have the bit anyway: beyond 60 to 140 once in 10^8.
    expect(Math.abs(rightOf(mutant()) - 100)).toBeLessThan(41);
  });
});
