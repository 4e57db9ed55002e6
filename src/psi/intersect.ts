/**
 * Private set intersection of two parties by commutative Diffie-Hellman over ristretto255.
 *
 * R holds X, S holds Y; a and b are fresh secret scalars of this session; H hashes to the group.
 *
 *   both      -> both      sizes    |X|, |Y|
 *   R         -> S         blinded  a H(x), in a secret random order of X
 *   S         -> R         blinded  b H(y), in a secret random order of Y
 *   S         -> R         doubled  16 bytes of b a H(x), in the order received
 *   R         -> S         doubled  16 bytes of a b H(y), in the order received; only with reveal "both"
 *   both      -> both      done
 *
 * R computes 16 bytes of a b H(y) itself and looks for its own doubled values among them. Semi-honest adversary.
 *
 * Source: C. Meadows, "A More Efficient Cryptographic Matchmaking Protocol", IEEE S&P 1986; B. Huberman, M. Franklin,
 * T. Hogg, "Enhancing Privacy and Trust in Electronic Communities", ACM EC 1999; group: RFC 9496; hash: RFC 9380.
 */

import type { Party, ProtocolRun } from "../channel/party.js";
import { invalidArgument } from "../errors.js";
import { randomScalar } from "../group/index.js";
import { createPool, type Pool } from "../parallel/pool.js";
import { randomPermutation } from "../random/shuffle.js";
import { BlindingKey } from "./blinding.js";
import { commonPositions, rowsOfItems, sortByDoubledValue, type CommonRows } from "./common-items.js";
import { distinctItems, type DistinctItems } from "./distinct-items.js";
import {
  doublePeerItems,
  exchangeDone,
  exchangeSizes,
  peerFault,
  receiveDoubled,
  sendBlinded,
  together,
  type ExchangeContext,
} from "./exchange.js";
import { encodeItems, type PsiItem } from "./items.js";
import { completeNormalization, type Normalization } from "./normalization.js";

/** Options of {@link intersect}. */
export interface IntersectOptions {
  /** Who learns the intersection, by name or index; the same at both parties. Default: party 0. */
  readonly receiver?: number | string;
  /** `receiver`: only the receiver learns the intersection. `both`: both do. Default `receiver`. */
  readonly reveal?: "receiver" | "both";
  /** What is done to text before it is compared; the same at both parties. Default: nothing. */
  readonly normalize?: Normalization;
  /** Items a message, 1 to 65,536; the same at both parties. Default 4,096. */
  readonly batchSize?: number;
  /** Largest list that the other party may have. Default 2^24; each of its items takes 24 to 48 bytes. */
  readonly maxPeerItems?: number;
  /** Threads for the group arithmetic; stays open. Default: a pool of its own, closed at the end. */
  readonly pool?: Pool;
  /**
   * Worker threads of the own pool; 0 for none, also where a page's bundler does not provide the worker's script. Default:
   * none for small lists, else cores - 1.
   */
  readonly workers?: number;
}

/** What a party that learns the intersection gets. */
export interface Intersection extends CommonRows {
  readonly revealed: true;
  /** Own rows that repeat an item of an earlier row. */
  readonly duplicates: number;
  /** Distinct own items. */
  readonly ownItems: number;
  /** The other party's distinct items. */
  readonly peerItems: number;
}

/** What a party that does not learn the intersection gets. */
export interface SenderReport {
  readonly revealed: false;
  readonly duplicates: number;
  readonly ownItems: number;
  readonly peerItems: number;
}

/** Where the secrets of a run come from; tests replace it to show that weaker ones are caught. */
export interface IntersectRandomness {
  /** A scalar other than zero, 32 bytes. */
  readonly scalar: () => Uint8Array;
  /** A permutation of 0..length-1. */
  readonly permutation: (length: number) => Uint32Array;
}

const protocol = { name: "veilshare/psi", version: 1 } as const;
const defaultBatchSize = 4096;
const largestBatchSize = 65_536;
const defaultMaxPeerItems = 2 ** 24;

