/**
 * Verified lookup, the client's side: "is this key known to you, and what is its label?", over a server's published set.
 *
 * The server publishes once, for each of its keys, an entry whose place and cipher key only the key's evaluation gives
 * (see `entry.ts`). The client has a few keys evaluated obliviously (a blind a key), checks the server's proof that it
 * used the key that the client has pinned, and finds and opens its own entries, in the whole set or in buckets of it. The
 * messages are in `rounds.ts`. Either party may be malicious.
 *
 * Source: VOPRF: RFC 9497; keyword search from an OPRF: M. Freedman, Y. Ishai, B. Pinkas, O. Reingold, TCC 2005; sets of
 * very unequal sizes, the large one encoded and downloaded once: A. Kiss et al., PoPETs 2017(4).
 */

import {
  checkArgument,
  checkOptions,
  partyRule,
  type RulesOf,
  stateStoreRule,
} from "../../checks/options.js";
import { anything, bytes, callback, optional } from "../../checks/rules.js";
import { bytesToHex, equalBytes } from "../../bytes/encoding.js";
import type { Party, ProtocolRun } from "../../channel/party.js";
import { invalidArgument } from "../../errors.js";
import { elementBytes, firstInvalidElement } from "../../group/index.js";
import { randomBytes, type RandomSource } from "../../random/csprng.js";
import type { PsiItem } from "../../items/items.js";
import type { StateStore } from "../../store/index.js";
import { SessionClient, type LookupClient, type LookupOutcome } from "./client.js";
import { openSource, type FetchOptions } from "./fetch-set.js";
import { setRule } from "../set/arguments.js";
import type { PublishedSet, SetInfo } from "../set/published-set.js";
import { decodeTerms, termsBytes } from "./rounds.js";
import { agreedParameters, fromPeer, lookupProtocol, lookupFault, peerOf } from "./session.js";

/** Options of {@link verifiedLookup} and {@link lookupSession}. */
export interface LookupOptions {
  /** The server's public key of the epoch, 32 bytes, from a source that the client trusts. */
  readonly publicKey: Uint8Array;
  /** The epoch of that key. */
  readonly epoch: number;
  /** The digest that the server's set must have, e.g. as other clients saw it. Default: any. */
  readonly digest?: Uint8Array;
  /**
   * The set as an earlier session gave it, or a file. Used as it is while it is the server's; brought up to date by the
   * entries that changed while the server remembers what did; else see `wholeSet`.
   */
  readonly set?: PublishedSet;
  /**
   * What to do when `set` is missing, of another key, or of a version that the server has forgotten: download the whole
   * set, or fail with PEER_MISMATCH. Default "if-needed".
   */
  readonly wholeSet?: "if-needed" | "never";
  /**
   * Ask for buckets of at most so many bits, 1 to 20, instead of the whole set; fewer where a bucket would have less than
   * 16 entries on average. Tells the server as many bits of every key's tag: see {@link verifiedLookup}.
   */
  readonly bucketBits?: number;
  /** Largest set to be downloaded. Default 256 MiB. */
  readonly maxSetBytes?: number;
  /**
   * The client's own state store: it remembers where the store of the server's budgets stood, and refuses an older copy of it.
   * Pass it always or never: a server that knows it refuses a session without it.
   */
  readonly store?: StateStore;
  /** Where blinds come from. Must be unpredictable: they are all that hides the keys. */
  readonly random?: RandomSource;
}

/** What {@link verifiedLookup} gives: the outcome, and where it comes from. */
export type LookupResult = LookupOutcome & Pick<LookupClient, "info" | "download" | "set" | "bucketBits">;

/** Names only: what each may be is said where it is used. */
const lookupRules: RulesOf<LookupOptions> = {
  publicKey: anything,
  epoch: anything,
  digest: optional(bytes(32)),
  set: optional(setRule),
  wholeSet: optional(anything),
  bucketBits: optional(anything),
  maxSetBytes: optional(anything),
  store: optional(stateStoreRule),
  random: optional(callback),
};

const defaultMaxSetBytes = 2 ** 28;
/** Most bits of a bucket. */
export const maxBucketBits = 20;

