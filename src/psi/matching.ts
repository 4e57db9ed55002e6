/** One pair of lists through the exchange: fresh secrets, all streams at once, and what is common at the end. */

import { wipe } from "../bytes/wipe.js";
import type { ProtocolRun } from "../channel/party.js";
import { randomScalar } from "../group/index.js";
import type { Pool } from "../parallel/pool.js";
import { randomPermutation } from "../random/shuffle.js";
import { BlindingKey } from "./blinding.js";
import { exchangeCommitted } from "./committed-answers.js";
import { commonPositions, sortedByDoubledValue, type FlatValues } from "./common-items.js";
import type { ItemSource } from "../items/distinct-items.js";
import { doubledValueBytes } from "./doubled-value.js";
import {
  doublePeerItems,
  exchangeDone,
  inStep,
  psiFault,
  receiveDoubled,
  sendBlinded,
  together,
  type ExchangeContext,
} from "./exchange.js";
import type { OkvsEnvironment } from "./okvs/intersect-okvs.js";
import type { AgreedOptions } from "./options.js";
import type { ValueIndex } from "./value-index.js";

/** Where the secrets of a run come from; tests replace it to show that weaker ones are caught. */
export interface PsiRandomness {
  /** A scalar other than zero, 32 bytes. */
  readonly scalar: () => Uint8Array;
  /** A permutation of 0..length-1. */
  readonly permutation: (length: number) => Uint32Array;
  /** What intersections by OKVS draw from. */
  readonly okvs?: OkvsEnvironment;
}

/** The randomness of every run that is no test. */
export const freshRandomness: PsiRandomness = {
  scalar: () => randomScalar(),
  permutation: (length) => randomPermutation(length),
};

/** Who learns the common items. */
export type Reveal = "receiver" | "both";

/** A pair of lists, seen from one party. */
export interface ListPair {
  readonly run: ProtocolRun;
  readonly pool: Pool;
  readonly randomness: PsiRandomness;
  readonly agreed: AgreedOptions;
  /** See {@link ExchangeContext}. */
  readonly stage: string;
  readonly own: ItemSource;
  /** How many items the peer's list has, as it said. */
  readonly peerItems: number;
}

/** Gives a scalar and a secret order to what is done with a pair of lists; wipes both and gives memory back afterwards. */
export async function withSecrets<T>(
  { run, pool, randomness, agreed, stage, own, peerItems }: ListPair,
  use: (context: ExchangeContext, order: Uint32Array) => Promise<T>,
): Promise<T> {
  const key = new BlindingKey(randomness.scalar());
  const order = randomness.permutation(own.count);
  const valueBytes = doubledValueBytes(own.count + peerItems, agreed.falseMatchBits);
  const { batchSize } = agreed;
  const releases: (() => void)[] = [];
  const atEnd = (release: () => void): void => {
    releases.push(release);
  };
  try {
    return await use({ run, pool, key, batchSize, valueBytes, stage, signal: run.signal, atEnd }, order);
  } finally {
    key.wipe();
    wipe(order);
    for (const release of releases) release();
  }
}

/**
 * The own items that are common, by number; undefined at a party that does not learn them. With reveal `both` the k-th
 * is the same item at both parties, otherwise they ascend.
 */
export function matchLists(pair: ListPair, reveal: Reveal): Promise<Uint32Array | undefined> {
  const { run } = pair;
  return withSecrets(pair, async (context, order) => {
    const { peerValues, ownValues } =
      reveal === "both" ? await answerBoth(context, pair, order) : await answerReceiver(context, pair, order);
    if (ownValues === undefined) return undefined;
    const positions = commonPositions(ownValues, peerValues);
    if (positions === undefined) {
      throw psiFault(run, "PEER_UNEXPECTED", "doubled", "distinct values", "the same value for two items");
    }
    const arranged = reveal === "both" ? sortedByDoubledValue(positions, ownValues) : positions;
    const numbers = arranged.map((position) => order[position] as number); // one position an item
    return reveal === "both" ? numbers : numbers.sort(); // items are numbered by their first row
  });
}

/** Both lists' blinded items, both ways at once; gives the doubled values of the peer's, which are not yet answered. */
export async function exchangeBlinded(
  context: ExchangeContext,
  { own, peerItems }: ListPair,
  order: Uint32Array,
): Promise<ValueIndex> {
  const [, peerValues] = await together(context.run, [
    inStep("blinded", sendBlinded(context, own, order)),
    inStep("blinded", doublePeerItems(context, peerItems, false)),
  ]);
  return peerValues;
}

/** The doubled values of both lists, as far as a party has them. */
interface DoubledLists {
  readonly peerValues: ValueIndex;
  readonly ownValues: FlatValues | undefined;
}

async function answerBoth(
  context: ExchangeContext,
  pair: ListPair,
  order: Uint32Array,
): Promise<DoubledLists> {
  const peerValues = await exchangeBlinded(context, pair, order);
  const ownValues = await exchangeCommitted(context, pair.own.count, peerValues);
  return { peerValues, ownValues };
}

async function answerReceiver(
  context: ExchangeContext,
  { run, agreed, own, peerItems }: ListPair,
  order: Uint32Array,
): Promise<DoubledLists> {
  const learns = run.index === agreed.receiver;
  const [, peerValues, ownValues] = await together(run, [
    inStep("blinded", sendBlinded(context, own, order)),
    inStep("blinded", doublePeerItems(context, peerItems, !learns)),
    inStep("doubled", learns ? receiveDoubled(context, own.count) : Promise.resolve(undefined)),
  ]);
  // Everything that the peer sent before has arrived now, so that a message too many is found before the run ends.
  await exchangeDone(context);
  return { peerValues, ownValues };
}
