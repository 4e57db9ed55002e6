/** The server's side of a lookup session; the messages are in `rounds.ts`. */

import { checkArgument, checkOptions, partyRule, type RulesOf } from "../../checks/options.js";
import { anything, callback, either, instanceOf, oneOf, optional } from "../../checks/rules.js";
import type { Party } from "../../channel/party.js";
import { invalidArgument } from "../../errors.js";
import { elementBytes } from "../../group/index.js";
import { randomBytes, type RandomSource } from "../../random/csprng.js";
import { DownloadBudget, EvaluationBudget } from "./budgets.js";
import { refusalOf, type LookupRefusal } from "./refusal.js";
import {
  answer,
  bucketProofBytes,
  decodePrefixes,
  encodeAnswer,
  encodeBucket,
  encodeTerms,
} from "./rounds.js";
import { sendWanted, type Sending } from "./send-set.js";
import { agreedParameters, fromPeer, lookupProtocol, lookupFault, peerOf } from "./session.js";
import { LookupStore } from "../set/store.js";
import type { StateStore } from "../../store/index.js";

/** Options of {@link serveLookup}. */
export interface ServeLookupOptions {
  /**
   * What each client may have evaluated, by the name that it is authenticated by; share one among all sessions. Without
   * one, a client reads the labels of all keys that it can enumerate.
   */
  readonly budget: EvaluationBudget | "unlimited";
  /** Bytes of the set that each client may download; share one among all sessions. Default: unlimited. */
  readonly downloadBudget?: DownloadBudget | "unlimited";
  /** Most keys of one request, 1 to 16,384. Default 1,024. They are evaluated at one go, about 0.1 ms each. */
  readonly maxKeys?: number;
  /** Where the proofs' one-time scalars come from. Must be unpredictable: a guess of one gives the key away. */
  readonly random?: RandomSource;
}

/** What a session asked for. */
export interface ServedLookups {
  /** Name of the client. */
  readonly client: string;
  /** Requests that were answered. */
  readonly requests: number;
  /** Keys that were evaluated. */
  readonly evaluations: number;
  /** Requests and downloads that a budget refused. */
  readonly refusals: number;
  /** Bytes of the set that were sent: entries, tags of removed ones, buckets with their proofs. */
  readonly downloadedBytes: number;
}

/** Names only: what each may be is said where it is used. */
const serveRules: RulesOf<ServeLookupOptions> = {
  budget: either(oneOf("unlimited"), instanceOf(EvaluationBudget, "an EvaluationBudget")),
  downloadBudget: optional(either(oneOf("unlimited"), instanceOf(DownloadBudget, "a DownloadBudget"))),
  maxKeys: optional(anything),
  random: optional(callback),
};

/** Keys that one request may have where the server names no other number. */
export const defaultMaxKeys = 1024;
const largestMaxKeys = 16_384;
const granted = { granted: true } as const;

/**
 * Serves one client until it has no more questions. Call it once a session, in as many sessions at once as there are
 * clients, with one store and one budget.
 *
 * **Security.** Two parties; the client may be malicious. The server learns how many distinct keys each request has and
 * when, not which, nor whether they are in the set; a client that asks for buckets also tells prefixes of their tags,
 * see `verifiedLookup`; one that
 * brings its set up to date tells which version it has, and so when it came last. The client learns F(key) for as many keys as the budget grants, and the published set: nothing more
 * about the key or other entries. A client may ask for keys that it only guesses: identifiers of low entropy are
 * protected by nothing but the budget. The secret key is used in every session; see SECURITY.md on timing.
 *
 * A request or download above a budget is refused with the time after which it may be granted, and the session goes on.
 *
 * A client that has a `store` too remembers where the budget's store stood: a server whose store was restored from a backup, and
 * would grant again what was used, ends with STORE_ROLLED_BACK when such a client comes, until both have accepted the restore.
 *
 * **Cost.** A scalar multiplication and about as much for the proof a key; the bytes of the set for a client that wants
 * it whole.
 *
 * **Source.** RFC 9497, VOPRF(ristretto255, SHA-512).
 *
 * @throws VeilshareError INVALID_ARGUMENT for bad options; PEER_MISMATCH when the client has pinned another key or epoch,
 * or wants to serve too; PEER_FLOODED for more keys than `maxKeys`; PEER_MALFORMED for what no honest client sends, such
 * as the identity; and as `Party.receive`.
 * @example
 * const served = await serveLookup(party, store, { budget });
 */