/**
 * Looks a few keys up in a server's set, in a session of one request. The other party runs `serveLookup`.
 *
 * A key is `found` with its label, or `absent`. Keys compare by their bytes: bring them into one form on both sides
 * first. Repeated keys are asked for once, and all get the answer. When the server's budget for this client is used up,
 * the outcome is `refused` with the time after which it may be granted.
 *
 * **Security.** Two parties, either malicious. The server learns when the client asks and for how many distinct keys:
 * blinded elements are uniform, whatever the keys, and a known key makes the same messages as an unknown one. The
 * client learns the labels of the keys that it asked for, and from the published set the number of entries (with
 * buckets, the sizes of those that it got) and the padded length of labels. It could ask for keys that it only guesses:
 * telephone, tax or invoice numbers can be enumerated, and the server's rate limit is the only defence. So a server
 * must treat what is behind keys of low entropy as readable by whoever has the budget to try them.
 *
 * An evaluation is good for the whole epoch: the client can keep a set and read the same key's label in a later one
 * without asking. The server takes that back only by taking another key.
 *
 * With `bucketBits` = b the server learns the first b bits of the tag of each key. It can compute the tag of every key
 * that it thinks of, so: which key is asked for is narrowed down by a factor of 2^b, to about n / 2^b of its n entries
 * and as small a share of all keys that it does not have; two requests for one key, by one client or by two, are
 * linked by showing one prefix; and prior knowledge of what a client may ask for sharpens both. The whole set tells
 * nothing.
 *
 * A client that brings its `set` up to date tells the server which version it has, and so between which two updates it
 * came last; the client learns which tags are new, which are gone and which were sealed again, and how many: what
 * comparing both versions would tell it (see `updateSet`), and nothing about what came and went in between.
 *
 * What is checked: the proof, against the pinned public key, before anything is computed from an evaluation; the set,
 * or each bucket and that nothing is missing from it, against the digest that the server said first (pin `digest` to
 * have the set that others have); revisions never go back below `set`; each entry's seal. An entry whose seal does not
 * hold is reported as `unreadable`, not thrown: if the session ended then, a server that spoiled one entry could tell
 * whether that key was asked for. For the same reason do not let the server see what you do about it. A server can
 * always publish what is not true, or leave keys out. Timing of the next request is not hidden.
 *
 * An unknown key is taken for a known one with a probability of at most n / 2^128 (2^-104 for 2^24 entries), and is then
 * `unreadable`, as the seal doesn't hold.
 *
 * **Cost.** Two scalar multiplications and two more for the proof a key, at the client; 32 bytes a key each way and 64
 * for the proof; the bytes of the set, once, then of what changed since (an entry for each that is new or sealed
 * again, 16 bytes for each that is gone), or of a bucket a key. Rounds: agreement, terms, one for a download, one a
 * request, and with buckets one more.
 *
 * **Source.** RFC 9497; Freedman, Ishai, Pinkas, Reingold 2005.
 *
 * @param party - A session of two parties; take two of more with `party.between`.
 * @throws VeilshareError INVALID_ARGUMENT for bad options or keys; PEER_MISMATCH when the server has another key, epoch,
 * digest or an earlier revision than `set`, or, with `wholeSet` "never", not the changes since it; PEER_FLOODED for a set above `maxSetBytes`; PEER_MALFORMED for a proof that
 * does not hold, a set or bucket that is not what its digest stands for, evaluations too few or too many; and as
 * `Party.receive`.
 * @example
 * const result = await verifiedLookup(party, ["INV-4711"], { publicKey, epoch: 7 });
 * if (result.status === "answered") console.log(result.answers[0]?.status);
 */
export async function verifiedLookup(
  party: Party,
  keys: readonly PsiItem[],
  options: LookupOptions,
): Promise<LookupResult> {
  return lookupSession(party, options, async (client) => {
    const { info, download, set, bucketBits } = client;
    return { ...(await client.lookup(keys)), info, download, set, bucketBits };
  });
}

/**
 * A session of as many requests as the caller likes, one after the other; the set is downloaded once. For the rest as
 * {@link verifiedLookup}.
 *
 * @param use - Makes the requests; the session ends when it is done, and fails when it throws.
 * @returns What `use` returns.
 * @example
 * const { set } = await lookupSession(party, { publicKey, epoch: 7 }, async (client) => {
 *   for (const key of keys) show(await client.lookup([key]));
 *   return client;
 * });
 */
