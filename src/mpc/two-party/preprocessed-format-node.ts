/** The files of preprocessed correlations: header, pools, sum; reading and writing them. Node only. */

import { createHash, timingSafeEqual } from "node:crypto";
import { openSync, readSync, writeSync } from "node:fs";
import { ByteReader, ByteWriter, MalformedMessage } from "../../bytes/codec.js";
import { concatBytes, utf8ToBytes } from "../../bytes/encoding.js";
import { VeilshareError } from "../../errors.js";
import { poolNames, poolVectors, type PoolCounts, type PoolName } from "./preprocessed.js";

const magic = utf8ToBytes("veilshare stock");
const formatVersion = 1;
const maxNameBytes = 1024;
const digestBytes = 32;

/** Where each vector of a pool begins, in words from the pool's start. */
export function vectorPlaces(
  pool: PoolName,
  units: number,
): { readonly vector: number; readonly offset: number; readonly perUnit: number }[] {
  let offset = 0;
  return [...poolVectors[pool].masks, ...poolVectors[pool].dependent].map((perUnit, vector) => {
    const place = { vector, offset, perUnit };
    offset += perUnit * units;
    return place;
  });
}

/** Bytes of a pool. */
export function poolBytes(pool: PoolName, units: number): number {
  let words = 0;
  for (const { perUnit } of vectorPlaces(pool, units)) words += perUnit * units;
  return 8 * words;
}

/** What a preprocessed file says of itself. */
export interface PreprocessedHeader {
  readonly id: Uint8Array;
  readonly own: string;
  readonly peer: string;
  readonly counts: PoolCounts;
}

/** The first bytes of a preprocessed file. */
export function encodeHeader({ id, own, peer, counts }: PreprocessedHeader): Uint8Array {
  const body = new ByteWriter().fixed(id).text(own).text(peer);
  for (const pool of poolNames) body.u64(BigInt(counts[pool]));
  return concatBytes(magic, new ByteWriter().u8(formatVersion).bytes(body.finish()).finish());
}

/**
 * The header of a preprocessed file, and where it ends.
 *
 * @throws VeilshareError INVALID_DATA for a file that is none.
 */
export function readHeader(
  path: string,
  file: number,
): { readonly header: PreprocessedHeader; readonly headerBytes: number } {
  const start = readAll(path, file, 0, magic.length + 5);
  const fixed = new ByteReader(start);
  const isPreprocessed = Buffer.from(fixed.fixed(magic.length)).equals(magic);
  if (!isPreprocessed || fixed.u8() !== formatVersion)
    throw damaged(path, `a preprocessed file of format ${formatVersion}`);
  const length = fixed.u32();
  if (length > 4 * maxNameBytes) throw damaged(path, "a header");
  const headerBytes = start.length + length;
  try {
    const reader = new ByteReader(readAll(path, file, start.length, length));
    const id = reader.fixed(32);
    const [own, peer] = [reader.text(maxNameBytes), reader.text(maxNameBytes)];
    const counts = { triple: 0, bitTriple: 0, sharedBit: 0 };
    for (const pool of poolNames) counts[pool] = Number(reader.u64());
    reader.end();
    return { header: { id, own, peer, counts }, headerBytes };
  } catch (thrown) {
    throw thrown instanceof MalformedMessage ? damaged(path, "a header") : thrown;
  }
}

/**
 * Refuses a preprocessed file that was changed.
 *
 * @throws VeilshareError INVALID_DATA
 */
export function checkDigest(path: string, file: number, headerBytes: number, counts: PoolCounts): void {
  let end = headerBytes;
  for (const pool of poolNames) end += poolBytes(pool, counts[pool]);
  const stored = readAll(path, file, end, digestBytes);
  if (!timingSafeEqual(digestOf(file, end), stored))
    throw damaged(path, "a preprocessed file whose sum fits");
}

/** SHA-256 of the first bytes of a file. */
export function digestOf(file: number, byteLength: number): Uint8Array {
  const hash = createHash("sha256");
  const chunk = new Uint8Array(2 ** 20);
  for (let at = 0; at < byteLength; at += chunk.length) {
    const read = readSync(file, chunk, 0, Math.min(chunk.length, byteLength - at), at);
    hash.update(chunk.subarray(0, read));
    if (read === 0) break;
  }
  return hash.digest();
}

/**
 * A new file.
 *
 * @throws VeilshareError INVALID_CONFIG when there is one.
 */
export function createFile(path: string): number {
  try {
    return openSync(path, "wx+", 0o600);
  } catch (thrown) {
    throw unusable(path, "a new file", thrown);
  }
}

/**
 * A file that exists.
 *
 * @throws VeilshareError INVALID_CONFIG when it cannot be opened.
 */
export function opened(path: string, flags: string): number {
  try {
    return openSync(path, flags, 0o600);
  } catch (thrown) {
    throw unusable(path, "a file", thrown);
  }
}

/** Writes all bytes at an offset. */
export function writeAll(file: number, at: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length;)
    done += writeSync(file, bytes, done, bytes.length - done, at + done);
}

/**
 * Reads so many bytes from an offset.
 *
 * @throws VeilshareError INVALID_DATA when the file is shorter.
 */
export function readAll(path: string, file: number, at: number, byteLength: number): Uint8Array {
  const bytes = new Uint8Array(byteLength);
  for (let done = 0; done < byteLength;) {
    const read = readSync(file, bytes, done, byteLength - done, at + done);
    if (read === 0) throw damaged(path, "a whole file");
    done += read;
  }
  return bytes;
}

/** The error for a file that is not as it must be. */
export function damaged(file: string, expected: string): VeilshareError {
  return new VeilshareError("INVALID_DATA", `openPreprocessedFile: expected ${expected}, got another`, {
    file,
    expected,
  });
}

/** The error for a file that cannot be used. */
export function unusable(file: string, expected: string, cause?: unknown): VeilshareError {
  return new VeilshareError("INVALID_CONFIG", `openPreprocessedFile: expected ${expected}`, {
    file,
    expected,
    cause,
  });
}
