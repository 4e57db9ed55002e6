/** Shuffling secrets, where a scheme has a way of its own: matrices row by row, bits element by element. */

import { invalidArgument } from "../errors.js";
import { elementsOfRows, rowsOfElements, wordsForElement } from "./bit-elements.js";
import { describe, describeBits } from "./products.js";
import type { Scheme, ShuffledTable } from "./scheme.js";
import { bitsFromShare, shareOfBits, type SecretBits } from "./secret-bits.js";
import { secretFromShare, shareOf, type SecretMatrix } from "./secret-matrix.js";
import { mapShare } from "./share.js";

/** What was shuffled, all in one order. */
export interface Shuffled {
  readonly matrices: readonly SecretMatrix[];
  readonly bits: readonly SecretBits[];
}

/** See `Engine.shuffle`. */
export async function shuffleSecrets(
  scheme: Scheme,
  matrices: readonly SecretMatrix[],
  bits: readonly SecretBits[],
): Promise<Shuffled | undefined> {
  const rows = matrices[0]?.rows ?? bits[0]?.length ?? 0;
  checkRows(rows, [...matrices.map((matrix) => matrix.rows), ...bits.map(({ length }) => length)]);
  if (scheme.shuffle === undefined) return undefined;
  const tables = [
    ...matrices.map((matrix) => matrixTable(scheme, matrix)),
    ...bits.map((one) => bitTable(scheme, one)),
  ];
  for (const matrix of matrices) scheme.rounds.note(describe("shuffle", matrix));
  for (const one of bits) scheme.rounds.note(describeBits("shuffle", one));
  const shares = await scheme.shuffle(tables, rows);
  const { context } = scheme;
  const at = (i: number): ShuffledTable["share"] => shares[i] ?? []; // as many shares as tables
  return {
    matrices: matrices.map((matrix, i) => {
      const { columns, fractionalBits, magnitude } = matrix;
      return secretFromShare(context, { rows, columns, fractionalBits, magnitude }, at(i));
    }),
    bits: bits.map(({ width }, i) => {
      const size = { rows: width, bits: rows };
      const share = mapShare(at(matrices.length + i), (part) => rowsOfElements(part, size));
      return bitsFromShare(context, { rows, columns: 1, width }, share);
    }),
  };
}

function checkRows(rows: number, counts: readonly number[]): void {
  if (rows === 0) throw invalidArgument("shuffle", "at least one row", "none");
  for (const count of counts)
    if (count !== rows) throw invalidArgument("shuffle", `${rows} rows`, `${count}`);
}

function matrixTable({ context }: Scheme, matrix: SecretMatrix): ShuffledTable {
  return { share: shareOf("shuffle", context, matrix), rowWords: matrix.columns, under: "addition" };
}

function bitTable({ context }: Scheme, bits: SecretBits): ShuffledTable {
  const size = { rows: bits.width, bits: bits.length };
  const share = mapShare(shareOfBits("shuffle", context, bits), (part) => elementsOfRows(part, size));
  return { share, rowWords: wordsForElement(bits.width), under: "xor" };
}
