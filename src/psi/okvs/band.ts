/**
 * The OKVS: for records with values of 16 bytes, a vector P of `columns` values such that each record's band chooses rows
 * of P that sum to its value. Columns that no record determines get uniform values.
 *
 * **Security.** Given uniform values, P is uniform whatever the records are, as long as encoding succeeds. Whether it does
 * depends on the records: it fails with a probability of about 2^-(0.395 w - log2 n + 2.9) for bands of w bits, n items in
 * all and 1.15 columns an item.
 *
 * **Source.** A. Bienstock, S. Patel, J. Y. Seo, K. Yeo, "Near-Optimal Oblivious Key-Value Stores", USENIX Security 2023.
 */

import { reducedBytes, valueBytes } from "../../kernels/okvs/operations.js";
import type { Scratch } from "../../ot/subspace-vole/kernel-scratch.js";

/** What is encoded. */
export interface BandShape {
  /** Records. */
  readonly count: number;
  /** Rows that bands choose from. */
  readonly columns: number;
  readonly bandBits: number;
}

/**
 * Encodes sorted records in place of what is in `values`, which the free columns keep.
 *
 * @param records - Their address.
 * @param values - Address of `columns` uniform values.
 * @returns False when some record has no solution.
 */
export function encodeBand(
  { run, room }: Scratch,
  { count, columns, bandBits }: BandShape,
  records: number,
  values: number,
): boolean {
  const reduced = room(reducedBytes * columns);
  const used = room(columns);
  const failed = run.eliminate(records, count, columns, bandBits, reduced, used);
  if (failed > 0) return false;
  run.solve(columns, reduced, used, values);
  return true;
}

/** Bytes of the uniform vector that an encoding begins with, mask rows included. */
export function vectorBytes(rows: number): number {
  return valueBytes * rows;
}
