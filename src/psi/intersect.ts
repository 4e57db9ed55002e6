/**
 * Private set intersection of two parties by commutative Diffie-Hellman over ristretto255.
 *
 * R holds X, S holds Y; a and b are fresh secret scalars of this session; H hashes to the group.
 *
 *   both      -> both      sizes    |X|, |Y|
 *   R         -> S         blinded  a H(x), in a secret random order of X
 *   S         -> R         blinded  b H(y), in a secret random order of Y
 *   both      -> both      commitment  to what each will answer; only with reveal "both"
 *   S         -> R         doubled  some bytes of b a H(x), in the order received
 *   R         -> S         doubled  some bytes of a b H(y), in the order received; only with reveal "both"
 *   both      -> both      done     with reveal "both": and the opening of the commitment
 *
 * R computes the same bytes of a b H(y) itself and looks for its own doubled values among them. Semi-honest adversary.
 *
 * Source: C. Meadows, "A More Efficient Cryptographic Matchmaking Protocol", IEEE S&P 1986; B. Huberman, M. Franklin,
 * T. Hogg, "Enhancing Privacy and Trust in Electronic Communities", ACM EC 1999; group: RFC 9496; hash: RFC 9380.
 */

import type { Party, ProtocolRun } from "../channel/party.js";
import { checkArgument, checkOptions, partyRule, type RulesOf } from "../checks/options.js";
import { flag, oneOf, optional } from "../checks/rules.js";
import type { CommonRows } from "./common-items.js";
import type { DistinctItems } from "../items/distinct-items.js";
import { exchangeDone, exchangeSizes, psiFault } from "./exchange.js";
import { ownCounts, readItems, type PsiItem, type PsiItems } from "../items/items.js";
import { keepItems, type KeptItems } from "./kept-items.js";
import { freshRandomness, matchLists, type PsiRandomness, type Reveal } from "./matching.js";
import { DigestList } from "./okvs/digest-list.js";
import { matchByOkvs, okvsEnvironment, openOkvs, type OkvsEnd } from "./okvs/intersect-okvs.js";
import { effectiveReceiverItems, effectiveSenderItems, planOkvs, type OkvsPlan } from "./okvs/parameters.js";
import {
  completeOptions,
  psiRules,
  withPool,
  type AgreedOptions,
  type CompleteOptions,
  type PsiOptions,
} from "./options.js";
import { spendPeerItems } from "./peer-budget.js";
import { peerLimits } from "./peer-limits.js";

/** Options of {@link intersect}. */
export interface IntersectOptions extends PsiOptions {
  /** `receiver`: only the receiver learns the intersection. `both`: both do. Default `receiver`. */
  readonly reveal?: Reveal;
  /**
   * How: `ecdh` by Diffie-Hellman in a group, the textbook protocol; `okvs` by oblivious transfer and an OKVS, some thirty
   * times faster for long lists, of a composition that is not published and not audited (docs/psi-okvs.md); `auto`, the
   * default, takes `okvs` when the longer list has 50,000 distinct items or more. The same at both parties.
   */
  readonly method?: IntersectMethod;
  /**
   * Whether a result has the own `items` beside their rows: all of the list are then in memory to the end. A matter of each
   * party's own. Default false.
   */
  readonly keepItems?: boolean;
}

/** See {@link IntersectOptions.method}. */
export type IntersectMethod = "auto" | "okvs" | "ecdh";

/** What a party that learns the intersection gets. */
export interface Intersection extends CommonRows {
  readonly revealed: true;
  /** With `keepItems`: the own items of `indices`, as the caller gave them. */
  readonly items?: readonly PsiItem[];
  /** Own rows that repeat an item of an earlier row. */
  readonly duplicates: number;
  /** Own rows left out because a key field was blank. */
  readonly withoutKey: number;
  /** Distinct own items. */
  readonly ownItems: number;
  /** The other party's distinct items. */
  readonly peerItems: number;
}

/** What a party that does not learn the intersection gets. */
export interface SenderReport {
  readonly revealed: false;
  readonly duplicates: number;
  readonly withoutKey: number;
  readonly ownItems: number;
  readonly peerItems: number;
}

