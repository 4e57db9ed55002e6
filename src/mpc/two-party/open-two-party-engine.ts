/** Opening an engine for two parties and no third. */

import { checkArgument, checkOptions, partyRule, type RulesOf } from "../../checks/options.js";
import { callback, flag, oneOf, optional, withMethods } from "../../checks/rules.js";
import type { Party } from "../../channel/party.js";
import { invalidArgument } from "../../errors.js";
import type { Engine } from "../engine.js";
import { openAdditiveEngine } from "../open-engine.js";
import { OtRandomness, type OtRandomnessOptions } from "./ot-randomness.js";

/** Options of {@link openTwoPartyEngine}. */
export type TwoPartyEngineOptions = OtRandomnessOptions;

/** What the options must be. */
export const twoPartyRules: RulesOf<TwoPartyEngineOptions> = {
  depth: optional(oneOf(2, 4)),
  checked: optional(flag),
  random: optional(callback),
  preprocessed: optional(withMethods("preprocessed correlations", "open", "take", "close")),
};

/** An engine and the source under it, for protocols that also use what only the source has. */
export interface TwoParty {
  readonly engine: Engine;
  readonly source: OtRandomness;
}

/**
 * Opens an engine with additive shares between the two parties of a protocol run in which both have agreed: no dealer; the
 * correlated randomness is made by oblivious transfer, on the fly or out of a preprocessed file. Closing the engine overwrites both ends
 * of both directions. Two engines of one run must be asked for the same in the same order at both; give each a run of its own.
 *
 * @param party - Own end of a run of exactly two parties.
 * @throws VeilshareError INVALID_ARGUMENT for another number of parties; a `PEER_` code when the other does not do its part.
 *
 * **Security.** Semi-honest. Each party learns nothing but shapes, declared bounds and what is revealed to it; there is no
 * one else to trust. See {@link OtRandomness} for what is verified all the same.
 *
 * **Cost.** About 40 kB from each party to set up. See {@link OtRandomness} for what an operation costs.
 *
 * **Source.** Gilboa 1999; Beaver 1991; the sources in docs/oblivious-transfer.md; Cheetah 2022 (truncation).
 */
export async function openTwoPartyEngine(party: Party, options: TwoPartyEngineOptions = {}): Promise<Engine> {
  return (await openTwoParty(party, options)).engine;
}

/**
 * {@link openTwoPartyEngine} with the source, whose `ownedMatrix` prepares products with a matrix that one party knows. The
 * engine closes the source.
 *
 * @throws VeilshareError as {@link openTwoPartyEngine}.
 */
export async function openTwoParty(party: Party, options: TwoPartyEngineOptions = {}): Promise<TwoParty> {
  checkArgument("openTwoPartyEngine", "party", party, partyRule);
  checkOptions("openTwoPartyEngine", options, twoPartyRules);
  if (party.size !== 2) throw invalidArgument("openTwoPartyEngine", "two parties", `${party.size}`);
  const opening = OtRandomness.open(party, 1 - party.index, options);
  const engine = await openAdditiveEngine(party, [0, 1], opening);
  return { engine, source: await opening };
}
