/** Openings of masked values by n parties: each sends its share to all others, or to the one that may learn the value. */

import { addInPlace } from "../../ring/vector.js";
import { wordsForRows, xorInPlace } from "../packed-bits.js";
import type { Part, PartSize } from "../round-message.js";
import type { Rounds } from "../rounds.js";

/** A vector of shares to open. */
export interface Closed extends Part {
  /** How shares add up. */
  readonly under: "addition" | "xor";
}

/** Who opens. */
export interface OpeningParties {
  /** Session indices of the computing parties. */
  readonly members: readonly number[];
  /** The own one. */
  readonly self: number;
}

/** Options of an opening. */
export interface OpeningOptions {
  /** The one party that learns the values; all, when left out. */
  readonly to?: number;
  readonly dependent?: () => Promise<readonly BigUint64Array[]>;
}

/** What was opened; `undefined` at a party that may not see it. */
export interface Opening {
  readonly opened: readonly BigUint64Array[] | undefined;
  readonly dependent: readonly BigUint64Array[];
}

/** Opens in the next round. */
export async function openShares(
  rounds: Rounds,
  { members, self }: OpeningParties,
  closed: readonly Closed[],
  { to, dependent }: OpeningOptions = {},
): Promise<Opening> {
  const others = members.filter((member) => member !== self);
  const mine = to === undefined || to === self;
  const sizes: readonly PartSize[] = closed.map(({ size }) => size);
  const targets = to === undefined ? others : others.filter((other) => other === to);
  let words = 0;
  for (const size of sizes) words += wordsForRows(size);
  const result = await rounds.exchange({
    send: new Map(targets.map((other) => [other, closed])),
    receive: new Map(mine ? others.map((other) => [other, sizes]) : []),
    words,
    ...(dependent === undefined ? {} : { dependent }),
  });
  if (!mine) return { opened: undefined, dependent: result.dependent };
  const totals = closed.map((part) => part.words.slice());
  for (const vectors of result.received.values()) {
    for (const [i, vector] of vectors.entries()) {
      const total = totals[i] as BigUint64Array; // as many vectors as were asked for, of the same sizes
      if (closed[i]?.under === "xor") xorInPlace(total, vector);
      else addInPlace(total, vector);
    }
  }
  return { opened: totals, dependent: result.dependent };
}
