/**
 * The messages by which a client gets a set, after the server's terms and before the first request:
 *
 *   client -> server   want       nothing, the whole set, buckets of so many bits, or the changes since a version
 *   server -> client   download   for the set and changes: how much comes; or that a budget refuses it; or, for changes,
 *                                 that they are not to be had, after which the client wants something else
 *   server -> client   entries    those of the set, or those that changed, in pieces
 *   server -> client   removed    tags of entries that are gone, in pieces; only with changes
 *
 * A reader throws {@link MalformedMessage} for what no honest party sends; the drivers name party and step.
 */

import { ByteReader, ByteWriter, MalformedMessage } from "../../bytes/codec.js";
import { entryByteLength, tagBytes } from "../set/entry.js";
import { entriesByteLength, type SetInfo } from "../set/published-set.js";
import { readRefusal, refusalBytes, writeRefusal, type LookupRefusal } from "./refusal.js";

/** What a client wants besides evaluations. */
export type Wanted =
  | { readonly kind: "nothing" }
  | { readonly kind: "whole" }
  | { readonly kind: "buckets"; readonly bits: number }
  | {
      readonly kind: "changes";
      /** Digest of the version that the client has. */
      readonly since: Uint8Array;
    };

/** What a server says to a client that wants the set or changes. */
export type Download =
  | { readonly kind: "whole" }
  | {
      readonly kind: "changes";
      /** Entries that are new or other than before. */
      readonly put: number;
      /** Entries that are gone. */
      readonly removed: number;
    }
  | { readonly kind: "unavailable" }
  | ({ readonly kind: "refused" } & LookupRefusal);

const wantedKinds = ["nothing", "whole", "buckets", "changes"] as const;
const downloadKinds = ["whole", "changes", "unavailable", "refused"] as const;
const digestBytes = 32;

/** Longest encoded {@link Wanted}. */
export const maxWantedBytes: number = 2 + digestBytes;

/** Longest encoded {@link Download}. */
export const maxDownloadBytes: number = 1 + refusalBytes;

/** Client: what it wants. */
export function encodeWanted(wanted: Wanted): Uint8Array {
  const writer = new ByteWriter()
    .u8(wantedKinds.indexOf(wanted.kind))
    .u8(wanted.kind === "buckets" ? wanted.bits : 0);
  return (wanted.kind === "changes" ? writer.fixed(wanted.since) : writer).finish();
}

/** Server: reads what the client wants of this set. */
export function decodeWanted(message: Uint8Array, info: SetInfo): Wanted {
  const reader = new ByteReader(message);
  const kind = wantedKinds[reader.u8()];
  const bits = reader.u8();
  const since = kind === "changes" ? reader.fixed(digestBytes) : undefined;
  reader.end();
  if (kind === undefined) throw new MalformedMessage("expected one of four wishes, got another");
  if (bits > (kind === "buckets" ? info.treeBits : 0)) {
    throw new MalformedMessage(`expected buckets of at most ${info.treeBits} bits, got ${bits}`);
  }
  if (since !== undefined) return { kind: "changes", since };
  if (kind === "buckets") return { kind, bits };
  return { kind: kind === "whole" ? kind : "nothing" };
}

/** Server: what comes. */
export function encodeDownload(download: Download): Uint8Array {
  const writer = new ByteWriter().u8(downloadKinds.indexOf(download.kind));
  if (download.kind === "changes") writer.u32(download.put).u32(download.removed);
  return (download.kind === "refused" ? writeRefusal(writer, download) : writer).finish();
}

/**
 * Client: reads what comes.
 *
 * @param info - The server's set.
 * @param count - Entries of the client's version; undefined when it wanted the whole set.
 * @throws MalformedMessage also for something else than was wanted, and for numbers that can't lead to the server's set.
 */
export function decodeDownload(message: Uint8Array, info: SetInfo, count?: number): Download {
  const reader = new ByteReader(message);
  const kind = downloadKinds[reader.u8()];
  if (kind === "refused") return { kind, ...readRefusal(reader) };
  const isChanges = kind === "changes" && count !== undefined;
  const [put, removed] = isChanges ? [reader.u32(), reader.u32()] : [0, 0];
  reader.end();
  if (isChanges) {
    const grown = info.count - count + removed; // entries put at tags that were not there
    if (removed > count || put > info.count || grown < 0 || grown > put) {
      const got = `${put} put and ${removed} removed`;
      throw new MalformedMessage(
        `expected changes that lead from ${count} to ${info.count} entries, got ${got}`,
      );
    }
    return { kind, put, removed };
  }
  if (kind === "unavailable" && count !== undefined) return { kind };
  if (kind === "whole" && count === undefined) return { kind };
  throw new MalformedMessage("expected an answer to what was wanted, got another");
}

/** Bytes that a download takes. */
export function downloadByteLength(info: SetInfo, download: Download): number {
  if (download.kind === "whole") return entriesByteLength(info);
  if (download.kind !== "changes") return 0;
  return download.put * entryByteLength(info.labelBytes) + download.removed * tagBytes;
}

/** Rows of one piece of a list: about 256 KiB. */
export function rowsPerPiece(rowBytes: number): number {
  return Math.ceil(2 ** 18 / rowBytes);
}
