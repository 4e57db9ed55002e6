/** Public keys in a form that two people can read to each other. */

import { bytesToHex } from "../bytes/encoding.js";
import { keyFingerprint } from "../channel/identity/identity.js";

/** The first 16 bytes of the SHA-256 of a public key, in groups of four digits. */
export function fingerprintOf(publicKey: Uint8Array): string {
  return keyFingerprint(bytesToHex(publicKey));
}