/** With `auto`, OKVS from so many distinct items of the longer list on: below, its set-up costs more than it saves. */
const leastOkvsItems = 50_000;

/** Up to so many items on both sides, all partitions are worked on in the caller's thread. */
const inlineOkvsItems = 400_000;

const intersectRules: RulesOf<IntersectOptions> = {
  ...psiRules,
  reveal: optional(oneOf("receiver", "both")),
  method: optional(oneOf("auto", "okvs", "ecdh")),
  keepItems: optional(flag),
};

const protocol = { name: "veilshare/psi", version: 4 } as const;

/**
 * The common items of two parties' lists, as rows of the own list. Items compare exactly, by their bytes (see
 * {@link PsiItem}), after the agreed normalization.
 *
 * Repeated items are counted in `duplicates` and enter the protocol once; every own row of a common item is in `rows`.
 * With reveal `both` the k-th entry is the same item at both parties; otherwise entries are in the order of the
 * receiver's list. Lists may be empty and of any sizes.
 *
 * **Blank keys match nothing.** An item with a field that is blank after normalization (nothing but white space, control
 * characters and characters of no width; no bytes at all) or one of the `placeholders` is left out and counted in
 * `withoutKey`: two rows without a tax number are not the same company.
 *
 * **Security.** Two parties, semi-honest. The receiver (with reveal `both`: each party) learns which of its items the
 * other party has, and nothing about the rest but their number; the other party learns the number of the receiver's
 * distinct items. Rests on decisional Diffie-Hellman in ristretto255 and on the hash as a random oracle. Each session
 * has a fresh secret scalar, wiped at the end; each party's order is a secret random permutation. A party that deviates
 * may learn or spoil more: it can put items in its list that it does not have, such as all social security numbers. So
 * identifiers of low entropy are protected only because every guess has to be put to the other party, who sees how
 * many there are and limits them: `maxPeerItems` is ten times the own list or 100,000 by default, `minPeerItems` refuses
 * lists that ask about single items. Do not run it again and again with lists that differ a little: the differences
 * tell about single items.
 *
 * With reveal `both`, both have committed to their answers before either is sent, so that nobody can answer with what it
 * was told and be believed to have everything. It is not fair: a party can leave when it has the other's answers and
 * before it has sent all of its own, and then it alone has the result; the other one gets an error.
 *
 * By `method: "okvs"`, and by `auto` from 50,000 items on, the same result comes of another protocol: subspace VOLE over a
 * binary code and an OKVS. **Not published, not audited; `method: "ecdh"` is the textbook one.** Semi-honest security is
 * claimed; checks against parties that deviate run in every session and are argued in docs/psi-okvs.md. A receiver that
 * cheats is as one with up to 1.8 to 2.3 times as many items (of a list below 1,000 far more: 347 for one), a sender that
 * cheats as one with 1.03 times as many; `maxPeerItems`, where it is set, holds for those. With reveal `both` a receiver that
 * cheats can keep the result from the other party, never claim an item that it lacks. Its false matches are rarer than
 * 2^-80 whatever `falseMatchBits` says, and `batchSize` plays no part.
 *
 * By ECDH, of a doubled encoding only k bytes are compared and sent: with n distinct items in both lists together, the smallest k
 * with 8 k >= 2 log2(n) - 1 + `falseMatchBits`. So two different items of the run meet with a probability of at most
 * 2^-40 by default: one of each list would be taken for common, two of one list stop the run with an error. For two lists
 * of 10^4, 10^6 and 10^7 items k is 9, 11 and 11.
 *
 * **Cost.** By OKVS some 35 bytes an item from the receiver and 17 from the sender, 0.25 MB once, 36 bytes of memory an
 * item and tens of megabytes for the partition that is worked on; 5 rounds and two for each partition of 65,536 items, of
 * which several are under way at once. By ECDH |X| + |Y| scalar multiplications for each party and |X| or |Y| hashes to the group; 32 bytes for each item
 * of both lists and k for each that is answered (with reveal `both`: each); 5 rounds for lists of one batch (reveal `both`: 6); further
 * batches stream. Memory: the own items as bytes and about 16 bytes more each (a party that learns the result: k more),
 * and k + 6 bytes for each item of the other party.
 *
 * **Time limits.** A party that is slow to read its items or to compute is waited for as long as it gives signs of life;
 * one that gives none for the session's `idleTimeoutMs` is lost. Cancel with the session's `signal`.
 *
 * **Source.** Meadows 1986; Huberman, Franklin, Hogg 1999; RFC 9496; RFC 9380; by OKVS: Pinkas, Rosulek, Trieu, Yanai 2020;
 * Roy 2022; Bienstock, Patel, Seo, Yeo 2023.
 *
 * @param party - A session of two parties; take two of more with `party.between`.
 * @param items - Text, bytes, or several key fields each: an array, or an iterable or async iterable that gives them one by
 * one. It is read once, to its end, before the protocol starts; what it gives is copied into flat memory and not kept.
 * @throws VeilshareError INVALID_ARGUMENT for bad options or items, with the item's position; what `items` throws; PEER_MISMATCH when the
 * other party has other options; PEER_FLOODED when its list is longer than `maxPeerItems`, DISCLOSURE_REFUSED when it is
 * shorter than `minPeerItems`; PEER_MALFORMED,
 * PEER_UNEXPECTED for messages that no honest party sends; WORKER_FAILED; ABORTED; and as `Party.receive`.
 * @example
 * const result = await intersect(party, ["ann", "bob"], { reveal: "both" });
 * for (const row of result.indices) console.log("common:", row);
 */
