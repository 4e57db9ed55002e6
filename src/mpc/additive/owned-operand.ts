/** Matrices that one of two parties knows, where the source of correlated randomness multiplies with them in its own way. */

import { transpose } from "../../ring/matrix.js";
import type { OwnedProducts } from "../correlation.js";
import type { Rounds } from "../rounds.js";
import type { ReusableShare, OwnedWords } from "../scheme.js";
import { only, type AdditiveParts } from "./parts.js";

/** Bits of an entry that such sources take. */
const maxEntryBits = 32;

/** The operand; `undefined` where the source has no way of its own, or not for entries this long. */
export async function fixOwnedShares(
  { source, rounds }: AdditiveParts,
  matrix: OwnedWords,
): Promise<ReusableShare | undefined> {
  const { owner, words, rows, columns, bits, products, transposedProducts } = matrix;
  if (source.ownedMatrix === undefined || bits > maxEntryBits) return undefined;
  const owned: OwnedProducts = await source.ownedMatrix({
    owner,
    rows,
    columns,
    bits,
    plan: [{ from: 0, to: rows, forward: products, transposed: transposedProducts }],
    ...(words === undefined ? {} : { entries: entriesOf(words) }),
  });
  return {
    product: async (v, size, transposed) => {
      const vectors = transpose(only(v), size.inner, size.columns); // one column after the other
      const products = await inRound(rounds, () =>
        Promise.all(
          Array.from({ length: size.columns }, (_, column) => {
            const vector = vectors.slice(column * size.inner, (column + 1) * size.inner);
            return transposed ? owned.transposedProduct(0, vector) : owned.product(0, vector);
          }),
        ),
      );
      const result = new BigUint64Array(size.rows * size.columns);
      for (const [column, product] of products.entries()) result.set(product, column * size.rows);
      return [transpose(result, size.columns, size.rows)];
    },
  };
}

/**
 * What is not exchanged in rounds, as part of one: else what follows it would take its place among operations that run beside
 * it by when the messages arrived, which the parties do not see alike. Nothing is waited for that would not be anyway.
 */
async function inRound(
  rounds: Rounds,
  work: () => Promise<readonly BigUint64Array[]>,
): Promise<readonly BigUint64Array[]> {
  const { dependent } = await rounds.exchange({
    send: new Map(),
    receive: new Map(),
    words: 0,
    dependent: work,
  });
  return dependent;
}

/** Signed ring elements of at most 32 bits as integers. */
function entriesOf(words: BigUint64Array): Int32Array {
  const signed = new BigInt64Array(words.buffer, words.byteOffset, words.length);
  return Int32Array.from(signed, Number);
}
