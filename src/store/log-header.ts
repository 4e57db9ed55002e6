/** The first bytes of every file of a store. */

import { ByteReader, ByteWriter } from "../bytes/codec.js";
import { bytesFromHex, bytesToHex, concatBytes, equalBytes, utf8ToBytes } from "../bytes/encoding.js";
import { markerBytes, type Digest } from "./frame.js";

const magic = utf8ToBytes("veilshare-store\n");
const formatVersion = 1;
const idBytes = 16;
const checkBytes = 8;

/** Length of a header. */
export const headerBytes: number = magic.length + 4 + 4 + idBytes + markerBytes + checkBytes;

/** What a file says of itself. */
export interface LogHeader {
  /** Of the store, hexadecimal. */
  readonly id: string;
  /** 1 for the first file of a store, one more after each snapshot. */
  readonly generation: number;
  /** See the frames. */
  readonly marker: Uint8Array;
}

/** The bytes of a header. */
export function encodeLogHeader({ id, generation, marker }: LogHeader, digest: Digest): Uint8Array {
  const writer = new ByteWriter().fixed(magic).u32(formatVersion).u32(generation);
  const bytes = writer
    .fixed(bytesFromHex(id, "id", idBytes))
    .fixed(marker)
    .finish();
  return concatBytes(bytes, digest(bytes).subarray(0, checkBytes));
}

/**
 * The header at the beginning of a file, and where it ends. Before it may lie beginnings of headers that were cut short.
 *
 * @returns "partial" for a file that holds no more than such a beginning, "version" for one of a later version, "other" for
 *   what is no file of a store.
 */
export function readLogHeader(
  bytes: Uint8Array,
  digest: Digest,
): { readonly header: LogHeader; readonly end: number } | "partial" | "version" | "other" {
  for (let start = 0; ;) {
    const next = nextMagic(bytes, start + 1) ?? bytes.length;
    const here = bytes.subarray(start, start + headerBytes);
    const known = Math.min(next - start, magic.length);
    if (!equalBytes(here.subarray(0, known), magic.subarray(0, known))) return "other";
    if (next - start >= headerBytes) {
      const reader = new ByteReader(here.subarray(magic.length));
      if (reader.u32() > formatVersion) return "version";
      const header = readFields(reader);
      const check = digest(here.subarray(0, headerBytes - checkBytes)).subarray(0, checkBytes);
      if (equalBytes(check, here.subarray(headerBytes - checkBytes)))
        return { header, end: start + headerBytes };
    }
    if (next - start >= headerBytes) return "other"; // a whole one whose sum does not fit
    if (next === bytes.length) return "partial";
    start = next;
  }
}

function readFields(reader: ByteReader): LogHeader {
  const generation = reader.u32();
  return { generation, id: bytesToHex(reader.fixed(idBytes)), marker: reader.fixed(markerBytes) };
}

/** Where the next whole word begins that headers begin with. */
function nextMagic(bytes: Uint8Array, from: number): number | undefined {
  for (let at = from; at + magic.length <= bytes.length; at++) {
    if (equalBytes(bytes.subarray(at, at + magic.length), magic)) return at;
  }
  return undefined;
}
