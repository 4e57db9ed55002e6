/** The client's way to the entries that it looks into: kept, downloaded, brought up to date, or asked for in buckets. */

import { equalBytes } from "../../bytes/encoding.js";
import type { ProtocolRun } from "../../channel/party.js";
import {
  decodeDownload,
  downloadByteLength,
  encodeWanted,
  maxDownloadBytes,
  rowsPerPiece,
  type Download,
  type Wanted,
} from "./downloads.js";
import { entryByteLength, tagBytes } from "../set/entry.js";
import { entriesByteLength, setOf, type PublishedSet, type SetInfo } from "../set/published-set.js";
import type { LookupRefusal } from "./refusal.js";
import { fromPeer, lookupFault, type LookupStep } from "./session.js";
import { applyDelta } from "../set/set-delta.js";

/** How a session came by its entries. */
export interface SetDownload {
  /**
   * `kept`: the client's set is the server's; `changes`: it was brought up to date; `whole`: all of it was downloaded;
   * `buckets`: they come with each request; `refused`: the server's budget of bytes for this client is used up.
   */
  readonly kind: "kept" | "changes" | "whole" | "buckets" | "refused";
  /** Bytes of entries and tags that were downloaded before the first request. */
  readonly bytes: number;
}

/** Where a session's entries come from. */
export type EntrySource = { readonly download: SetDownload } & (
  | { readonly kind: "whole"; readonly set: PublishedSet }
  | { readonly kind: "buckets"; readonly bits: number }
  | { readonly kind: "none"; readonly refusal: LookupRefusal }
);

/** What a client has and what it would take. */
export interface FetchOptions {
  /** An earlier or the present version of the server's set, made with the same key. */
  readonly kept: PublishedSet | undefined;
  readonly bucketBits: number | undefined;
  readonly maxSetBytes: number;
  readonly wholeSet: "if-needed" | "never";
}

/** Agrees with the server where entries come from, and gets them. */
export async function openSource(
  run: ProtocolRun,
  server: number,
  info: SetInfo,
  { kept, bucketBits, maxSetBytes, wholeSet }: FetchOptions,
): Promise<EntrySource> {
  const fetcher = new Fetcher(run, server, info, maxSetBytes);
  if (bucketBits !== undefined) {
    const bits = Math.min(bucketBits, info.treeBits);
    await fetcher.want({ kind: "buckets", bits });
    return { kind: "buckets", bits, download: { kind: "buckets", bytes: 0 } };
  }
  if (kept !== undefined && equalBytes(kept.info.digest, info.digest)) {
    await fetcher.want({ kind: "nothing" });
    return { kind: "whole", set: kept, download: { kind: "kept", bytes: 0 } };
  }
  const canChange = kept?.info.labelBytes === info.labelBytes;
  const changes = canChange ? await fetcher.changesSince(kept) : undefined;
  if (changes !== undefined) return changes;
  if (wholeSet === "if-needed") return fetcher.whole();
  throw lookupFault(run, "PEER_MISMATCH", "download", {
    field: "set",
    expected:
      kept === undefined
        ? "the server to have the client's set"
        : `the changes since revision ${kept.info.revision}`,
    got: "a server that has the whole of a later one only",
  });
}

class Fetcher {
  readonly #run: ProtocolRun;
  readonly #server: number;
  readonly #info: SetInfo;
  readonly #maxSetBytes: number;

  constructor(run: ProtocolRun, server: number, info: SetInfo, maxSetBytes: number) {
    this.#run = run;
    this.#server = server;
    this.#info = info;
    this.#maxSetBytes = maxSetBytes;
  }

  async want(wanted: Wanted): Promise<void> {
    await this.#run.send(this.#server, "want", encodeWanted(wanted));
  }

  async whole(): Promise<EntrySource> {
    const bytes = entriesByteLength(this.#info);
    this.#checkSize(bytes, "terms"); // before anything is asked for
    await this.want({ kind: "whole" });
    const download = await this.#download();
    if (download.kind === "refused") return refused(download);
    const entries = await this.#receiveRows(
      "entries",
      this.#info.count,
      entryByteLength(this.#info.labelBytes),
    );
    const set = await fromPeer(this.#run, "entries", () => setOf(this.#info, entries));
    return { kind: "whole", set, download: { kind: "whole", bytes } };
  }

  /** Undefined when the server has no changes since that version. */
  async changesSince(kept: PublishedSet): Promise<EntrySource | undefined> {
    await this.want({ kind: "changes", since: kept.info.digest });
    const download = await this.#download(kept.info.count);
    if (download.kind === "refused") return refused(download);
    if (download.kind !== "changes") return undefined;
    const bytes = downloadByteLength(this.#info, download);
    this.#checkSize(Math.max(bytes, entriesByteLength(this.#info)), "download");
    const put = await this.#receiveRows("entries", download.put, kept.entryBytes);
    const removed = await this.#receiveRows("removed", download.removed, tagBytes);
    const set = await fromPeer(this.#run, "entries", async () =>
      setOf(this.#info, await applyDelta(kept, { put, removed })),
    );
    return { kind: "whole", set, download: { kind: "changes", bytes } };
  }

  async #download(count?: number): Promise<Download> {
    const message = await this.#run.receive(this.#server, "download", { maxByteLength: maxDownloadBytes });
    return fromPeer(this.#run, "download", () => decodeDownload(message, this.#info, count));
  }

  #checkSize(byteLength: number, step: LookupStep): void {
    if (byteLength <= this.#maxSetBytes) return;
    const expected = `a set of at most ${this.#maxSetBytes} bytes`;
    throw lookupFault(this.#run, "PEER_FLOODED", step, { expected, got: `${byteLength} bytes` });
  }

  /** A list of known length, in pieces. */
  async #receiveRows(step: "entries" | "removed", count: number, rowBytes: number): Promise<Uint8Array> {
    const total = count * rowBytes;
    const rows = new Uint8Array(total);
    const pieceBytes = rowsPerPiece(rowBytes) * rowBytes;
    for (let at = 0; at < total; at += pieceBytes) {
      const byteLength = Math.min(pieceBytes, total - at);
      rows.set(await this.#run.receive(this.#server, step, { byteLength }), at);
      this.#run.progress({ step: `lookup/${step}`, done: (at + byteLength) / rowBytes, total: count });
    }
    return rows;
  }
}

function refused({ limit, available, retryAfterMs }: LookupRefusal): EntrySource {
  return {
    kind: "none",
    refusal: { limit, available, retryAfterMs },
    download: { kind: "refused", bytes: 0 },
  };
}
