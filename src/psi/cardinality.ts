/**
 * The size of the intersection of two parties' lists, and nothing about which items are common.
 *
 * R holds X, S holds Y; a and b are fresh secret scalars of this session; H hashes to the group.
 *
 *   both      -> both      sizes    |X|, |Y|
 *   R         -> S         blinded  a H(x), in a secret random order of X
 *   S         -> R         blinded  b H(y), in a secret random order of Y
 *   R         -> S         doubled  some bytes of a b H(y), in a fresh random order; only with a minimum
 *   S         -> R         verdict  whether the size is at least the minimum; only with a minimum
 *   S         -> R         doubled  some bytes of b a H(x), in a fresh random order; unless the verdict is no
 *   both      -> both      done
 *
 * R counts the values that it gets among those that it computed from S's items. As S shuffles, R cannot tell which of its
 * items a value belongs to. Semi-honest adversary.
 *
 * Source: R. Agrawal, A. Evfimievski, R. Srikant, "Information Sharing Across Private Databases", SIGMOD 2003, section
 * 5.1 (intersection size); group: RFC 9496; hash: RFC 9380.
 */

import type { Party } from "../channel/party.js";
import { commonPositions, type FlatValues } from "./common-items.js";
import {
  doublePeerItems,
  exchangeDone,
  exchangeSizes,
  psiFault,
  receiveDoubled,
  receiveVerdict,
  sendBlinded,
  sendShuffled,
  sendVerdict,
  together,
  type ExchangeContext,
} from "./exchange.js";
import { readItems, type PsiItems } from "../items/items.js";
import { freshRandomness, withSecrets, type ListPair, type PsiRandomness } from "./matching.js";
import { checkInteger, completeOptions, withPool, type PsiOptions } from "./options.js";
import type { ValueIndex } from "./value-index.js";

/** Options of {@link intersectCardinality}. */
export interface CardinalityOptions extends PsiOptions {
  /**
   * The receiver learns the size only if it is at least this; the same at both parties, 1 to 2^32 - 1. The other party
   * then learns the size too, and first, whatever it is: it is who decides. Default: none, and only the receiver learns
   * the size.
   */
  readonly minimum?: number;
}

/** What both parties of {@link intersectCardinality} get in any case. */
interface CardinalityCounts {
  /** Own rows that repeat an item of an earlier row. */
  readonly duplicates: number;
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

const protocol = { name: "veilshare/psi-cardinality", version: 1 } as const;

/**
 * How many items two parties' lists have in common, exactly; repetitions count once.
 *
 * | | without `minimum` | with `minimum` |
 * | --- | --- | --- |
 * | receiver | the size, the other list's size | the other list's size; the size if it is large enough, else only that it is not |
 * | other party | the receiver's list's size | the size, whatever it is; the receiver's list's size |
 *
 * **Security.** Two parties, semi-honest; assumptions as for `intersect`. Neither learns which items are common. A size can
 * say much all the same: of a list of one item it says whether the other party has it, and the difference of two sizes
 * says it of the item by which two lists differ. `minimum` is against the first: whoever computes a size knows it, so the
 * size has to be known to the other party before, which checks it and then sends or withholds what the receiver needs to
 * count. It is no protection against a receiver that pads its list with items that it knows to be common, nor against
 * one that deviates from the protocol and sends false values back, which may spoil the other party's count. Against
 * differences, do not answer again and again.
 *
 * **Cost.** As `intersect`; k bytes more for each item of the other party with `minimum`. The answer starts when the last
 * of the receiver's items has arrived, since it is shuffled. Memory: as `intersect`, at both parties.
 *
 * **Source.** Agrawal, Evfimievski, Srikant 2003, section 5.1; RFC 9496; RFC 9380.
 *
 * @param items - As for `intersect`.
 * @throws VeilshareError as `intersect`.
 * @example
 * const result = await intersectCardinality(party, ["ann", "bob"], { minimum: 100 });
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
export function intersectCardinalityWith(
  randomness: PsiRandomness,
  party: Party,
  items: PsiItems,
  options: CardinalityOptions,
): Promise<Cardinality | NoCardinality> {
  const caller = "intersectCardinality";
  return party.run(protocol, (run) =>
    run.working(async () => {
      const { minimum } = options;
      if (minimum !== undefined) checkInteger(caller, "minimum", minimum, 1, 2 ** 32 - 1);
      const { agreed, maxPeerItems } = completeOptions(caller, run, options);
      const { items: own, keyColumns } = await readItems(items, {
        normalization: agreed.normalize,
        caller,
        signal: run.signal,
      });
      try {
        await run.agree({ ...agreed, minimum: minimum ?? null });
        const stage = "";
        const size = { items: own.count, keyColumns };
        const { items: peerItems } = await exchangeSizes({ run, stage }, size, maxPeerItems);
        const outcome = await withPool(options, own.count + peerItems, (pool) => {
          const pair: ListPair = { run, pool, randomness, agreed, stage, own, peerItems };
          return run.index === agreed.receiver ? receiveSize(pair, minimum) : answerShuffled(pair, minimum);
        });
        const counts = { duplicates: own.rowCount - own.count, ownItems: own.count, peerItems };
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

function receiveSize(pair: ListPair, minimum: number | undefined): Promise<Outcome> {
  return withSecrets(pair, async (context, order) => {
    const peerValues = await exchangeBlinded(context, pair, order);
    let released = true;
    if (minimum !== undefined) {
      await sendInFreshOrder(context, pair, peerValues);
      released = await receiveVerdict(context);
    }
    const own = released ? await receiveDoubled(context, pair.own.count) : undefined;
    await exchangeDone(context);
    return { size: own === undefined ? undefined : countCommon(context, own, peerValues), released };
  });
}

function answerShuffled(pair: ListPair, minimum: number | undefined): Promise<Outcome> {
  return withSecrets(pair, async (context, order) => {
    const peerValues = await exchangeBlinded(context, pair, order);
    let size: number | undefined;
    let released = true;
    if (minimum !== undefined) {
      size = countCommon(context, await receiveDoubled(context, pair.own.count), peerValues);
      released = size >= minimum;
      await sendVerdict(context, released);
    }
    if (released) await sendInFreshOrder(context, pair, peerValues);
    await exchangeDone(context);
    return { size, released };
  });
}

/** Both lists' blinded items, both ways at once; gives the doubled values of the peer's. */
async function exchangeBlinded(
  context: ExchangeContext,
  { own, peerItems }: ListPair,
  order: Uint32Array,
): Promise<ValueIndex> {
  const [, peerValues] = await together(context.run, {
    sendBlinded: sendBlinded(context, own, order),
    doublePeer: doublePeerItems(context, peerItems, false),
    receiveDoubled: Promise.resolve(),
  });
  return peerValues;
}

/** An order that has nothing to do with the one in which the items came: the link to the peer's rows is cut. */
async function sendInFreshOrder(
  context: ExchangeContext,
  { randomness, peerItems }: ListPair,
  peerValues: ValueIndex,
): Promise<void> {
  const order = randomness.permutation(peerItems);
  try {
    await sendShuffled(context, peerValues, order);
  } finally {
    order.fill(0);
  }
}

function countCommon({ run }: ExchangeContext, own: FlatValues, peerValues: ValueIndex): number {
  const positions = commonPositions(own, peerValues);
  if (positions !== undefined) return positions.length;
  throw psiFault(run, "PEER_UNEXPECTED", "doubled", "distinct values", "the same value for two items");
}