export async function intersect(
  party: Party,
  items: PsiItems,
  options: IntersectOptions & { readonly reveal: "both" },
): Promise<Intersection>;
export async function intersect(
  party: Party,
  items: PsiItems,
  options?: IntersectOptions,
): Promise<Intersection | SenderReport>;
export async function intersect(
  party: Party,
  items: PsiItems,
  options: IntersectOptions = {},
): Promise<Intersection | SenderReport> {
  return intersectWith(freshRandomness, party, items, options);
}

/** {@link intersect} with given randomness. */
export async function intersectWith(
  randomness: PsiRandomness,
  party: Party,
  items: PsiItems,
  options: IntersectOptions,
): Promise<Intersection | SenderReport> {
  checkArgument("intersect", "party", party, partyRule);
  checkOptions("intersect", options, intersectRules);
  return party.run(protocol, (run) =>
    run.working(async () => {
      const { reveal = "receiver", method = "auto" } = options;
      const complete = completeOptions("intersect", run, options);
      const { agreed } = complete;
      const chosen: ChosenRun = { run, randomness, options, agreed, reveal, method, complete };
      const kept = options.keepItems === true ? keepItems(items) : undefined;
      const { own, keyColumns, opening } = await openList(chosen, kept?.list ?? items);
      try {
        const size = { items: own.count, keyColumns };
        const limits = peerLimits(complete, own.count);
        const { items: peerItems } = await exchangeSizes({ run, stage }, size, limits);
        await spendPeerItems(run, options.peerBudget, peerItems);
        const common = await commonItems(chosen, own, peerItems, opening);
        const counts = { ...ownCounts(own), peerItems };
        if (common === undefined) return { revealed: false, ...counts };
        const rows = own.rowsOf(common);
        return { revealed: true, size: common.length, ...rows, ...counts, ...itemsAt(rows.indices, kept) };
      } finally {
        own.release();
      }
    }),
  );
}

function itemsAt(indices: Uint32Array, kept: KeptItems<PsiItem> | undefined): Pick<Intersection, "items"> {
  if (kept === undefined) return {};
  return { items: Array.from(indices, (row) => kept.items[row] as PsiItem) }; // rows of the list
}

/** The one pair of lists of a run has no name. */
const stage = "";

/** A run and what it was told. */
interface ChosenRun {
  readonly run: ProtocolRun;
  readonly randomness: PsiRandomness;
  readonly options: IntersectOptions;
  readonly agreed: AgreedOptions;
  readonly reveal: Reveal;
  readonly method: IntersectMethod;
  readonly complete: CompleteOptions;
}

