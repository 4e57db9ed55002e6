/**
 * The size of the intersection of two parties' lists, and nothing about which items are common.
 *
 * R holds X, S holds Y; a and b are fresh secret scalars of this session; H hashes to the group.
 *
 *   both      -> both      sizes    |X|, |Y|
 *   R         -> S         blinded  a H(x), in a secret random order of X
 *   S         -> R         blinded  b H(y), in a secret random order of Y
 *   S         -> R         commitment  to what it will answer; only with a minimum
 *   R         -> S         doubled  some bytes of a b H(y), in a fresh random order; only with a minimum
 *   S         -> R         verdict  whether the size is at least the minimum; only with a minimum
 *   S         -> R         doubled  some bytes of b a H(x), in a fresh random order; unless the verdict is no
 *   S         -> R         opening  of the commitment; as the answer, only with a minimum
 *   both      -> both      done
 *
 * R counts the values that it gets among those that it computed from S's items. As S shuffles, R cannot tell which of its
 * items a value belongs to, if it follows the protocol: see {@link intersectCardinality} for one that does not.
 * Semi-honest adversary.
 *
 * Source: R. Agrawal, A. Evfimievski, R. Srikant, "Information Sharing Across Private Databases", SIGMOD 2003, section
 * 5.1 (intersection size); group: RFC 9496; hash: RFC 9380.
 */

import { wipe } from "../bytes/wipe.js";
import type { Party } from "../channel/party.js";
import { checkArgument, checkOptions, partyRule, type RulesOf } from "../checks/options.js";
import { integer, optional } from "../checks/rules.js";
import { commonPositions, type FlatValues } from "./common-items.js";
import {
  checkOpening,
  commitTo,
  receiveCommitment,
  receiveOpening,
  sendCommitment,
  sendOpening,
} from "./committed-answers.js";
import {
  exchangeDone,
  exchangeSizes,
  psiFault,
  receiveDoubled,
  receiveVerdict,
  sendAnswers,
  sendVerdict,
  type ExchangeContext,
} from "./exchange.js";
import { ownCounts, readItems, type PsiItems } from "../items/items.js";
import {
  exchangeBlinded,
  freshRandomness,
  withSecrets,
  type ListPair,
  type PsiRandomness,
} from "./matching.js";
import { completeOptions, psiRules, withPool, type PsiOptions } from "./options.js";
import { spendPeerItems } from "./peer-budget.js";
import { peerLimits } from "./peer-limits.js";
import type { ValueIndex } from "./value-index.js";

/** Options of {@link intersectCardinality}. */
export interface CardinalityOptions extends PsiOptions {
  /**
   * The receiver learns the size only if it is at least this; the same at both parties, 0 to 2^32 - 1. The other party
   * then learns the size too, and first, whatever it is: it is who decides. With 0 there is no minimum, and only the
   * receiver learns the size. Default 10.
   */
  readonly minimum?: number;
}

/** What both parties of {@link intersectCardinality} get in any case. */
interface CardinalityCounts {
  /** Own rows that repeat an item of an earlier row. */
  readonly duplicates: number;
  /** Own rows left out because a key field was blank, see `intersect`. */
  readonly withoutKey: number;
  /** Distinct own items. */
  readonly ownItems: number;
  /** The other party's distinct items. */
  readonly peerItems: number;
  /** False when the size is below the minimum, so that the receiver did not learn it. */
  readonly released: boolean;
}

/** What a party that learns the size gets. */
export interface Cardinality extends CardinalityCounts {
  readonly revealed: true;
  /** Number of common items. */
  readonly size: number;
}

/** What a party that does not learn the size gets. */
export interface NoCardinality extends CardinalityCounts {
  readonly revealed: false;
}

const cardinalityRules: RulesOf<CardinalityOptions> = {
  ...psiRules,
  minimum: optional(integer(0, 2 ** 32 - 1)),
};

const protocol = { name: "veilshare/psi-cardinality", version: 2 } as const;
const defaultMinimum = 10;

/**
 * How many items two parties' lists have in common, exactly; repetitions count once.
 *
 * | | with a `minimum` (default) | with `minimum: 0` |
 * | --- | --- | --- |
 * | receiver | the other list's size; the size if it is large enough, else only that it is not | the size, the other list's size |
 * | other party | the size, whatever it is; the receiver's list's size | the receiver's list's size |
 *
 * **Security.** Two parties, semi-honest; assumptions as for `intersect`. Neither learns which items are common *if both
 * follow the protocol*. A receiver that blinds each of its items with a scalar of its own learns exactly which of them
 * are common, as `intersect` would tell it, and nothing in what the other party sees shows it. With a `minimum` it has
 * to put at least that many common items under one scalar first, else it gets no answer; those it needs to know, and
 * all further items of its list it can then read one by one. So give your list only to a receiver to whom you would
 * grant `intersect`, or whose program you trust.
 *
 * A size can say much all the same: of a list of one item it says whether the other party has it, and the difference of
 * two sizes says it of the item by which two lists differ. `minimum` is against the first: whoever computes a size knows
 * it, so the size has to be known to the other party before, which checks it and then sends or withholds what the
 * receiver needs to count. Against differences, do not answer again and again. The other party has committed to its
 * answer before it is told anything, so it cannot answer with what it was told; it can leave without answering, and then
 * it alone has the size.
 *
 * **Cost.** As `intersect`; k bytes more for each item of the other party with `minimum`. The answer starts when the last
 * of the receiver's items has arrived, since it is shuffled. Memory: as `intersect`, at both parties.
 *
 * **Source.** Agrawal, Evfimievski, Srikant 2003, section 5.1; RFC 9496; RFC 9380.
 *
 * @param items - As for `intersect`.
 * @throws VeilshareError as `intersect`.
 * @example
 * const result = await intersectCardinality(party, customers, { minimum: 100 });
 * if (result.revealed) console.log(result.size);
 */
