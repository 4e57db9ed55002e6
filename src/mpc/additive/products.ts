/**
 * Products with correlated randomness (Beaver). With masks a, b and shares of c = a b, the parties open x - a and
 * y - b, uniformly random, and compute x y = (x - a) y + a (y - b) + c, locally linear in the shares of y, a and c. The
 * same holds for matrix products.
 *
 * **Source.** Beaver, "Efficient Multiparty Protocols Using Circuit Randomization", CRYPTO 1991; operands fixed over
 * many products: Mohassel, Zhang, "SecureML", IEEE S&P 2017, section IV.A.
 */

import { matrixProduct, transposedProduct, type ProductShape } from "../../ring/matrix.js";
import { add, addInPlace, subtract } from "../../ring/vector.js";
import type { Correlation } from "../correlation.js";
import { ringPart } from "../round-message.js";
import type { ReusableShare } from "../scheme.js";
import type { Share } from "../share.js";
import type { Closed } from "./opening.js";
import { only, type AdditiveParts } from "./parts.js";

function masked(words: BigUint64Array, mask: BigUint64Array): Closed {
  return { ...ringPart(subtract(words, mask)), under: "addition" };
}

/** x y, element by element. */
export function multiplyShares(parts: AdditiveParts, x: Share, y: Share): Promise<Share> {
  const length = only(x).length;
  return beaver(parts, [only(x), only(y)], { kind: "triple", length }, (d, e, yShare, a, c) => {
    for (let i = 0; i < length; i++) {
      const first = BigInt.asUintN(64, (d[i] as bigint) * (yShare[i] as bigint)); // all of one length
      const second = BigInt.asUintN(64, (a[i] as bigint) * (e[i] as bigint));
      c[i] = BigInt.asUintN(64, (c[i] as bigint) + BigInt.asUintN(64, first + second));
    }
  });
}

/** X Y. */
export function multiplyMatrices(
  parts: AdditiveParts,
  x: Share,
  y: Share,
  size: ProductShape,
): Promise<Share> {
  const { rows, inner, columns } = size;
  const wanted: Correlation = { kind: "matrixTriple", rows, inner, columns };
  return beaver(parts, [only(x), only(y)], wanted, (d, e, yShare, a, c) => {
    addInPlace(c, matrixProduct(d, yShare, size));
    addInPlace(c, matrixProduct(a, e, size));
  });
}

async function beaver(
  parts: AdditiveParts,
  [x, y]: readonly [BigUint64Array, BigUint64Array],
  wanted: Correlation,
  addTo: (
    d: BigUint64Array,
    e: BigUint64Array,
    y: BigUint64Array,
    a: BigUint64Array,
    c: BigUint64Array,
  ) => void,
): Promise<Share> {
  const { masks, dependent } = parts.source.draw(wanted);
  const [a, b] = masks as readonly [BigUint64Array, BigUint64Array]; // both kinds have two masks
  const round = await parts.open([masked(x, a), masked(y, b)], { dependent });
  const [d, e] = round.opened as readonly [BigUint64Array, BigUint64Array]; // opened to all, as many as asked for
  const result = (round.dependent[0] as BigUint64Array).slice(); // both kinds have one dependent vector
  addTo(d, e, y, a, result);
  return [result];
}

/** Masks a matrix once and opens it masked. */
export async function fixShares(
  parts: AdditiveParts,
  x: Share,
  { rows, columns }: { readonly rows: number; readonly columns: number },
): Promise<ReusableShare> {
  const { number, masks, dependent } = parts.source.draw({ kind: "operandMask", rows, columns });
  const [mask] = masks as readonly [BigUint64Array]; // the kind has one mask
  const { opened } = await parts.open([masked(only(x), mask)], { dependent });
  const [delta] = opened as readonly [BigUint64Array]; // opened to all
  return new FixedAdditive(parts, { masked: delta, mask, operand: number });
}

/**
 * A matrix X that many products share: it was masked and opened, as X - U, once; each product masks and opens only the
 * other factor, with a fresh mask.
 *
 * **Security.** X - U is uniform and each other factor has a mask of its own, so all that is opened is uniform and
 * independent of every secret. U must never mask another matrix: it belongs to this object.
 */
class FixedAdditive implements ReusableShare {
  readonly #parts: AdditiveParts;
  readonly #masked: BigUint64Array;
  readonly #mask: BigUint64Array;
  readonly #operand: number;

  constructor(
    parts: AdditiveParts,
    fixed: { readonly masked: BigUint64Array; readonly mask: BigUint64Array; readonly operand: number },
  ) {
    this.#parts = parts;
    this.#masked = fixed.masked;
    this.#mask = fixed.mask;
    this.#operand = fixed.operand;
  }

  async product(v: Share, size: ProductShape, transposed: boolean): Promise<Share> {
    const { masks, dependent } = this.#parts.source.draw({
      kind: "operandProduct",
      operand: this.#operand,
      transposed,
      columns: size.columns,
    });
    const [fresh] = masks as readonly [BigUint64Array]; // the kind has one mask
    const round = await this.#parts.open([masked(only(v), fresh)], { dependent });
    const [delta] = round.opened as readonly [BigUint64Array]; // opened to all
    const [uv] = round.dependent as readonly [BigUint64Array]; // the kind has one dependent vector
    // X v = (X - U) v + U (v - V) + U V
    const times = transposed ? transposedProduct : matrixProduct;
    const result = add(times(this.#masked, only(v), size), times(this.#mask, delta, size));
    addInPlace(result, uv);
    return [result];
  }
}