export async function lookupSession<T>(
  party: Party,
  options: LookupOptions,
  use: (client: LookupClient) => Promise<T>,
): Promise<T> {
  checkArgument("lookup", "party", party, partyRule);
  checkOptions("lookup", options, lookupRules);
  return party.run(lookupProtocol, async (run) => {
    const server = peerOf("verifiedLookup", run);
    checkTerms(options);
    const { store } = options;
    await run.agree(agreedParameters(server, options), store === undefined ? {} : { store });
    const message = await run.receive(server, "terms", { byteLength: termsBytes });
    const terms = await fromPeer(run, "terms", () => decodeTerms(message));
    checkInfo(run, terms.info, options);
    const source = await openSource(run, server, terms.info, fetchOptions(options));
    const { random = randomBytes } = options;
    const client = new SessionClient({ run, server, terms, source, random });
    const result = await use(client);
    await client.end();
    return result;
  });
}

function fetchOptions(options: LookupOptions): FetchOptions {
  const { set, bucketBits, maxSetBytes = defaultMaxSetBytes, wholeSet = "if-needed" } = options;
  return {
    kept: set !== undefined && isOfKey(set, options) ? set : undefined,
    bucketBits,
    maxSetBytes,
    wholeSet,
  };
}

function checkTerms(options: LookupOptions): void {
  const { publicKey, epoch, set, bucketBits, maxSetBytes = 0, wholeSet = "if-needed" } = options;
  if (publicKey.length !== elementBytes || firstInvalidElement(publicKey) >= 0) {
    throw invalidArgument("verifiedLookup", "a public key: 32 bytes, not the identity", "another");
  }
  if (!Number.isInteger(epoch) || epoch < 0 || epoch > 2 ** 32 - 1) {
    throw invalidArgument("verifiedLookup", "epoch to be an integer from 0 to 4294967295", String(epoch));
  }
  if (bucketBits !== undefined) {
    if (!Number.isInteger(bucketBits) || bucketBits < 1 || bucketBits > maxBucketBits) {
      const expected = `bucketBits to be an integer from 1 to ${maxBucketBits}`;
      throw invalidArgument("verifiedLookup", expected, String(bucketBits));
    }
    if (set !== undefined) throw invalidArgument("verifiedLookup", "either a set or bucketBits", "both");
  }
  // Options may come from untyped code.
  if (wholeSet !== "if-needed" && (wholeSet as unknown) !== "never") {
    throw invalidArgument("verifiedLookup", 'wholeSet to be "if-needed" or "never"', "another");
  }
  if (!Number.isSafeInteger(maxSetBytes) || maxSetBytes < 0) {
    throw invalidArgument("verifiedLookup", "maxSetBytes to be an integer of 0 or more", String(maxSetBytes));
  }
}

/** Refuses a set that is not the one that the client may trust. */
function checkInfo(run: ProtocolRun, info: SetInfo, options: LookupOptions): void {
  const { publicKey, epoch, digest, set } = options;
  const mismatch = (field: string, expected: string, got: string): never => {
    throw lookupFault(run, "PEER_MISMATCH", "terms", { field, expected, got });
  };
  if (!equalBytes(info.publicKey, publicKey)) {
    mismatch("publicKey", bytesToHex(publicKey), bytesToHex(info.publicKey));
  }
  if (info.epoch !== epoch) mismatch("epoch", String(epoch), String(info.epoch));
  if (digest !== undefined && !equalBytes(info.digest, digest)) {
    mismatch("digest", bytesToHex(digest), bytesToHex(info.digest));
  }
  if (set === undefined || !isOfKey(set, options)) return;
  const { revision } = set.info;
  if (info.revision < revision) mismatch("revision", `${revision} or later`, String(info.revision));
  if (info.revision === revision && !equalBytes(info.digest, set.info.digest)) {
    mismatch("digest", bytesToHex(set.info.digest), bytesToHex(info.digest));
  }
}

function isOfKey({ info }: PublishedSet, { publicKey, epoch }: LookupOptions): boolean {
  return info.epoch === epoch && equalBytes(info.publicKey, publicKey);
}
