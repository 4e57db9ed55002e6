/** In which way secrets are shared among two owners, alone or with a third party. */

import type { Party } from "../channel/party.js";
import type { Engine } from "../mpc/engine.js";
import { openEngine, openReplicatedEngine } from "../mpc/open-engine.js";
import { openTwoPartyEngine } from "../mpc/two-party/open-two-party-engine.js";

/**
 * - `two-party`: the owners alone; correlated randomness by oblivious transfer. Nobody else to trust, and the most traffic.
 * - `replicated`: both owners and a `helper`, a third party that computes with them and learns nothing. Fastest.
 *   No two of the three may collude.
 * - `dealer`: the owners compute; a `dealer` gives them correlated randomness and sees no message of theirs. No two
 *   may collude, and a dealer that deals wrong is not noticed.
 */
export type Computation = "two-party" | "replicated" | "dealer";

/** All of them. */
export const computations: readonly Computation[] = ["two-party", "replicated", "dealer"];

/** The third party of each that has one. */
export const thirdRoles = { "two-party": undefined, replicated: "helper", dealer: "dealer" } as const;

/** Opens the engine of both owners and, where it computes too, the third party. */
export function openComputation(
  run: Party,
  computation: Computation,
  roles: { readonly dealer?: number },
): Promise<Engine> {
  switch (computation) {
    case "two-party":
      return openTwoPartyEngine(run);
    case "replicated":
      return openReplicatedEngine(run);
    case "dealer":
      return openEngine(run, { dealer: roles.dealer ?? "dealer" });
  }
}
