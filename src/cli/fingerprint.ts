/** Public keys in a form that two people can read to each other. */

import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "../bytes/encoding.js";

/** The first 16 bytes of the SHA-256 of a public key, in groups of four digits. */
export function fingerprintOf(publicKey: Uint8Array): string {
  const hex = bytesToHex(sha256(publicKey).subarray(0, 16));
  return (hex.match(/.{4}/g) ?? []).join(" ");
}
