/** One client's requests within a lookup session: keys in, answers out. */

import { rowCount, type ByteRows } from "../../bytes/byte-rows.js";
import type { ProtocolRun } from "../../channel/party.js";
import { invalidArgument, VeilshareError } from "../../errors.js";
import type { RandomSource } from "../../random/csprng.js";
import type { DistinctItems, ItemRows } from "../../items/distinct-items.js";
import { readItems, type PsiItem } from "../../items/items.js";
import { entryByteLength, type EntryKey } from "../set/entry.js";
import type { EntrySource, SetDownload } from "./fetch-set.js";
import { prefixOf, type Bucket } from "../set/prefix-tree.js";
import { findEntry, type PublishedSet, type SetInfo } from "../set/published-set.js";
import type { LookupRefusal } from "./refusal.js";
import {
  decodeAnswer,
  decodeBucket,
  encodePrefixes,
  finish,
  maxAnswerBytes,
  request,
  type Terms,
} from "./rounds.js";
import { fromPeer, lookupFault, type LookupStep } from "./session.js";

/** What a client learns of one key. */
export type LookupAnswer =
  | {
      readonly status: "found";
      /** The label's bytes; the first one of a key that has several. */
      readonly label: Uint8Array;
      /** All labels of a key that was published with several, in the server's order. */
      readonly labels?: readonly Uint8Array[];
    }
  | { readonly status: "absent" }
  | {
      /** There is an entry, but the server sealed it wrongly or someone changed it. */
      readonly status: "unreadable";
      /** PEER_MALFORMED with party and step. Given, not thrown: see `lookup` on why the server must not notice. */
      readonly error: VeilshareError;
    };

/** What came of a request. */
export type LookupOutcome =
  | {
      readonly status: "answered";
      /** One for each key, in the order of the keys. */
      readonly answers: readonly LookupAnswer[];
      /** The keys themselves, as the caller gave them. */
      readonly keys: readonly PsiItem[];
      /** Distinct keys: what the request took off the budget. */
      readonly evaluations: number;
    }
  | ({
      /**
       * A budget of the server's for this client is used up; nothing was evaluated. With `limit` "downloads" and the
       * whole set, no entry could be had: all requests of the session are refused, and the time counts from its start.
       */
      readonly status: "refused";
    } & LookupRefusal);

/** A session of many requests. */
export interface LookupClient {
  /** The version of the server's set that answers come from. */
  readonly info: SetInfo;
  /** Most distinct keys of one request. */
  readonly maxKeys: number;
  /** How the session came by its entries. */
  readonly download: SetDownload;
  /** The whole set, to be kept for the next session; undefined with buckets, and when its download was refused. */
  readonly set: PublishedSet | undefined;
  /** Bits of the tags that the server is told, with buckets. */
  readonly bucketBits: number | undefined;
  /**
   * Looks keys up. Repeated keys are asked for once, blank ones (see `intersect`) not at all: they are absent. Requests made at once go one after the other.
   *
   * @throws VeilshareError INVALID_ARGUMENT for bad keys or more than `maxKeys` distinct ones, which leaves the session
   * as it was; after any other error the session is over.
   */
  lookup(keys: readonly PsiItem[]): Promise<LookupOutcome>;
}

/** What a client's session stands on. */
export interface ClientContext {
  readonly run: ProtocolRun;
  readonly server: number;
  readonly terms: Terms;
  readonly source: EntrySource;
  readonly random: RandomSource;
}

const absent: LookupAnswer = { status: "absent" };

type RefusedLookup = Extract<LookupOutcome, { status: "refused" }>;

/** The client's end of a session in which entries can be found. */
export class SessionClient implements LookupClient {
  readonly #context: ClientContext;
  #last: Promise<unknown> = Promise.resolve();
  #ended = false;

  constructor(context: ClientContext) {
    this.#context = context;
  }

  get info(): SetInfo {
    return this.#context.terms.info;
  }

  get maxKeys(): number {
    return this.#context.terms.maxKeys;
  }

  get download(): SetDownload {
    return this.#context.source.download;
  }

  get set(): PublishedSet | undefined {
    const { source } = this.#context;
    return source.kind === "whole" ? source.set : undefined;
  }

  get bucketBits(): number | undefined {
    const { source } = this.#context;
    return source.kind === "buckets" ? source.bits : undefined;
  }

  lookup(given: readonly PsiItem[]): Promise<LookupOutcome> {
    const keys: readonly PsiItem[] = Array.isArray(given) ? [...(given as readonly PsiItem[])] : given; // whatever the caller does to the array meanwhile
    if (this.#ended) {
      return Promise.reject(new VeilshareError("CLOSED", "lookup: the session has no more requests"));
    }
    const next = this.#last.then(() => this.#lookup(keys));
    this.#last = next.catch(() => undefined);
    return next;
  }

  /** Waits for what is under way and says farewell. */
  async end(): Promise<void> {
    this.#ended = true;
    await this.#last;
    const { run, server } = this.#context;
    await run.send(server, "request", new Uint8Array(0));
  }