export async function serveLookup(
  party: Party,
  store: LookupStore,
  options: ServeLookupOptions,
): Promise<ServedLookups> {
  checkArgument("serveLookup", "party", party, partyRule);
  checkArgument("serveLookup", "store", store, instanceOf(LookupStore, "a LookupStore"));
  checkOptions("serveLookup", options, serveRules);
  return party.run(lookupProtocol, async (run) => {
    const client = peerOf("serveLookup", run);
    const settings = completeOptions(options);
    const version = store.current;
    const { info } = version.set;
    const kept = storeOf(settings);
    await run.agree(agreedParameters(run.index, info), kept === undefined ? {} : { store: kept });
    await run.send(client, "terms", encodeTerms({ info, maxKeys: settings.maxKeys }));
    const name = run.names[client] as string; // one of two parties
    const sending = { run, client, name, version, downloadBudget: settings.downloadBudget };
    return answerRequests({ ...sending, settings });
  });
}

/** Where the budgets are kept, for whoever has seen it before: a restored copy of it grants what was used again. */
function storeOf({ budget, downloadBudget }: Settings): StateStore | undefined {
  if (budget !== "unlimited") return budget.store;
  return downloadBudget === "unlimited" ? undefined : downloadBudget.store;
}

interface Settings extends Required<ServeLookupOptions> {
  readonly maxKeys: number;
}

interface Service extends Sending {
  readonly settings: Settings;
}

async function answerRequests(service: Service): Promise<ServedLookups> {
  const { run, client, name, version, settings } = service;
  const { bucketBits, bytes, refusals } = await sendWanted(service);
  const served = { client: name, requests: 0, evaluations: 0, refusals, downloadedBytes: bytes };
  for (;;) {
    const blinded = await run.receive(client, "request", { multipleOf: elementBytes });
    const keys = blinded.length / elementBytes;
    if (keys === 0) return served;
    if (keys > settings.maxKeys) {
      const expected = `at most ${settings.maxKeys} keys`;
      throw lookupFault(run, "PEER_FLOODED", "request", { expected, got: String(keys) });
    }
    const reserved = bucketBits === undefined ? 0 : mostBucketBytes(service, bucketBits, keys);
    const refusal = await take(service, keys, reserved);
    if (refusal !== undefined) {
      await run.send(client, "answer", encodeAnswer({ kind: "refused", ...refusal }));
      served.refusals += 1;
      continue;
    }
    const given = await fromPeer(run, "request", () => answer(version.key, blinded, settings.random));
    await run.send(client, "answer", encodeAnswer(given));
    served.requests += 1;
    served.evaluations += keys;
    if (bucketBits !== undefined)
      served.downloadedBytes += await sendBuckets(service, { bits: bucketBits, keys, reserved });
  }
}

/** Takes a request off both budgets, or off none. */
async function take(
  { name, settings }: Service,
  keys: number,
  bytes: number,
): Promise<LookupRefusal | undefined> {
  const { budget, downloadBudget } = settings;
  const download = downloadBudget === "unlimited" ? granted : await downloadBudget.take(name, bytes);
  if (!download.granted) return refusalOf("downloads", download);
  const evaluations = budget === "unlimited" ? granted : await budget.take(name, keys);
  if (evaluations.granted) return undefined;
  if (downloadBudget !== "unlimited") await downloadBudget.giveBack(name, bytes);
  return refusalOf("evaluations", evaluations);
}

/** What the buckets of so many keys can take at most; which they are is known only after the evaluation. */
function mostBucketBytes({ version }: Service, bits: number, keys: number): number {
  const buckets = Math.min(keys, 2 ** bits);
  const { set } = version;
  const each = set.largestBucket(bits);
  return bucketProofBytes(bits) * buckets + Math.min(buckets * each, set.info.count) * set.entryBytes;
}

async function sendBuckets(
  { run, client, name, version, downloadBudget }: Service,
  { bits, keys, reserved }: { readonly bits: number; readonly keys: number; readonly reserved: number },
): Promise<number> {
  const message = await run.receive(client, "prefixes", { maxByteLength: 4 * keys });
  const prefixes = await fromPeer(run, "prefixes", () => decodePrefixes(message, bits, keys));
  let bytes = 0;
  for (const prefix of prefixes) {
    const bucket = encodeBucket(version.set, bits, prefix);
    bytes += bucket.length;
    await run.send(client, "bucket", bucket);
  }
  if (downloadBudget !== "unlimited") await downloadBudget.giveBack(name, reserved - bytes);
  return bytes;
}

function completeOptions({
  budget,
  downloadBudget = "unlimited",
  maxKeys = defaultMaxKeys,
  random = randomBytes,
}: ServeLookupOptions): Settings {
  if (!Number.isInteger(maxKeys) || maxKeys < 1 || maxKeys > largestMaxKeys) {
    const expected = `maxKeys to be an integer from 1 to ${largestMaxKeys}`;
    throw invalidArgument("serveLookup", expected, String(maxKeys));
  }
  return { budget, downloadBudget, maxKeys, random };
}
