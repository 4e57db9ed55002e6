/** The reference of the band matrix: bands are BigInts, rows are added one by one. */

import {
  rowBytes,
  valueBytes,
  type OkvsOperations,
  inputStride,
  recordBytes,
  reducedBytes,
} from "./operations.js";
import { addInto, addWords, longAt, putWord, wordAt, wordsOf, type MemoryOf } from "./reference-memory.js";

type Operations = Pick<OkvsOperations, "partitionsOf" | "sortRecords" | "eliminate" | "solve" | "decodeRows">;

const [bandAt, startAt, numberAt, partitionAt] = [16, 40, 44, 48];
const reducedValueAt = 32;

/** floor(word x span / 2^64). */
function scaled(word: bigint, span: number): number {
  return Number((word * BigInt(span)) >> 64n);
}

/** The operations on a memory. */
export function bandOperations(memory: MemoryOf): Operations {
  const area = (at: number, length: number): Uint8Array => memory().subarray(at, at + length);
  const bits192 = (at: number): bigint =>
    longAt(memory(), at) | (longAt(memory(), at + 8) << 64n) | (longAt(memory(), at + 16) << 128n);
  const bandOf = (record: number, width: number): bigint =>
    BigInt.asUintN(width, bits192(record + bandAt) | 1n);

  /** What is at `target` += every row of `length` bytes from `rows` on that a bit of `band` chooses. */
  const addChosen = (target: number, band: bigint, rows: number, length: number): void => {
    const words = wordsOf(memory());
    for (let part = band, first = rows; part !== 0n; part >>= 32n, first += 32 * length) {
      const bits = Number(part & 0xffff_ffffn);
      for (let bit = 0; bit < 32; bit++) {
        if (((bits >>> bit) & 1) === 1) addWords(words, target / 4, (first + bit * length) / 4, length / 4);
      }
    }
  };

  return {
    partitionsOf: (records, count, partitions, to) => {
      for (let i = 0; i < count; i++) {
        const word = longAt(memory(), records + recordBytes * i + partitionAt);
        putWord(memory(), to + 4 * i, scaled(word, partitions));
      }
    },
    sortRecords: (records, count, span, _counts, to) => {
      const starts = Array.from({ length: count }, (_, i) => {
        const record = records + recordBytes * i;
        const start = scaled(longAt(memory(), record + startAt), span);
        putWord(memory(), record + startAt, start);
        putWord(memory(), record + numberAt, i);
        return { start, i };
      });
      starts.sort((a, b) => a.start - b.start || a.i - b.i);
      for (const [place, { i }] of starts.entries()) {
        area(to + recordBytes * place, recordBytes).set(area(records + recordBytes * i, recordBytes));
      }
    },
    eliminate: (records, count, columns, width, reduced, used) => {
      area(used, columns).fill(0);
      const bands = new Map<number, bigint>();
      let failed = 0;
      for (let k = 0; k < count; k++) {
        const record = records + recordBytes * k;
        let column = wordAt(memory(), record + startAt);
        let band = bandOf(record, width);
        const value = area(record, valueBytes).slice();
        for (; band !== 0n; band ^= bands.get(column) ?? 0n) {
          for (; (band & 1n) === 0n; band >>= 1n) column++;
          if (!bands.has(column)) break;
          addInto(value, area(reduced + reducedBytes * column + reducedValueAt, valueBytes));
        }
        if (band === 0n) {
          failed++;
          continue;
        }
        bands.set(column, band);
        area(used + column, 1).fill(1);
        const row = area(reduced + reducedBytes * column, reducedBytes);
        for (let b = 0; b < 24; b++) row[b] = Number((band >> BigInt(8 * b)) & 255n);
        row.set(value, reducedValueAt);
      }
      return failed;
    },
    solve: (columns, reduced, used, values) => {
      for (let column = columns - 1; column >= 0; column--) {
        if (area(used + column, 1)[0] !== 1) continue;
        const row = reduced + reducedBytes * column;
        const value = values + valueBytes * column;
        area(value, valueBytes).set(area(row + reducedValueAt, valueBytes));
        addChosen(value, bits192(row) >> 1n, value + valueBytes, valueBytes);
      }
    },
    decodeRows: (records, count, width, rows, _rowCount, _tables, to) => {
      for (let k = 0; k < count; k++) {
        const record = records + recordBytes * k;
        const input = area(to + inputStride * k, inputStride);
        input.fill(0);
        const first = rows + rowBytes * wordAt(memory(), record + startAt);
        addChosen(to + inputStride * k, bandOf(record, width), first, rowBytes);
        input.set(area(record, valueBytes), rowBytes);
      }
    },
  };
}
