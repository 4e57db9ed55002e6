/** Matrices that one of two parties knows, where the source of correlated randomness multiplies with them in its own way. */

import { invalidArgument } from "../../errors.js";
import type { OwnedProducts } from "../correlation.js";
import type { ReusableShare, OwnedWords } from "../scheme.js";
import { only, type AdditiveParts } from "./parts.js";

/** Bits of an entry that such sources take. */
const maxEntryBits = 32;

/** The operand; `undefined` where the source has no way of its own, or not for entries this long. */
export async function fixOwnedShares(
  { source }: AdditiveParts,
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
      if (size.columns !== 1)
        throw invalidArgument("reusableOwnedOperand", "a vector of one column", `${size.columns}`);
      const share = only(v);
      return [await (transposed ? owned.transposedProduct(0, share) : owned.product(0, share))];
    },
  };
}

/** Signed ring elements of at most 32 bits as integers. */
function entriesOf(words: BigUint64Array): Int32Array {
  const signed = new BigInt64Array(words.buffer, words.byteOffset, words.length);
  return Int32Array.from(signed, Number);
}
