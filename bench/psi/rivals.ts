/** Other ways to intersect, by name; each runs both parties in one thread and without a network, which is all it has. */

import type { BenchContext } from "../context.js";
import { loadSodiumParty, nobleParty, x25519Party } from "./minimal-parties.js";
import { minimalPsi, type MinimalResult } from "./minimal-psi.js";
import { loadOpenmined } from "./openmined.js";

/** What may be compared with. */
export type RivalName = "@noble/curves" | "libsodium" | "node:crypto X25519" | "@openmined/psi.js";

/** Intersects a receiver's items with a sender's. */
export type Intersect = (receiverItems: readonly string[], senderItems: readonly string[]) => MinimalResult;

/** Loads a rival. */
export async function loadRival(name: RivalName, context: Pick<BenchContext, "rival">): Promise<Intersect> {
  switch (name) {
    case "@noble/curves":
      return (receiver, sender) => minimalPsi(nobleParty, receiver, sender);
    case "libsodium": {
      const party = await loadSodiumParty(context);
      return (receiver, sender) => minimalPsi(party, receiver, sender);
    }
    case "node:crypto X25519":
      return (receiver, sender) => minimalPsi(x25519Party, receiver, sender);
    case "@openmined/psi.js":
      return (await loadOpenmined(context)).intersect;
  }
}
