/** Who is who in a joint model, by the parties file: the lender stands first, the platform second, a third party third. */

import { loadIdentity, loadParties } from "../channel/identity/files-node.js";
import type { Identity } from "../channel/identity/identity.js";
import { computations, defaultComputation, type Computation } from "../mpc/computation.js";
import { thirdRoles } from "../owners/computation.js";
import type { RiskRole, RoleNames } from "../risk/roles.js";
import { optionFault, requiredText, textOption, wordOption } from "./option-values.js";
import type { VerbOptions } from "./verb.js";

/** The own role, and everybody's name. */
export interface RiskSeat {
  readonly identity: Identity;
  readonly role: RiskRole;
  readonly computation: Computation;
  readonly parties: RoleNames;
}

/** @throws VeilshareError for a key file or parties file that can't be used, or names that don't fit the computation. */
export async function riskSeat(options: VerbOptions): Promise<RiskSeat> {
  const computation = wordOption(options, "computation", computations, defaultComputation);
  const third = thirdRoles[computation];
  const identity = await loadIdentity(requiredText(options, "identity"));
  const names = (await loadParties(requiredText(options, "parties"))).map(({ name }) => name);
  const roles = third === undefined ? 2 : 3;
  if (names.length !== roles)
    throw optionFault("--parties", `${roles} parties for --computation ${computation}`, `${names.length}`);
  const lender = textOption(options, "lender") ?? names[0] ?? "";
  const others = names.filter((name) => name !== lender);
  const platform = textOption(options, "platform") ?? others[0] ?? "";
  const helper = others.find((name) => name !== platform);
  if (others.length === names.length || !others.includes(platform))
    throw optionFault("--lender and --platform", `two of ${names.join(", ")}`, "others");
  const parties: RoleNames = {
    lender,
    platform,
    ...(third === undefined || helper === undefined ? {} : { [third]: helper }),
  };
  const found = Object.entries(parties).find(([, name]) => name === identity.name);
  if (found === undefined)
    throw optionFault("--identity", `the key file of ${names.join(" or ")}`, "another");
  return { identity, role: found[0] as RiskRole, computation, parties }; // a key of RoleNames
}
