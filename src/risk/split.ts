/** Which of the aligned rows are held back from training. */

import { sha256 } from "@noble/hashes/sha2.js";
import { utf8ToBytes } from "../bytes/encoding.js";
import { invalidArgument } from "../errors.js";
import { Prg } from "../random/prg.js";
import { randomPermutation } from "../random/shuffle.js";

/** Aligned rows, cut in two. */
export interface Split {
  /** Positions among the aligned rows, ascending. */
  readonly training: Uint32Array;
  readonly holdout: Uint32Array;
}

/**
 * Holds back a share of the aligned rows, chosen by a public seed: the same ones at both parties.
 *
 * @param fraction - 0 to 0.5 of the rows, rounded down.
 * @param seed - Any text; it is public, as is the choice.
 * @throws VeilshareError INVALID_ARGUMENT for a fraction out of range.
 */
export function splitRows(rows: number, fraction: number, seed: string): Split {
  if (!(fraction >= 0 && fraction <= 0.5)) {
    throw invalidArgument("holdout", "a fraction from 0 to 0.5", String(fraction));
  }
  const prg = Prg.derive(sha256(utf8ToBytes(seed)), "veilshare/joint-risk-model/holdout");
  const order = randomPermutation(rows, prg);
  const heldBack = Math.floor(rows * fraction);
  return { holdout: order.slice(0, heldBack).sort(), training: order.slice(heldBack).sort() };
}
