/**
 * The sealed file that one party's part of exported secrets is kept in.
 *
 *   magic "veilshare/shares", version u8, header length u32, header (canonical JSON), nonce 24 bytes, sealed body
 *
 * The header is in the clear, and authenticated with the body: whose part it is, of which parties, scheme, label and epoch,
 * the shapes and bounds of all secrets, and a digest of every party's part. The body is a salt of 32 bytes and the words of
 * all shares; digests are salted, since a digest of bare shares would let who has another part try values.
 */

import { xchacha20poly1305 } from "@noble/ciphers/chacha.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { canonicalJson, type JsonValue } from "../bytes/canonical-json.js";
import { ByteReader, ByteWriter, MalformedMessage } from "../bytes/codec.js";
import {
  bytesFromHex,
  bytesFromWords,
  bytesToHex,
  concatBytes,
  utf8ToBytes,
  wordsFromBytes,
} from "../bytes/encoding.js";
import { JsonRecord } from "../bytes/json-record.js";
import { VeilshareError } from "../errors.js";
import { randomBytes } from "../random/csprng.js";
import { magnitudeLimit, maxSecretFractionalBits } from "./bounds.js";
import type { SecretShape } from "./secret-shape.js";
import type { Share } from "./share.js";

const magic = utf8ToBytes("veilshare/shares");
const version = 1;
const nonceBytes = 24;
const saltBytes = 32;

/** Bytes of a key that seals. */
export const shareKeyBytes = 32;

/** A secret in the file. */
export interface FiledSecret extends SecretShape {
  readonly name: string;
}

/** What a file says of itself, in the clear. */
export interface ShareFileHeader {
  readonly label: string;
  readonly epoch: number;
  readonly scheme: "additive" | "replicated";
  /** Names of all computing parties, in their order. */
  readonly parties: readonly string[];
  /** Whose part it is: a place among them. */
  readonly position: number;
  /** Of every party's part, in their order; hex. */
  readonly digests: readonly string[];
  readonly secrets: readonly FiledSecret[];
}

/** One party's part: a salt, and the shares of all secrets in their order. */
export interface SharePart {
  readonly salt: Uint8Array;
  readonly shares: readonly Share[];
}

/** A fresh salt. */
export function newSalt(): Uint8Array {
  return randomBytes(saltBytes);
}

/** The body's bytes. */
function bodyOf({ salt, shares }: SharePart): Uint8Array {
  return concatBytes(salt, ...shares.flatMap((share) => share.map(bytesFromWords)));
}

/** The digest that all parties' files hold of a part. */
export function digestOfPart(part: SharePart, position: number): Uint8Array {
  const body = bodyOf(part);
  const digest = sha256(concatBytes(utf8ToBytes("veilshare/mpc/share-part"), Uint8Array.of(position), body));
  body.fill(0);
  return digest;
}

/** What tells one export from every other: a hash of all its digests. */
export function exportIdOf(digests: readonly string[]): Uint8Array {
  return sha256(utf8ToBytes(`veilshare/mpc/export ${digests.join(" ")}`));
}

/** Seals a part. */
export function sealPart(header: ShareFileHeader, part: SharePart, key: Uint8Array): Uint8Array {
  const text = utf8ToBytes(canonicalJson(jsonOf(header)));
  const head = concatBytes(magic, new ByteWriter().u8(version).u32(text.length).finish(), text);
  const nonce = randomBytes(nonceBytes);
  const body = bodyOf(part);
  const sealed = xchacha20poly1305(key, nonce, head).encrypt(body);
  body.fill(0);
  return concatBytes(head, nonce, sealed);
}

function jsonOf(header: ShareFileHeader): JsonValue {
  const secrets = header.secrets.map(({ name, rows, columns, fractionalBits, magnitude }) => ({
    name,
    rows,
    columns,
    fractionalBits,
    magnitude: magnitude.toString(),
  }));
  return { ...header, parties: [...header.parties], digests: [...header.digests], secrets };
}

