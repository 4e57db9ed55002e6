/** Ed25519 by @noble/curves. Chosen by the package's `imports` map outside Node. */

import { ed25519 } from "@noble/curves/ed25519.js";
import { copyBytes } from "../bytes/encoding.js";
import type { Ed25519Key, VerifyEd25519 } from "./ed25519.js";

/** See {@link OpenEd25519Key}. */
export function openEd25519Key(secretKey: Uint8Array): Ed25519Key {
  const own = copyBytes(secretKey);
  return { publicKey: ed25519.getPublicKey(own), sign: (message) => ed25519.sign(message, own) };
}

/** See {@link VerifyEd25519}. */
export const verifyEd25519: VerifyEd25519 = (signature, message, publicKey) => {
  try {
    return ed25519.verify(signature, message, publicKey, { zip215: false });
  } catch {
    return false;
  }
};