/** The own list, read, once both parties have agreed. */
interface OpenedList {
  readonly own: DistinctItems | DigestList;
  readonly keyColumns: number;
  /** The own end of the VOLE, where it is sure to be used. */
  readonly opening?: Promise<OkvsEnd>;
}

/** Agrees and reads the list. By OKVS the VOLE is set up meanwhile. */
async function openList(chosen: ChosenRun, items: PsiItems): Promise<OpenedList> {
  const { run, agreed, reveal, method, randomness, complete } = chosen;
  const reading = { ...complete.reading, signal: run.signal };
  const terms = { ...agreed, reveal, method };
  if (method === "okvs") {
    await run.agree(terms);
    const { random } = randomness.okvs ?? okvsEnvironment;
    const opening = openOkvs(run, agreed.receiver, random);
    opening.catch(() => undefined); // awaited when the list is read
    const own = await DigestList.read(items, reading);
    return { own, keyColumns: own.keyColumns, opening };
  }
  if (method === "ecdh") {
    const { items: own, keyColumns } = await readItems(items, reading);
    await run.agree(terms);
    return { own, keyColumns };
  }
  const own = await DigestList.read(items, { ...reading, keepBytesUpTo: leastOkvsItems - 1 });
  await run.agree(terms);
  return { own, keyColumns: own.keyColumns };
}

/** The own items that are common, by number; undefined at a party that does not learn them. */
async function commonItems(
  chosen: ChosenRun,
  own: DistinctItems | DigestList,
  peerItems: number,
  opening: Promise<OkvsEnd> | undefined,
): Promise<Uint32Array | undefined> {
  const { run, options, randomness, agreed, reveal } = chosen;
  const byOkvs = opening !== undefined || Math.max(own.count, peerItems) >= leastOkvsItems;
  if (own instanceof DigestList && byOkvs) return commonByOkvs(chosen, own, peerItems, opening);
  return withPool(options, own.count + peerItems, (pool) =>
    matchLists({ run, pool, randomness, agreed, stage, own, peerItems }, reveal),
  );
}

async function commonByOkvs(
  chosen: ChosenRun,
  own: DigestList,
  peerItems: number,
  opening: Promise<OkvsEnd> | undefined,
): Promise<Uint32Array | undefined> {
  const { run, options, randomness, agreed, reveal } = chosen;
  own.releaseBytes();
  const { random, settings } = randomness.okvs ?? okvsEnvironment;
  const receives = run.index === agreed.receiver;
  const both = reveal === "both";
  const sizes = receives ? ([own.count, peerItems] as const) : ([peerItems, own.count] as const);
  if (own.count === 0 || peerItems === 0) {
    await opening;
    await exchangeDone({ run, stage });
    return receives || both ? new Uint32Array(0) : undefined;
  }
  const plan = planOkvs(...sizes, settings);
  checkEffectiveItems(chosen, plan, peerItems);
  const items = own.count + peerItems;
  const pooled = items <= inlineOkvsItems ? { workers: 0, ...options } : options;
  const common = await withPool(pooled, items, (pool) => {
    const end = opening ?? openOkvs(run, agreed.receiver, random);
    return matchByOkvs({ run, pool, plan, own, opening: end, receives, both, random });
  });
  await exchangeDone({ run, stage });
  return common;
}

/** By OKVS a party that cheats can enter more items than it says; an own limit holds for those. */
function checkEffectiveItems({ run, agreed, options }: ChosenRun, plan: OkvsPlan, peerItems: number): void {
  const limit = options.maxPeerItems;
  if (limit === undefined) return;
  const receives = run.index === agreed.receiver;
  const effective = receives ? effectiveSenderItems(plan) : effectiveReceiverItems(plan);
  if (effective <= limit) return;
  const got = `${peerItems}, among which it could hide ${effective}; allow so many, or take method "ecdh"`;
  throw psiFault(run, "PEER_FLOODED", "sizes", `at most ${limit} items`, got);
}
