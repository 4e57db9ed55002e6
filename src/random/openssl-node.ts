/** Which ciphers this process's OpenSSL has: one in FIPS mode, and the BoringSSL of Electron, lack ChaCha20. */

import { createCipheriv, type CipherGCMTypes } from "node:crypto";

/** What was found, for the life of the process. */
const found = new Map<string, boolean>();

/** Whether a cipher can be used; tried once, as lists of names say nothing about what a policy forbids. */
export function offersCipher(
  algorithm: string,
  keyBytes: number,
  nonceBytes: number,
  authTagLength?: number,
): boolean {
  const known = found.get(algorithm);
  if (known !== undefined) return known;
  let offers = true;
  try {
    const options = authTagLength === undefined ? undefined : { authTagLength };
    createCipheriv(
      algorithm as CipherGCMTypes,
      new Uint8Array(keyBytes),
      new Uint8Array(nonceBytes),
      options,
    );
  } catch {
    offers = false;
  }
  found.set(algorithm, offers);
  return offers;
}