/** Up to so many items on both sides, a pool of its own would cost more to start than it saves. */
const inlineItems = 2048;

const freshRandomness: IntersectRandomness = {
  scalar: () => randomScalar(),
  permutation: (length) => randomPermutation(length),
};

/**
 * The common items of two parties' lists, as rows of the own list. Items compare exactly, by their bytes (see
 * {@link PsiItem}), after the agreed normalization.
 *
 * Repeated items are counted in `duplicates` and enter the protocol once; every own row of a common item is in `rows`.
 * With reveal `both` the k-th entry is the same item at both parties; otherwise entries are in the order of the
 * receiver's list. Lists may be empty and of any sizes.
 *
 * **Security.** Two parties, semi-honest. The receiver (with reveal `both`: each party) learns which of its items the
 * other party has, and nothing about the rest but their number; the other party learns the number of the receiver's
 * distinct items. Rests on decisional Diffie-Hellman in ristretto255 and on the hash as a random oracle. Each session
 * has a fresh secret scalar, wiped at the end; each party's order is a secret random permutation. A party that deviates
 * may learn or spoil more: it can put items in its list that it does not have, such as all social security numbers. So
 * identifiers of low entropy are protected only because every guess has to be put to the other party, who sees how
 * many there are and can set `maxPeerItems`. Do not run it again and again with lists that differ a little: the
 * differences tell about single items.
 *
 * Two different items are taken for common with a probability of at most |X| |Y| / 2^128, which is how often 16 bytes of
 * their doubled encodings meet: 2^-80 for two lists of 2^24. Two different items of one list meet with at most
 * |X|^2 / 2^129, and the run stops with an error.
 *
 * **Cost.** Each party: |X| + |Y| scalar multiplications and a hash to the group for each own item. On the wire: 32 bytes
 * for each item of both lists and 16 for each that is answered (the receiver's; with reveal `both`, all). Five messages
 * wait for one another (parameters, sizes, blinded, doubled, done), however long the lists: batches stream. Memory: the
 * own items, some batches, 16 bytes for each own item and 24 to 48 for each of the other party's.
 *
 * **Source.** Meadows 1986; Huberman, Franklin, Hogg 1999; RFC 9496; RFC 9380.
 *
 * @param party - A session of two parties; take two of more with `party.between`.
 * @param items - Text, bytes, or several key fields each.
 * @throws VeilshareError INVALID_ARGUMENT for bad options or items, with the item's position; PEER_MISMATCH when the
 * other party has other options; PEER_FLOODED when its list is longer than `maxPeerItems`; PEER_MALFORMED,
 * PEER_UNEXPECTED for messages that no honest party sends; WORKER_FAILED; ABORTED; and as `Party.receive`.
 * @example
 * const result = await intersect(party, ["ann", "bob"], { reveal: "both" });
 * for (const row of result.indices) console.log("common:", row);
 */
export async function intersect(
  party: Party,
  items: readonly PsiItem[],
  options: IntersectOptions & { readonly reveal: "both" },
): Promise<Intersection>;
export async function intersect(
  party: Party,
  items: readonly PsiItem[],
  options?: IntersectOptions,
): Promise<Intersection | SenderReport>;
export async function intersect(
  party: Party,
  items: readonly PsiItem[],
  options: IntersectOptions = {},
): Promise<Intersection | SenderReport> {
  return intersectWith(freshRandomness, party, items, options);
}