/**
 * Opens a file.
 *
 * @throws VeilshareError INVALID_DATA for a file that is damaged, of another version, or sealed with another key.
 */
export function openPart(
  file: Uint8Array,
  key: Uint8Array,
): { readonly header: ShareFileHeader; readonly part: SharePart } {
  try {
    const headLength = magic.length + 5;
    if (file.length < headLength || !magic.every((byte, i) => file[i] === byte)) {
      throw new MalformedMessage("expected a file of exported shares, got another");
    }
    const reader = new ByteReader(file.subarray(magic.length, headLength));
    const found = reader.u8();
    if (found !== version) throw new MalformedMessage(`expected version ${version}, got ${found}`);
    const end = headLength + reader.u32();
    if (end + nonceBytes > file.length)
      throw new MalformedMessage("expected a whole file, got a part of one");
    const header = headerOf(new TextDecoder("utf-8", { fatal: true }).decode(file.subarray(headLength, end)));
    const body = opened(file, end, key);
    return { header, part: partOf(header, body) };
  } catch (error) {
    if (error instanceof VeilshareError) throw error;
    const what =
      error instanceof MalformedMessage ? error.message : "expected a readable header, got another";
    throw new VeilshareError("INVALID_DATA", `importShares: ${what}`, { cause: error });
  }
}

function opened(file: Uint8Array, end: number, key: Uint8Array): Uint8Array {
  const nonce = file.subarray(end, end + nonceBytes);
  try {
    return xchacha20poly1305(key, nonce, file.subarray(0, end)).decrypt(file.subarray(end + nonceBytes));
  } catch {
    throw new MalformedMessage("expected a file sealed with this key and unchanged, got another");
  }
}

function partOf(header: ShareFileHeader, body: Uint8Array): SharePart {
  const components = header.scheme === "replicated" ? 2 : 1;
  let at = saltBytes;
  const shares = header.secrets.map(({ rows, columns }) =>
    Array.from({ length: components }, () => {
      const end = at + 8 * rows * columns;
      const words = body.slice(at, end);
      at = end;
      if (words.length !== 8 * rows * columns) throw new MalformedMessage("expected all shares, got fewer");
      return wordsFromBytes(words);
    }),
  );
  if (at !== body.length) throw new MalformedMessage("expected the shares of the header, got more");
  const salt = body.slice(0, saltBytes);
  body.fill(0);
  return { salt, shares };
}

function headerOf(text: string): ShareFileHeader {
  return JsonRecord.parse(text, (record) => {
    const scheme = record.text("scheme");
    if (scheme !== "additive" && scheme !== "replicated")
      throw new MalformedMessage("expected a known scheme");
    const parties = record.texts("parties");
    const digests = record.texts("digests");
    for (const digest of digests) bytesFromHex(digest, "digests", 32);
    if (digests.length !== parties.length) throw new MalformedMessage("expected a digest for each party");
    return {
      label: record.text("label"),
      epoch: record.integer("epoch", { min: 0 }),
      scheme,
      parties,
      position: record.integer("position", { min: 0, max: parties.length - 1 }),
      digests,
      secrets: record.records("secrets", secretOf),
    };
  });
}

function secretOf(record: JsonRecord): FiledSecret {
  const magnitude = record.bigint("magnitude");
  if (magnitude >= magnitudeLimit) throw new MalformedMessage("expected a bound below 2^62");
  return {
    name: record.text("name"),
    rows: record.integer("rows", { min: 1, max: 2 ** 32 }),
    columns: record.integer("columns", { min: 1, max: 2 ** 32 }),
    fractionalBits: record.integer("fractionalBits", { min: 0, max: maxSecretFractionalBits }),
    magnitude,
  };
}

/** A digest as it stands in a header. */
export function digestText(digest: Uint8Array): string {
  return bytesToHex(digest);
}
