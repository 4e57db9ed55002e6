/** Opening an engine: who computes, how secrets are shared, where correlated randomness comes from. */

import { checkArgument, checkOptions, partyRule, type RulesOf } from "../checks/options.js";
import { memberRule } from "./arguments.js";
import type { Party } from "../channel/party.js";
import { invalidArgument } from "../errors.js";
import { AdditiveScheme } from "./additive/additive-scheme.js";
import type { CorrelatedRandomness } from "./correlation.js";
import { DealerRandomness } from "./dealer-randomness.js";
import { Engine } from "./engine.js";
import { PairSeeds } from "./pair-seeds.js";
import { ReplicatedParts, RingSeeds } from "./replicated/parts.js";
import { ReplicatedScheme } from "./replicated/replicated-scheme.js";
import { PartyRounds } from "./rounds.js";

const roundStep = "mpc/round";

/** Options of {@link openDealerEngine}. */
export interface DealerEngineOptions {
  /** The party, by name or index, that runs `serveDealer` in the same protocol run; all others compute. */
  readonly dealer: number | string;
}

/** What the options must be. */
export const dealerEngineRules: RulesOf<DealerEngineOptions> = { dealer: memberRule };

/**
 * Opens an engine with additive shares and a dealer, inside a protocol run in which all have agreed.
 *
 * @param party - Own end of the run; the dealer and at least two others take part.
 * @throws VeilshareError with a `PEER_` code when a party does not do its part.
 *
 * **Security.** Semi-honest. With a dealer that colludes with nobody, any n - 1 of the n computing parties learn
 * nothing but shapes, declared bounds and what is revealed to them: everything else that is opened is uniformly
 * random. The dealer with *one* of them breaks everything. No one notices a dealer that deals wrong: results are then
 * wrong.
 *
 * **Cost.** One message of 32 bytes to each other computing party, and one from the dealer.
 *
 * **Source.** Beaver 1991; SecureML 2017 (fixed operands); Dalskov, Escudero, Keller 2020, and for two parties Cheetah
 * 2022 (truncation).
 */
export async function openDealerEngine(party: Party, options: DealerEngineOptions): Promise<Engine> {
  checkArgument("openDealerEngine", "party", party, partyRule);
  checkOptions("openDealerEngine", options, dealerEngineRules);
  const dealer = party.indexOf(options.dealer);
  if (dealer === party.index) throw invalidArgument("openDealerEngine", "a computing party", "the dealer");
  const members = party.names.map((_, index) => index).filter((index) => index !== dealer);
  if (members.length < 2) {
    throw invalidArgument("openDealerEngine", "at least two computing parties", `${members.length}`);
  }
  return openAdditiveEngine(party, members, DealerRandomness.open(party, dealer));
}

/**
 * An engine with additive shares over any source of correlated randomness.
 *
 * @param members - Session indices of the computing parties, ascending, the own one among them.
 * @param source - Awaited while the parties exchange seeds.
 */
export async function openAdditiveEngine(
  party: Party,
  members: readonly number[],
  source: CorrelatedRandomness | Promise<CorrelatedRandomness>,
): Promise<Engine> {
  const [ready, pairs] = await Promise.all([source, PairSeeds.exchange(party, members)]);
  const rounds = new PartyRounds(party, members, roundStep);
  const scheme = new AdditiveScheme({ rounds, members, self: party.index, source: ready, pairs });
  return new Engine(party, members, scheme);
}

/**
 * Opens an engine with replicated shares among the three parties of a protocol run in which all have agreed: no dealer,
 * no preprocessing, and the least traffic.
 *
 * @param party - Own end of a run of exactly three parties.
 * @throws VeilshareError INVALID_ARGUMENT for another number of parties; a `PEER_` code when a party does not do its part.
 *
 * **Security.** Semi-honest, honest majority: any *one* of the three learns nothing but shapes, declared bounds and what
 * is revealed to it. *Any two together learn everything.*
 *
 * **Cost.** One message of 32 bytes to one neighbour. A product: one round, one element sent by each party.
 *
 * **Source.** Araki et al., CCS 2016; Mohassel, Rindal, "ABY3", CCS 2018.
 */
export async function openReplicatedEngine(party: Party): Promise<Engine> {
  checkArgument("openReplicatedEngine", "party", party, partyRule);
  if (party.size !== 3) throw invalidArgument("openReplicatedEngine", "three parties", `${party.size}`);
  const members = [0, 1, 2];
  const position = party.index;
  const seeds = await RingSeeds.exchange(party, (position + 2) % 3, (position + 1) % 3);
  const rounds = new PartyRounds(party, members, roundStep);
  return new Engine(
    party,
    members,
    new ReplicatedScheme(new ReplicatedParts({ rounds, members, position, seeds })),
  );
}
