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

import type { Party } from "../channel/party.js";
import type { CommonRows } from "./common-items.js";
import { exchangeSizes } from "./exchange.js";
import { ownCounts, readItems, type PsiItems } from "../items/items.js";
import { freshRandomness, matchLists, type PsiRandomness, type Reveal } from "./matching.js";
import { checkWord, completeOptions, withPool, type PsiOptions } from "./options.js";
import { peerLimits } from "./peer-limits.js";

/** Options of {@link intersect}. */
export interface IntersectOptions extends PsiOptions {
  /** `receiver`: only the receiver learns the intersection. `both`: both do. Default `receiver`. */
  readonly reveal?: Reveal;
}

/** What a party that learns the intersection gets. */
export interface Intersection extends CommonRows {
  readonly revealed: true;
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

const protocol = { name: "veilshare/psi", version: 3 } as const;

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
 * Of a doubled encoding only k bytes are compared and sent: with n distinct items in both lists together, the smallest k
 * with 8 k >= 2 log2(n) - 1 + `falseMatchBits`. So two different items of the run meet with a probability of at most
 * 2^-40 by default: one of each list would be taken for common, two of one list stop the run with an error. For two lists
 * of 10^4, 10^6 and 10^7 items k is 9, 11 and 11.
 *
 * **Cost.** |X| + |Y| scalar multiplications for each party and |X| or |Y| hashes to the group; 32 bytes for each item
 * of both lists and k for each that is answered (with reveal `both`: each); 5 rounds for lists of one batch (reveal `both`: 6); further
 * batches stream. Memory: the own items as bytes and about 16 bytes more each (a party that learns the result: k more),
 * and k + 6 bytes for each item of the other party.
 *
 * **Time limits.** A party that is slow to read its items or to compute is waited for as long as it gives signs of life;
 * one that gives none for the session's `idleTimeoutMs` is lost. Cancel with the session's `signal`.
 *
 * **Source.** Meadows 1986; Huberman, Franklin, Hogg 1999; RFC 9496; RFC 9380.
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
export function intersectWith(
  randomness: PsiRandomness,
  party: Party,
  items: PsiItems,
  options: IntersectOptions,
): Promise<Intersection | SenderReport> {
  return party.run(protocol, (run) =>
    run.working(async () => {
      const { reveal = "receiver" } = options;
      checkWord("intersect", "reveal", reveal, ["receiver", "both"]);
      const complete = completeOptions("intersect", run, options);
      const { agreed, reading } = complete;
      const { items: own, keyColumns } = await readItems(items, { ...reading, signal: run.signal });
      try {
        await run.agree({ ...agreed, reveal });
        const stage = "";
        const size = { items: own.count, keyColumns };
        const { items: peerItems } = await exchangeSizes(
          { run, stage },
          size,
          peerLimits(complete, own.count),
        );
        const common = await withPool(options, own.count + peerItems, (pool) =>
          matchLists({ run, pool, randomness, agreed, stage, own, peerItems }, reveal),
        );
        const counts = { ...ownCounts(own), peerItems };
        if (common === undefined) return { revealed: false, ...counts };
        return { revealed: true, size: common.length, ...own.rowsOf(common), ...counts };
      } finally {
        own.release();
      }
    }),
  );
}
