/** The reference of the matrix: folding leaves to columns, correcting them, and columns to rows, bit by bit. */

import type { OtOperations } from "../kernels/ot/kernel.js";
import type { OtAreas } from "./reference-areas.js";

type Operations = Pick<OtOperations, "foldFour" | "foldSixteen" | "addSum" | "transpose" | "wipeMatrix">;

/** Bit `index` of a byte string, the least significant bit of each byte first. */
export function bitAt(bytes: Uint8Array, index: number): number {
  return ((bytes[index >> 3] ?? 0) >> (index & 7)) & 1;
}

/** The operations on a reference kernel's areas. */
export function matrixOperations(areas: OtAreas): Operations {
  const { stripe, leaves, columns, sum, rows } = areas;
  const column = (c: number, length: number): Uint8Array => columns.subarray(c * stripe, c * stripe + length);

  const fold = (count: number, first: number, bits: number, length: number, add: boolean): void => {
    sum.fill(0, 0, length);
    for (let b = 0; b < bits && !add; b++) column(first + b, length).fill(0);
    for (let x = 0; x < count; x++) {
      const leaf = leaves.subarray(x * stripe, x * stripe + length);
      addInto(sum, leaf);
      for (let b = 0; b < bits; b++) if (((x >> b) & 1) === 1) addInto(column(first + b, length), leaf);
    }
  };

  return {
    foldFour: (first, length) => {
      fold(4, first, 2, length, false);
    },
    foldSixteen: (first, length, add) => {
      fold(16, first, 4, length, add !== 0);
    },
    addSum: (first, count, secret, length) => {
      for (let b = 0; b < count; b++) {
        const mask = -((secret >> b) & 1) & 255;
        const target = column(first + b, length);
        for (let i = 0; i < length; i++) target[i] = (target[i] ?? 0) ^ ((sum[i] ?? 0) & mask);
      }
    },
    transpose: (length) => {
      rows.fill(0, 0, 128 * length);
      for (let c = 0; c < 128; c++) {
        const bits = column(c, length);
        for (let r = 0; r < 8 * length; r++) {
          const at = 16 * r + (c >> 3);
          rows[at] = (rows[at] ?? 0) | (bitAt(bits, r) << (c & 7));
        }
      }
    },
    wipeMatrix: (length) => {
      for (let x = 0; x < 16; x++) leaves.fill(0, x * stripe, x * stripe + length);
      for (let c = 0; c < 128; c++) column(c, length).fill(0);
      sum.fill(0, 0, length);
      rows.fill(0, 0, 128 * length);
      areas.checked.fill(0);
    },
  };
}

function addInto(target: Uint8Array, added: Uint8Array): void {
  for (let i = 0; i < added.length; i++) target[i] = (target[i] ?? 0) ^ (added[i] ?? 0);
}
