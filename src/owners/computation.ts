/** In which way secrets are shared among two owners, alone or with a third party. */

import type { Party } from "../channel/party.js";
import type { Computation } from "../mpc/computation.js";
import type { Engine } from "../mpc/engine.js";
import { openDealerEngine, openReplicatedEngine } from "../mpc/open-engine.js";
import { openTwoPartyEngine } from "../mpc/two-party/open-two-party-engine.js";

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
      return openDealerEngine(run, { dealer: roles.dealer ?? "dealer" });
  }
}
