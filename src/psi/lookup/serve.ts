/** The server's side of a lookup session; the messages are in `rounds.ts`. */

import type { Party, ProtocolRun } from "../../channel/party.js";
import { invalidArgument } from "../../errors.js";
import { elementBytes } from "../../group/index.js";
import { randomBytes, type RandomSource } from "../../random/csprng.js";
import type { EvaluationBudget } from "./evaluation-budget.js";
import {
  answer,
  decodePrefixes,
  decodeWanted,
  encodeAnswer,
  encodeBucket,
  encodeTerms,
  entriesPerPiece,
  wantedBytes,
  type Wanted,
} from "./rounds.js";
import type { PublishedSet } from "./published-set.js";
import { agreedParameters, fromPeer, lookupProtocol, peerFault, peerOf } from "./session.js";
import type { LookupStore, StoreVersion } from "./store.js";

/** Options of {@link serveLookup}. */
export interface ServeLookupOptions {
  /**
   * What each client may have evaluated, by the name that it is authenticated by; share one among all sessions. Without
   * one, a client reads the labels of all keys that it can enumerate.
   */
  readonly budget: EvaluationBudget | "unlimited";
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
  /** Requests that the budget refused. */
  readonly refusals: number;
}

const defaultMaxKeys = 1024;
const largestMaxKeys = 16_384;

/**
 * Serves one client until it has no more questions. Call it once a session, in as many sessions at once as there are
 * clients, with one store and one budget.
 *
 * **Security.** Two parties; the client may be malicious. The server learns how many distinct keys each request has and
 * when, not which, nor whether they are in the set; a client that asks for buckets also tells prefixes of their tags,
 * see `lookup`. The client learns F(key) for as many keys as the budget grants, and the published set: nothing more
 * about the key or other entries. A client may ask for keys that it only guesses: identifiers of low entropy are
 * protected by nothing but the budget. The secret key is used in every session; see SECURITY.md on timing.
 *
 * A request above the budget is refused with the time after which it may be granted, and the session goes on.
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
  return party.run(lookupProtocol, async (run) => {
    const client = peerOf("serveLookup", run);
    const settings = completeOptions(options);
    const version = store.current;
    const { info } = version.set;
    await run.agree(agreedParameters(run.index, info));
    await run.send(client, "terms", encodeTerms({ info, maxKeys: settings.maxKeys }));
    const wish = await run.receive(client, "want", { byteLength: wantedBytes });
    const wanted = await fromPeer(run, "want", () => decodeWanted(wish, info));
    if (wanted.kind === "whole") await sendEntries(run, client, version.set);
    return answerRequests({ run, client, version, wanted, settings });
  });
}

interface Settings extends Required<ServeLookupOptions> {
  readonly maxKeys: number;
}

interface Service {
  readonly run: ProtocolRun;
  readonly client: number;
  readonly version: StoreVersion;
  readonly wanted: Wanted;
  readonly settings: Settings;
}

async function answerRequests(service: Service): Promise<ServedLookups> {
  const { run, client, version, wanted, settings } = service;
  const name = run.names[client] as string; // one of two parties
  const served = { client: name, requests: 0, evaluations: 0, refusals: 0 };
  for (;;) {
    const blinded = await run.receive(client, "request", { multipleOf: elementBytes });
    const keys = blinded.length / elementBytes;
    if (keys === 0) return served;
    if (keys > settings.maxKeys) {
      const expected = `at most ${settings.maxKeys} keys`;
      throw peerFault(run, "PEER_FLOODED", "request", { expected, got: String(keys) });
    }
    const { budget } = settings;
    const grant = budget === "unlimited" ? ({ granted: true } as const) : budget.take(name, keys);
    const given = await fromPeer(run, "request", () => answer(version.key, blinded, grant, settings.random));
    await run.send(client, "answer", encodeAnswer(given));
    if (given.kind === "refused") {
      served.refusals += 1;
      continue;
    }
    served.requests += 1;
    served.evaluations += keys;
    if (wanted.kind === "buckets") await sendBuckets(service, wanted.bits, keys);
  }
}

async function sendBuckets({ run, client, version }: Service, bits: number, keys: number): Promise<void> {
  const message = await run.receive(client, "prefixes", { maxByteLength: 4 * keys });
  const prefixes = await fromPeer(run, "prefixes", () => decodePrefixes(message, bits, keys));
  for (const prefix of prefixes) await run.send(client, "bucket", encodeBucket(version.set, bits, prefix));
}

async function sendEntries(run: ProtocolRun, client: number, set: PublishedSet): Promise<void> {
  const { count } = set.info;
  const step = entriesPerPiece(set.info);
  for (let start = 0; start < count; start += step) {
    const end = Math.min(count, start + step);
    await run.send(client, "entries", set.slice(start, end));
    run.progress({ step: "lookup/entries", done: end, total: count });
  }
}

function completeOptions({
  budget,
  maxKeys = defaultMaxKeys,
  random = randomBytes,
}: ServeLookupOptions): Settings {
  if (!Number.isInteger(maxKeys) || maxKeys < 1 || maxKeys > largestMaxKeys) {
    const expected = `maxKeys to be an integer from 1 to ${largestMaxKeys}`;
    throw invalidArgument("serveLookup", expected, String(maxKeys));
  }
  // Options may come from untyped code, and a forgotten budget must not mean an unlimited one.
  const given: unknown = budget;
  if (given !== "unlimited" && (typeof given !== "object" || given === null)) {
    throw invalidArgument("serveLookup", 'a budget, or "unlimited"', typeof given);
  }
  return { budget, maxKeys, random };
}
