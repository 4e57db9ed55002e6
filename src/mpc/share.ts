/**
 * One party's share of a vector: as many vectors of words, its *components*, as the scheme has. Additive sharing has
 * one; replicated sharing among three parties has two, of three that sum to the value. What is linear is done component
 * by component; a public constant is taken up by one of all the components, which one party holds, or two.
 */

/** Components of a share, all of one length. */
export type Share = readonly BigUint64Array[];

/** The engine that a secret belongs to, as far as its shares need to know it. */
export interface ShareContext {
  /** The own component that takes up public constants; `undefined` at a party that does not hold it. */
  readonly constantAt: number | undefined;
}

/** What a value was rounded from: shares of a number, modulo 2^64, of which the value is the part above `shift` bits. */
export interface Unrounded {
  readonly share: Share;
  /** 1 to 62. The number is less than 2^shift away from the value times 2^shift. */
  readonly shift: number;
}

/** What a function makes of each component. */
export function mapShare(share: Share, map: (part: BigUint64Array) => BigUint64Array): Share {
  return share.map(map);
}

/** What a function makes of each two components. */
export function zipShares(
  a: Share,
  b: Share,
  combine: (a: BigUint64Array, b: BigUint64Array) => BigUint64Array,
): Share {
  return a.map((part, i) => combine(part, b[i] as BigUint64Array)); // shares of one scheme: as many components
}
