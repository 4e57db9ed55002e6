/** The rows that lender and platform have in common, in one order at both, and which of them are held back. */

import { sha256 } from "@noble/hashes/sha2.js";
import { compareBytes, utf8ToBytes } from "../../bytes/encoding.js";
import type { Party } from "../../channel/party.js";
import { invalidArgument } from "../../errors.js";
import { intersect, type IntersectOptions } from "../../psi/intersect.js";
import { Prg } from "../../random/prg.js";
import { randomPermutation } from "../../random/shuffle.js";

/** Options of the intersection that one party sets for itself. */
export type AlignmentOptions = Pick<IntersectOptions, "pool" | "workers" | "maxPeerItems">;

/**
 * The own rows of all common ids, in the order of the ids' UTF-8 bytes: the same order at both parties.
 *
 * @param party - A session of the two only.
 * @param ids - Distinct, checked before.
 *
 * **Security.** Both learn which ids are common, and the number of the other's ids; see `intersect`.
 */
export async function alignRows(
  party: Party,
  ids: readonly string[],
  options: AlignmentOptions,
): Promise<Uint32Array> {
  const { indices } = await intersect(party, ids, { ...options, reveal: "both" });
  const keyed = Array.from(indices, (row) => ({ row, key: utf8ToBytes(ids[row] ?? "") }));
  keyed.sort((a, b) => compareBytes(a.key, b.key));
  return Uint32Array.from(keyed, ({ row }) => row);
}

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