  async #lookup(keys: readonly PsiItem[]): Promise<LookupOutcome> {
    const distinct = await this.#distinctKeys(keys);
    if (distinct.count === 0) {
      const answers = Array.from({ length: distinct.rowCount }, () => absent);
      return { status: "answered", answers, keys, evaluations: 0 };
    }
    const { run, source } = this.#context;
    if (source.kind === "none") return { status: "refused", ...source.refusal };
    try {
      const numbers = Uint32Array.from({ length: distinct.count }, (_, i) => i);
      const entryKeys = await this.#evaluate(distinct.gather(numbers));
      if (!Array.isArray(entryKeys)) return entryKeys;
      const find = await this.#finder(source, entryKeys);
      const answers = entryKeys.map((key) => this.#read(key, find(key.tag)));
      return {
        status: "answered",
        answers: byRow(distinct.rowCount, distinct.rowsOf(numbers), answers),
        keys,
        evaluations: distinct.count,
      };
    } catch (thrown) {
      run.abort(thrown); // a session that is out of step must not go on, whatever the caller makes of the error
      throw thrown;
    }
  }

  async #distinctKeys(keys: readonly PsiItem[]): Promise<DistinctItems> {
    const { info, maxKeys } = this.#context.terms;
    const { items: distinct, keyColumns } = await readItems(keys, { caller: "lookup" });
    if (keyColumns > 0 && info.keyColumns > 0 && keyColumns !== info.keyColumns) {
      throw invalidArgument("lookup", `keys of ${info.keyColumns} fields, as the set's`, `${keyColumns}`);
    }
    if (distinct.count > maxKeys) {
      throw invalidArgument("lookup", `at most ${maxKeys} distinct keys a request`, String(distinct.count));
    }
    return distinct;
  }

  /** Has the server evaluate distinct keys. */
  async #evaluate(keys: ByteRows): Promise<EntryKey[] | RefusedLookup> {
    const { run, server, terms, random } = this.#context;
    const count = rowCount(keys);
    const sent = request(keys, random);
    await run.send(server, "request", sent.blinded);
    const message = await run.receive(server, "answer", { maxByteLength: maxAnswerBytes(count) });
    return fromPeer(run, "answer", () => {
      const given = decodeAnswer(message, count);
      if (given.kind === "evaluated") return finish(sent, given.evaluation, terms.info);
      const { limit, available, retryAfterMs } = given;
      return { status: "refused", limit, available, retryAfterMs };
    });
  }

  /** What finds the entry at a tag; undefined where there is none. */
  async #finder(
    source: Exclude<EntrySource, { kind: "none" }>,
    keys: readonly EntryKey[],
  ): Promise<(tag: Uint8Array) => Uint8Array | undefined> {
    const { terms } = this.#context;
    if (source.kind === "whole") return (tag) => source.set.find(tag);
    const { bits } = source;
    const buckets = await this.#fetchBuckets(bits, keys);
    const entryBytes = entryByteLength(terms.info.labelBytes);
    return (tag) => findEntry(buckets.get(prefixOf(tag, bits)) ?? new Uint8Array(0), entryBytes, tag);
  }

  async #fetchBuckets(bits: number, keys: readonly EntryKey[]): Promise<Map<number, Uint8Array>> {
    const { run, server, terms } = this.#context;
    const prefixes = [...new Set(keys.map(({ tag }) => prefixOf(tag, bits)))].sort((a, b) => a - b);
    await run.send(server, "prefixes", encodePrefixes(prefixes));
    const buckets = new Map<number, Uint8Array>();
    for (const prefix of prefixes) {
      const message = await run.receive(server, "bucket");
      const bucket: Bucket = await fromPeer(run, "bucket", () =>
        decodeBucket(message, terms.info, { bits, prefix }),
      );
      buckets.set(prefix, bucket.entries);
    }
    return buckets;
  }

  #read(key: EntryKey, entry: Uint8Array | undefined): LookupAnswer {
    const { run, terms, source } = this.#context;
    // An absent key takes the time of opening, too: what the server sees next must not come earlier.
    const labels = key.open(entry ?? new Uint8Array(entryByteLength(terms.info.labelBytes)));
    key.wipe();
    if (entry === undefined) return absent;
    const [label] = labels ?? [];
    if (labels !== undefined && label !== undefined)
      return { status: "found", label, ...(labels.length > 1 ? { labels } : {}) };
    const step: LookupStep = source.kind === "whole" ? "entries" : "bucket";
    const details = { expected: "an entry that its key opens", got: "another" };
    return { status: "unreadable", error: lookupFault(run, "PEER_MALFORMED", step, details) };
  }
}

/** The answers of distinct keys, by the rows in which the keys were given; blank ones have no entry. */
function byRow(
  rowCount: number,
  { rows, rowOffsets }: ItemRows,
  answers: readonly LookupAnswer[],
): LookupAnswer[] {
  const all = Array.from<LookupAnswer>({ length: rowCount }).fill(absent);
  for (const [item, answer] of answers.entries()) {
    for (const row of rows.subarray(rowOffsets[item], rowOffsets[item + 1])) all[row] = answer;
  }
  return all;
}
