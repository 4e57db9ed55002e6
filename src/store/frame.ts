/**
 * Records as they lie in a file, one after the other:
 *
 *   marker     8 bytes that the file's header chose at random and nobody outside learns: where a record was cut short, the
 *              next one is found by it, and nothing that was written into a record can be taken for one
 *   length     u32, of the body
 *   check      8 bytes, the first of SHA-256(body)
 *   body       sort (u8), epoch (u32), sequence (u64), time in ms (u64), hash of the record before (32 bytes), number of
 *              links (u8) and so many hashes of 32 bytes, then what the sort says
 *
 * The hash of a record is SHA-256(body). Links are for hashes of an evidence log, which will hold those of state records.
 */

import { ByteWriter, MalformedMessage } from "../bytes/codec.js";
import { equalBytes } from "../bytes/encoding.js";

/** Sorts of records. Those from 128 on may be unknown to a reader: it keeps them. */
export const sorts = {
  /** An owner begins. */
  owner: 1,
  /** Entries: changes of the state. */
  entries: 2,
  /** The log goes on in another file. */
  seal: 3,
  /** A snapshot begins, goes on, ends: together they take one place in the chain. */
  snapshotBegin: 4,
  snapshotPart: 5,
  snapshotEnd: 6,
  /** A restored backup was accepted. */
  restored: 7,
} as const;

/** Sorts below are refused when unknown, others kept. */
export const firstKeptSort = 128;

export const markerBytes = 8;
const checkBytes = 8;
const hashBytes = 32;

/** Bytes of a frame before its body. */
export const frameHeadBytes: number = markerBytes + 4 + checkBytes;

/** Most bytes of a body. */
export const maxBodyBytes: number = 2 ** 26;

/** SHA-256 by whatever is fastest here. */
export type Digest = (bytes: Uint8Array) => Uint8Array;

/** One record. */
export interface StoreRecord {
  readonly sort: number;
  readonly epoch: number;
  /** Its place in the chain, from 1. */
  readonly sequence: number;
  readonly timeMs: number;
  readonly previous: Uint8Array;
  readonly links: readonly Uint8Array[];
  readonly payload: Uint8Array;
}

/** A record and its hash. */
export interface HashedRecord extends StoreRecord {
  readonly hash: Uint8Array;
}

/** The frame of a record, and its hash. */
export function encodeFrame(
  record: StoreRecord,
  marker: Uint8Array,
  digest: Digest,
): { readonly frame: Uint8Array; readonly hash: Uint8Array } {
  const body = new ByteWriter().u8(record.sort).u32(record.epoch);
  body.u64(BigInt(record.sequence)).u64(BigInt(record.timeMs)).fixed(record.previous).u8(record.links.length);
  for (const link of record.links) body.fixed(link);
  const bytes = body.fixed(record.payload).finish();
  const hash = digest(bytes);
  const writer = new ByteWriter().fixed(marker).u32(bytes.length).fixed(hash.subarray(0, checkBytes));
  return { frame: writer.fixed(bytes).finish(), hash };
}

/** What lies at an offset of a file. */
export type Found =
  | { readonly kind: "record"; readonly record: HashedRecord; readonly end: number }
  /** It may go on beyond the bytes at hand; `needed` bytes from the offset would tell. */
  | { readonly kind: "more"; readonly needed: number }
  /** No whole record begins here. */
  | { readonly kind: "torn" };

/**
 * Reads the record that begins at an offset. The payload, the hash before and the links are views of `bytes`. A log may hold
 * a hundred thousand records: nothing is made for one that can be done without.
 */
export function readFrame(bytes: Uint8Array, at: number, marker: Uint8Array, digest: Digest): Found {
  const left = bytes.length - at;
  if (!beginsWith(bytes, at, marker, Math.min(left, markerBytes))) return torn;
  if (left < frameHeadBytes) return { kind: "more", needed: frameHeadBytes };
  const length = u32At(bytes, at + markerBytes);
  if (length > maxBodyBytes) return torn;
  if (left < frameHeadBytes + length) return { kind: "more", needed: frameHeadBytes + length };
  const end = at + frameHeadBytes + length;
  const body = bytes.subarray(at + frameHeadBytes, end);
  const hash = digest(body);
  if (!beginsWith(bytes, at + markerBytes + 4, hash, checkBytes)) return torn;
  return { kind: "record", record: decodeBody(body, hash), end };
}

const torn: Found = { kind: "torn" };

/** True when so many bytes at an offset are the first ones of others; both have as many. */
function beginsWith(bytes: Uint8Array, at: number, others: Uint8Array, length: number): boolean {
  for (let i = 0; i < length; i++) if (bytes[at + i] !== others[i]) return false;
  return true;
}

/** Four bytes that are there, little-endian. */
function u32At(bytes: Uint8Array, at: number): number {
  const byte = (i: number): number => bytes[at + i] as number;
  return (byte(0) | (byte(1) << 8) | (byte(2) << 16) | (byte(3) << 24)) >>> 0;
}

function u64At(bytes: Uint8Array, at: number): number {
  const number = u32At(bytes, at) + 2 ** 32 * u32At(bytes, at + 4);
  if (Number.isSafeInteger(number)) return number;
  throw new MalformedMessage("expected a place and a time that a double holds");
}

/** Where the next marker begins, from an offset on; where it could begin when the bytes end before. */
export function findMarker(bytes: Uint8Array, from: number, marker: Uint8Array): number {
  for (
    let at = bytes.indexOf(marker[0] as number, from);
    at !== -1;
    at = bytes.indexOf(marker[0] as number, at + 1)
  ) {
    const here = bytes.subarray(at, at + markerBytes);
    if (equalBytes(here, marker.subarray(0, here.length))) return at;
  }
  return bytes.length;
}

/** Bytes of a body before its links. */
const bodyHeadBytes = 1 + 4 + 8 + 8 + hashBytes + 1;
const noLinks: readonly Uint8Array[] = [];

/** The check of its sum came before: a body that can't be read was written by another program. */
function decodeBody(body: Uint8Array, hash: Uint8Array): HashedRecord {
  const linkCount = body[bodyHeadBytes - 1] ?? 0;
  const start = bodyHeadBytes + linkCount * hashBytes;
  if (body.length < start) throw new MalformedMessage(`expected ${start} more bytes, got ${body.length}`);
  const linkAt = (i: number): Uint8Array =>
    body.subarray(start - (linkCount - i) * hashBytes).subarray(0, hashBytes);
  return {
    sort: body[0] as number, // the head is there
    epoch: u32At(body, 1),
    sequence: u64At(body, 5),
    timeMs: u64At(body, 13),
    previous: body.subarray(21, 21 + hashBytes),
    links: linkCount === 0 ? noLinks : Array.from({ length: linkCount }, (_, i) => linkAt(i)),
    payload: body.subarray(start),
    hash,
  };
}
