/** Who a party is: a name, a key pair of its links and one that it signs with. The others pin public keys, never an address. */

import { sha256 } from "@noble/hashes/sha2.js";
import { bytesFromHex, bytesToHex } from "../../bytes/encoding.js";
import { printAsRedacted } from "../../bytes/redacted.js";
import { checkArgument } from "../../checks/options.js";
import { kindOf, text } from "../../checks/rules.js";
import { invalidArgument, VeilshareError } from "../../errors.js";
import { randomBytes, type RandomSource } from "../../random/csprng.js";
import { isPartyName, nameRule } from "../names.js";
import { dhBytes, KeyPair } from "../noise/key-pair.js";
import { SigningKey, signingKeyBytes } from "./signing-key.js";

/** Public keys of a party, for some time. */
export interface PartyKey {
  /** X25519, of its links: 64 hexadecimal digits. Without one it can be known by a certificate only. */
  readonly link?: string;
  /** Ed25519, of what it signs: 64 hexadecimal digits. */
  readonly signing?: string;
  /** From when they hold, a date or time of ISO 8601, e.g. `2026-01-01`. Default: always. */
  readonly from?: string;
  /** Until when, itself not included. Default: for ever. */
  readonly until?: string;
}

/** A party that somebody else vouches for, or that proves a key when it comes. */
export interface PartyAddress {
  readonly name: string;
  /** One at least, unless `verifyPeer` decides. Of those that hold at a time, the one that began last counts. */
  readonly keys?: readonly PartyKey[];
  /** Where the party can be dialled, `ws://host:port` or `wss://host:port`, if it can be. */
  readonly address?: string;
}

/** What the others know of a party; one entry of a parties file. */
export interface PartyEntry extends PartyAddress {
  readonly keys: readonly PartyKey[];
}

/** A party's own name and keys. */
export class Identity {
  static {
    printAsRedacted(this);
  }

  readonly name: string;
  /** Static key pair of the Noise handshakes. */
  readonly keys: KeyPair;
  /** What it signs with. */
  readonly signingKey: SigningKey;

  /**
   * @param signingKey - Default: a fresh one.
   * @throws VeilshareError INVALID_ARGUMENT when the name cannot name a party.
   */
  constructor(name: string, keys: KeyPair, signingKey: SigningKey = SigningKey.generate()) {
    if (!isPartyName(name)) throw invalidArgument("Identity", `a name of ${nameRule}`, kindOf(name));
    this.name = name;
    this.keys = keys;
    this.signingKey = signingKey;
  }

  /** The entry that the others put into their parties file. */
  entry(address?: string): PartyEntry {
    const link = bytesToHex(this.keys.publicKey);
    const signing = bytesToHex(this.signingKey.publicKey);
    return { name: this.name, keys: [{ link, signing }], ...(address === undefined ? {} : { address }) };
  }
}

/**
 * A fresh identity.
 *
 * @param name - 1 to 64 letters, digits, spaces or `._-`.
 * @throws VeilshareError INVALID_ARGUMENT for any other name.
 */
export function generateIdentity(name: string, random: RandomSource = randomBytes): Identity {
  return new Identity(name, KeyPair.generate(random), SigningKey.generate(random));
}

/**
 * A public key in a form that two people can read to each other by telephone: the first 16 bytes of its SHA-256. Who reads the same
 * has the same key, unless somebody spent about 2^127 computations on one that looks alike.
 *
 * @param publicKey - 64 hexadecimal digits.
 * @returns Eight groups of four hexadecimal digits.
 * @throws VeilshareError INVALID_ARGUMENT for anything else.
 */
export function keyFingerprint(publicKey: string): string {
  checkArgument("keyFingerprint", "publicKey", publicKey, text);
  const digest = sha256(bytesFromHex(publicKey, "publicKey", dhBytes));
  return (bytesToHex(digest.subarray(0, 16)).match(/.{4}/g) ?? []).join(" ");
}

/**
 * The public key of an entry's links, 32 bytes.
 *
 * @param atMs - Milliseconds since 1970. Default: now.
 * @throws VeilshareError INVALID_CONFIG when it has none at that time.
 */
export function publicKeyOf(entry: PartyAddress, atMs: number = Date.now()): Uint8Array {
  return bytesFromHex(keyAt(entry, "link", atMs), "link", dhBytes);
}

/**
 * The keys that parties sign with, in their order: `signingKeys` of plans against an active server.
 *
 * @param atMs - Milliseconds since 1970. Default: now.
 * @throws VeilshareError INVALID_CONFIG that names a party that has none at that time.
 */
export function signingKeysOf(entries: readonly PartyAddress[], atMs: number = Date.now()): Uint8Array[] {
  return entries.map((entry) => bytesFromHex(keyAt(entry, "signing", atMs), "signing", signingKeyBytes));
}

function keyAt({ name, keys = [] }: PartyAddress, purpose: "link" | "signing", atMs: number): string {
  let latest: { readonly key: string; readonly from: number } | undefined;
  for (const { from: text, until, [purpose]: key } of keys) {
    const from = text === undefined ? -Infinity : Date.parse(text);
    if (key === undefined || from > atMs || (until !== undefined && Date.parse(until) <= atMs)) continue;
    if (latest === undefined || from >= latest.from) latest = { key, from };
  }
  if (latest !== undefined) return latest.key;
  const expected = `a ${purpose} key of "${name}" that holds now`;
  const text = `parties: expected ${expected}, got none`;
  throw new VeilshareError("INVALID_CONFIG", text, { party: name, field: `keys.${purpose}`, expected });
}
