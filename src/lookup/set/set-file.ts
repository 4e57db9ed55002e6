/**
 * A published set as bytes, for a file, a web server or a browser's storage. Version 1, integers little-endian:
 *
 *   magic "veilset\0" (8)  version u16
 *   public key (32)  epoch u32  revision u32  label length u16  key columns u16  count u32  tree bits u8  digest (32)
 *   count entries of 46 + label length bytes, ascending by tag
 *
 * Exactly this and nothing behind it. The digest finds damage and partial copies; who wrote the file is known only by
 * comparing digest or public key with a source that is trusted.
 */

import { ByteReader, ByteWriter, MalformedMessage } from "../../bytes/codec.js";
import { bytesToHex, concatBytes, equalBytes, utf8ToBytes } from "../../bytes/encoding.js";
import { VeilshareError } from "../../errors.js";
import {
  decodeInfo,
  encodeInfo,
  entriesByteLength,
  infoBytes,
  setOf,
  type PublishedSet,
  type SetInfo,
} from "./published-set.js";

const magic = utf8ToBytes("veilset\0");
const formatVersion = 1;

/** Bytes before the entries. */
export const fileHeaderBytes: number = magic.length + 2 + infoBytes;

/** What a set must be to be taken. */
export interface ExpectedSet {
  readonly publicKey?: Uint8Array;
  readonly epoch?: number;
  readonly digest?: Uint8Array;
}

/** The bytes of a set. */
export function encodeSet(set: PublishedSet): Uint8Array {
  return concatBytes(encodeFileHeader(set.info), set.slice(0, set.info.count));
}

/** The bytes before the entries. */
export function encodeFileHeader(info: SetInfo): Uint8Array {
  return new ByteWriter().fixed(magic).u16(formatVersion).fixed(encodeInfo(info)).finish();
}

/**
 * Reads a set: magic, version, sizes, order of tags and digest are checked.
 *
 * @param source - Named in errors, e.g. a file's path.
 * @throws VeilshareError INVALID_DATA with `file` = source for bytes that are no set, and with `field` where the set is
 * not the expected one.
 */
export async function decodeSet(
  bytes: Uint8Array,
  source: string,
  expected: ExpectedSet = {},
): Promise<PublishedSet> {
  const info = decodeFileHeader(bytes.subarray(0, fileHeaderBytes), source, expected);
  return decodeEntries(info, bytes.slice(fileHeaderBytes), source);
}

/** The header's part of {@link decodeSet}. */
export function decodeFileHeader(header: Uint8Array, source: string, expected: ExpectedSet): SetInfo {
  const info = orInvalidData(source, () => {
    const reader = new ByteReader(header);
    if (reader.remaining < magic.length + 2 || !equalBytes(reader.fixed(magic.length), magic)) {
      throw new MalformedMessage("expected a published set, got something else");
    }
    const version = reader.u16();
    if (version !== formatVersion) {
      throw new MalformedMessage(`expected format version ${formatVersion}, got ${version}`);
    }
    return decodeInfo(reader.fixed(infoBytes));
  });
  checkExpected(info, source, expected);
  return info;
}

/** The entries' part of {@link decodeSet}. */
export async function decodeEntries(
  info: SetInfo,
  entries: Uint8Array,
  source: string,
): Promise<PublishedSet> {
  try {
    return await setOf(info, entries);
  } catch (thrown) {
    throw invalidSet(source, thrown);
  }
}

/**
 * Checks a file's length before its entries are read.
 *
 * @throws VeilshareError INVALID_DATA.
 */
export function checkFileLength(info: SetInfo, byteLength: number, source: string): void {
  const expected = fileHeaderBytes + entriesByteLength(info);
  if (byteLength === expected) return;
  throw invalidSet(source, new MalformedMessage(`expected ${expected} bytes, got ${byteLength}`));
}

function checkExpected(info: SetInfo, source: string, expected: ExpectedSet): void {
  const wrong = (field: string, want: string, got: string): VeilshareError =>
    new VeilshareError("INVALID_DATA", `${source}: ${field}: expected ${want}, got ${got}`, {
      file: source,
      field,
      expected: want,
      got,
    });
  for (const field of ["publicKey", "digest"] as const) {
    const want = expected[field];
    if (want !== undefined && !equalBytes(want, info[field])) {
      throw wrong(field, bytesToHex(want), bytesToHex(info[field]));
    }
  }
  if (expected.epoch !== undefined && expected.epoch !== info.epoch) {
    throw wrong("epoch", String(expected.epoch), String(info.epoch));
  }
}

function orInvalidData<T>(source: string, read: () => T): T {
  try {
    return read();
  } catch (thrown) {
    throw invalidSet(source, thrown);
  }
}

function invalidSet(source: string, thrown: unknown): unknown {
  if (!(thrown instanceof MalformedMessage)) return thrown;
  return new VeilshareError("INVALID_DATA", `${source}: ${thrown.message}`, { file: source, cause: thrown });
}
