/** How long a list the other party may have: what it can ask in one run is what it can learn. */

import type { ProtocolRun } from "../channel/party.js";
import { peerFault, VeilshareError } from "../errors.js";

/** Bounds of the other party's list. */
export interface PeerLimits {
  readonly least: number;
  readonly most: number;
}

/** Whoever has a list of this length has little to hide by the length of a shorter one. */
const alwaysAllowed = 100_000;
const timesOwn = 10;

/** For lists that were bounded before. */
export const anyLength: PeerLimits = { least: 0, most: Number.MAX_SAFE_INTEGER };

/** What a party has set. */
export interface ListLimits {
  readonly minPeerItems: number;
  /** Undefined: the default. */
  readonly maxPeerItems: number | undefined;
}

/** What the options or their defaults allow, given the own list's length. */
export function peerLimits({ minPeerItems, maxPeerItems }: ListLimits, ownItems: number): PeerLimits {
  return { least: minPeerItems, most: maxPeerItems ?? Math.max(timesOwn * ownItems, alwaysAllowed) };
}

/**
 * Refuses a list that is too long or too short, before anything of the own one has left.
 *
 * @throws VeilshareError PEER_FLOODED above, DISCLOSURE_REFUSED below; both name the option.
 */
export function checkPeerItems(run: ProtocolRun, { least, most }: PeerLimits, items: number | bigint): void {
  const party = run.names[1 - run.index] as string; // there are two parties
  const details = { party, step: "psi/sizes", got: String(items) };
  if (items > most) {
    throw peerFault("PEER_FLOODED", { ...details, expected: `at most ${most} items (option maxPeerItems)` });
  }
  if (items >= least) return;
  const expected = `at least ${least} items (option minPeerItems)`;
  const message = `psi/sizes: party "${party}": expected ${expected}, got ${items}`;
  throw new VeilshareError("DISCLOSURE_REFUSED", message, { ...details, expected });
}