export function intersectCardinality(
  party: Party,
  items: PsiItems,
  options: CardinalityOptions = {},
): Promise<Cardinality | NoCardinality> {
  return intersectCardinalityWith(freshRandomness, party, items, options);
}

/** {@link intersectCardinality} with given randomness. */
export async function intersectCardinalityWith(
  randomness: PsiRandomness,
  party: Party,
  items: PsiItems,
  options: CardinalityOptions,
): Promise<Cardinality | NoCardinality> {
  const caller = "intersectCardinality";
  checkArgument(caller, "party", party, partyRule);
  checkOptions(caller, options, cardinalityRules);
  return party.run(protocol, (run) =>
    run.working(async () => {
      const { minimum = defaultMinimum } = options;
      const complete = completeOptions(caller, run, options);
      const { agreed, reading } = complete;
      const { items: own, keyColumns } = await readItems(items, { ...reading, caller, signal: run.signal });
      try {
        await run.agree({ ...agreed, minimum });
        const stage = "";
        const size = { items: own.count, keyColumns };
        const limits = peerLimits(complete, own.count);
        const { items: peerItems } = await exchangeSizes({ run, stage }, size, limits);
        await spendPeerItems(run, options.peerBudget, peerItems);
        const outcome = await withPool(options, own.count + peerItems, (pool) => {
          const pair: ListPair = { run, pool, randomness, agreed, stage, own, peerItems };
          return run.index === agreed.receiver ? receiveSize(pair, minimum) : answerShuffled(pair, minimum);
        });
        const counts = { ...ownCounts(own), peerItems };
        const { released } = outcome;
        if (outcome.size === undefined) return { revealed: false, ...counts, released };
        return { revealed: true, size: outcome.size, ...counts, released };
      } finally {
        own.release();
      }
    }),
  );
}

/** What a party has at the end. */
interface Outcome {
  readonly size: number | undefined;
  readonly released: boolean;
}

function receiveSize(pair: ListPair, minimum: number): Promise<Outcome> {
  return withSecrets(pair, async (context, order) => {
    const peerValues = await exchangeBlinded(context, pair, order);
    let committed: Uint8Array | undefined;
    if (minimum > 0) {
      committed = await receiveCommitment(context);
      await sendInFreshOrder(context, pair, peerValues);
      if (!(await receiveVerdict(context))) {
        await exchangeDone(context);
        return { size: undefined, released: false };
      }
    }
    const answers = await receiveDoubled(context, pair.own.count);
    if (committed !== undefined) {
      await checkOpening(context, committed, { answers, nonce: await receiveOpening(context) });
    }
    await exchangeDone(context);
    return { size: countCommon(context, answers, peerValues), released: true };
  });
}

function answerShuffled(pair: ListPair, minimum: number): Promise<Outcome> {
  return withSecrets(pair, async (context, secretOrder) => {
    const peerValues = await exchangeBlinded(context, pair, secretOrder);
    if (minimum === 0) {
      await sendInFreshOrder(context, pair, peerValues);
      await exchangeDone(context);
      return { size: undefined, released: true };
    }
    const order = pair.randomness.permutation(pair.peerItems);
    try {
      const commitment = await commitTo(context, peerValues, order);
      await sendCommitment(context, commitment);
      const size = countCommon(context, await receiveDoubled(context, pair.own.count), peerValues);
      const released = size >= minimum;
      await sendVerdict(context, released);
      if (released) {
        await sendAnswers(context, peerValues, order);
        await sendOpening(context, commitment);
      }
      await exchangeDone(context);
      return { size, released };
    } finally {
      wipe(order);
    }
  });
}

/** An order that has nothing to do with the one in which the items came: the link to the peer's rows is cut. */
async function sendInFreshOrder(
  context: ExchangeContext,
  { randomness, peerItems }: ListPair,
  peerValues: ValueIndex,
): Promise<void> {
  const order = randomness.permutation(peerItems);
  try {
    await sendAnswers(context, peerValues, order);
  } finally {
    wipe(order);
  }
}

function countCommon({ run }: ExchangeContext, own: FlatValues, peerValues: ValueIndex): number {
  const positions = commonPositions(own, peerValues);
  if (positions !== undefined) return positions.length;
  throw psiFault(run, "PEER_UNEXPECTED", "doubled", "distinct values", "the same value for two items");
}
