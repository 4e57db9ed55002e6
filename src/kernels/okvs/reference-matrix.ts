/** The reference of the matrix, the code and the check: bit by bit. */

import type { OkvsOperations } from "./operations.js";
import { addInto, addWords, bitAt, wordsOf, type MemoryOf } from "./reference-memory.js";

type Operations = Pick<
  OkvsOperations,
  "columnsToRows" | "rowsToColumns" | "addMasked" | "encodeWords" | "addCodewords" | "sumRows"
>;

/** The operations on a memory. */
export function matrixOperations(memory: MemoryOf): Operations {
  const area = (at: number, length: number): Uint8Array => memory().subarray(at, at + length);

  /** The sum of one entry of each of 16 tables. */
  const codeword = (word: Uint8Array, tables: number): Uint8Array => {
    const sum = new Uint8Array(32);
    for (const [t, byte] of word.entries()) addInto(sum, area(tables + (256 * t + byte) * 32, 32));
    return sum;
  };

  return {
    columnsToRows: (columns, stride, bytes, rows, rowStride) => {
      const all = memory();
      for (let r = 0; r < 8 * bytes; r++) all.fill(0, rows + r * rowStride, rows + r * rowStride + 16);
      for (let c = 0; c < 128; c++) {
        const place = rows + (c >> 3);
        for (let r = 0; r < 8 * bytes; r++) {
          const bit = ((all[columns + c * stride + (r >> 3)] ?? 0) >> (r & 7)) & 1;
          const at = place + r * rowStride;
          all[at] = (all[at] ?? 0) | (bit << (c & 7));
        }
      }
    },
    rowsToColumns: (rows, rowStride, count, columns, stride) => {
      const all = memory();
      for (let c = 0; c < 128; c++) {
        const column = columns + c * stride;
        all.fill(0, column, column + count / 8);
        for (let r = 0; r < count; r++) {
          const bit = ((all[rows + r * rowStride + (c >> 3)] ?? 0) >> (c & 7)) & 1;
          const at = column + (r >> 3);
          all[at] = (all[at] ?? 0) | (bit << (r & 7));
        }
      }
    },
    addMasked: (target, source, bytes, bit) => {
      const masked = area(source, bytes).map((byte) => byte & -bit);
      addInto(area(target, bytes), masked);
    },
    encodeWords: (words, count, tables, to) => {
      for (let i = 0; i < count; i++) area(to + 32 * i, 32).set(codeword(area(words + 16 * i, 16), tables));
    },
    addCodewords: (words, stride, count, tables, delta, rows, rowStride) => {
      for (let i = 0; i < count; i++) {
        const word = codeword(area(words + i * stride, 16), tables);
        for (let plane = 0; plane < 4; plane++) {
          const times = area(delta + 32 * plane, 32);
          const product = word.map((byte, k) => byte & (times[k] ?? 0));
          addInto(area(rows + i * rowStride + 32 * plane, 32), product);
        }
      }
    },
    sumRows: (rows, width, count, coefficients, _buckets, to) => {
      area(to, 64 * width).fill(0);
      const words = wordsOf(memory());
      for (let r = 0; r < count + 64; r++) {
        const coefficient = area(coefficients + 8 * r, 8);
        for (let i = 0; i < 64; i++) {
          const chosen = r < count ? bitAt(coefficient, i) : Number(r - count === i);
          if (chosen === 1) addWords(words, (to + i * width) / 4, (rows + r * width) / 4, width / 4);
        }
      }
    },
  };
}