/** {@link intersect} with given randomness. */
export function intersectWith(
  randomness: IntersectRandomness,
  party: Party,
  items: readonly PsiItem[],
  options: IntersectOptions,
): Promise<Intersection | SenderReport> {
  return party.run(protocol, async (run) => {
    const settings = completeOptions(run, options);
    const { rows, keyColumns } = await encodeItems(items, settings.normalize);
    const own = await distinctItems(rows);
    const { maxPeerItems, ...agreed } = settings;
    await run.agree({ ...agreed });
    const { items: peerItems } = await exchangeSizes(run, { items: own.count, keyColumns }, maxPeerItems);

    const pool = options.pool ?? openPool(options.workers, own.count + peerItems);
    const key = new BlindingKey(randomness.scalar());
    const order = randomness.permutation(own.count);
    try {
      const { batchSize } = settings;
      const context: ExchangeContext = { run, pool, key, batchSize, signal: run.signal };
      const common = await exchangeItems(context, settings, { own, order, peerItems });
      const counts = { duplicates: items.length - own.count, ownItems: own.count, peerItems };
      return common === undefined ? { revealed: false, ...counts } : { revealed: true, ...common, ...counts };
    } finally {
      key.wipe();
      order.fill(0);
      if (options.pool === undefined) await pool.close();
    }
  });
}

/** What this party knows before the exchange. */
interface Lists {
  readonly own: DistinctItems;
  /** The secret order in which own items are sent. */
  readonly order: Uint32Array;
  readonly peerItems: number;
}

async function exchangeItems(
  context: ExchangeContext,
  settings: Settings,
  { own, order, peerItems }: Lists,
): Promise<CommonRows | undefined> {
  const { run } = context;
  const learns = settings.reveal === "both" || run.index === settings.receiver;
  const owes = settings.reveal === "both" || run.index !== settings.receiver;
  const [, peerValues, ownValues] = await together(run, {
    sendBlinded: sendBlinded(context, own, order),
    doublePeer: doublePeerItems(context, peerItems, owes),
    receiveDoubled: learns ? receiveDoubled(context, own.count) : Promise.resolve(undefined),
  });
  // Everything that the peer sent before has arrived now, so that a message too many is found before the run ends.
  await exchangeDone(run);
  if (ownValues === undefined) return undefined;
  const positions = commonPositions(ownValues, peerValues);
  if (positions === undefined) {
    throw peerFault(run, "PEER_UNEXPECTED", "doubled", "distinct values", "the same value for two items");
  }
  if (settings.reveal === "both") sortByDoubledValue(positions, ownValues);
  const numbers = Uint32Array.from(positions, (position) => order[position] as number); // one position an item
  // Items are numbered by their first row.
  if (settings.reveal === "receiver") numbers.sort();
  return rowsOfItems(own, numbers);
}

/** Options with their defaults; all but the last are the same at both parties. */
interface Settings {
  readonly receiver: number;
  readonly reveal: "receiver" | "both";
  readonly normalize: ReturnType<typeof completeNormalization>;
  readonly batchSize: number;
  readonly maxPeerItems: number;
}

function completeOptions(run: ProtocolRun, options: IntersectOptions): Settings {
  if (run.size !== 2) {
    const got = `${run.size}; intersections of more than two lists are not supported`;
    throw invalidArgument("intersect", "two parties", got);
  }
  const { reveal = "receiver", batchSize = defaultBatchSize, maxPeerItems = defaultMaxPeerItems } = options;
  // Options may come from untyped code.
  if (!(["receiver", "both"] as readonly string[]).includes(reveal)) {
    throw invalidArgument("intersect", 'reveal to be "receiver" or "both"', JSON.stringify(reveal));
  }
  checkInteger("batchSize", batchSize, 1, largestBatchSize);
  checkInteger("maxPeerItems", maxPeerItems, 0, 2 ** 31);
  const receiver = run.indexOf(options.receiver ?? 0);
  return { receiver, reveal, normalize: completeNormalization(options.normalize), batchSize, maxPeerItems };
}

function checkInteger(name: string, value: number, from: number, to: number): void {
  if (!Number.isInteger(value) || value < from || value > to) {
    throw invalidArgument("intersect", `${name} to be an integer from ${from} to ${to}`, String(value));
  }
}

function openPool(workers: number | undefined, items: number): Pool {
  if (workers !== undefined) return createPool({ workers });
  return createPool(items <= inlineItems ? { workers: 0 } : {});
}
