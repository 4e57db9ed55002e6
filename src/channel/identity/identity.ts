/** Who a party is: a name and a static X25519 key pair. The others pin the public key, never an address. */

import { sha256 } from "@noble/hashes/sha2.js";
import { bytesFromHex, bytesToHex } from "../../bytes/encoding.js";
import { printAsRedacted } from "../../bytes/redacted.js";
import { checkArgument } from "../../checks/options.js";
import { kindOf, text } from "../../checks/rules.js";
import { invalidArgument } from "../../errors.js";
import { randomBytes, type RandomSource } from "../../random/csprng.js";
import { isPartyName, nameRule } from "../names.js";
import { dhBytes, KeyPair } from "../noise/key-pair.js";

/** A party that somebody else vouches for, or that proves a key when it comes. */
export interface PartyAddress {
  readonly name: string;
  /** X25519 public key, 64 hexadecimal digits; needed unless `verifyPeer` decides. */
  readonly publicKey?: string;
  /** Where the party can be dialled, `ws://host:port` or `wss://host:port`, if it can be. */
  readonly address?: string;
}

/** What the others know of a party; one entry of a parties file. */
export interface PartyEntry extends PartyAddress {
  readonly publicKey: string;
}

/** A party's own name and keys. */
export class Identity {
  static {
    printAsRedacted(this);
  }

  readonly name: string;
  /** Static key pair of the Noise handshakes. */
  readonly keys: KeyPair;

  /** @throws VeilshareError INVALID_ARGUMENT when the name cannot name a party. */
  constructor(name: string, keys: KeyPair) {
    if (!isPartyName(name)) throw invalidArgument("Identity", `a name of ${nameRule}`, kindOf(name));
    this.name = name;
    this.keys = keys;
  }

  /** The entry that the others put into their parties file. */
  entry(address?: string): PartyEntry {
    const publicKey = bytesToHex(this.keys.publicKey);
    return { name: this.name, publicKey, ...(address === undefined ? {} : { address }) };
  }
}

/**
 * A fresh identity.
 *
 * @param name - 1 to 64 letters, digits, spaces or `._-`.
 * @throws VeilshareError INVALID_ARGUMENT for any other name.
 */
export function generateIdentity(name: string, random: RandomSource = randomBytes): Identity {
  return new Identity(name, KeyPair.generate(random));
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

/** The public key of an entry, 32 bytes. */
export function publicKeyOf(entry: PartyAddress): Uint8Array {
  return bytesFromHex(entry.publicKey ?? "", "publicKey", dhBytes);
}
