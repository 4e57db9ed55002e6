/** The rows that two owners have in common, in one order at both. */

import { compareBytes, utf8ToBytes } from "../bytes/encoding.js";
import type { Party } from "../channel/party.js";
import { normalizationOf, normalized } from "../items/normalization.js";
import { intersectCardinality } from "../psi/cardinality.js";
import { intersect, type IntersectOptions } from "../psi/intersect.js";
import { invalidData } from "./columns.js";

/** Options of the intersection: `normalize` is the same at both owners, the others are each one's own. */
export type AlignmentOptions = Pick<
  IntersectOptions,
  "pool" | "workers" | "maxPeerItems" | "minPeerItems" | "peerBudget" | "normalize"
>;

/**
 * The own rows of all common ids, in the order of the normalized ids' UTF-8 bytes: the same order at both parties.
 *
 * @param party - A session of the two only.
 * @param ids - Distinct, checked before.
 * @param minimum - Fewer common ids are refused before anyone learns which they are; 0 for no minimum.
 * @throws VeilshareError INVALID_DATA for fewer, without their number, and for own ids that normalization makes equal;
 *   `intersect`'s for a list of the other's that `minPeerItems`, `maxPeerItems` or `peerBudget` refuse.
 *
 * **Security.** Both learn which ids are common, and the number of the other's ids; see `intersect`. With a minimum, first
 * whether there are enough, and the one that decides their number; see `intersectCardinality`.
 *
 * **Cost.** With a minimum, twice that of `intersect`.
 */
export async function alignRows(
  party: Party,
  ids: readonly string[],
  options: AlignmentOptions,
  minimum: number,
): Promise<Uint32Array> {
  const normalization = normalizationOf("alignRows", options.normalize ?? {}, 0, 1);
  const keys = ids.map((id) => normalized(id, normalization)); // null: no key, which matches nothing
  const real = keys.filter((key) => key !== null);
  if (new Set(real).size < real.length) {
    throw invalidData("ids", "ids that differ after normalization too", "two that do not");
  }
  if (minimum > 0) {
    const { released } = await intersectCardinality(party, ids, { ...options, minimum });
    if (!released) {
      throw invalidData("ids", `at least ${minimum} in common with the other owner`, "fewer");
    }
  }
  // What a peer may ask for was counted with the size, where that came first.
  const { peerBudget, ...others } = options;
  const budget = minimum > 0 || peerBudget === undefined ? {} : { peerBudget };
  const { indices } = await intersect(party, ids, { ...others, ...budget, reveal: "both" });
  const keyed = Array.from(indices, (row) => ({ row, key: utf8ToBytes(keys[row] ?? "") }));
  keyed.sort((a, b) => compareBytes(a.key, b.key));
  return Uint32Array.from(keyed, ({ row }) => row);
}
