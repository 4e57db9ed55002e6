/** X25519 by OpenSSL. Chosen by the package's `imports` map in Node. */

import { wipe } from "../bytes/wipe.js";
import { createPrivateKey, createPublicKey, diffieHellman, type KeyObject } from "node:crypto";
import { bytesFromHex, copyBytes } from "../bytes/encoding.js";
import { x25519Bytes, type X25519Key } from "./x25519.js";

/** What comes before the 32 bytes of a key in its DER forms, PKCS #8 and SubjectPublicKeyInfo (RFC 8410). */
const privatePrefix = bytesFromHex("302e020100300506032b656e04220420", "prefix");
const publicPrefix = bytesFromHex("302a300506032b656e032100", "prefix");

/** See {@link OpenX25519Key}. */
export function openX25519Key(secretKey: Uint8Array): X25519Key {
  const encoded = Buffer.concat([privatePrefix, secretKey]);
  const own = createPrivateKey({ key: encoded, format: "der", type: "pkcs8" });
  encoded.fill(0);
  const spki = createPublicKey(own).export({ format: "der", type: "spki" });
  return {
    publicKey: copyBytes(spki.subarray(-x25519Bytes)),
    agree(publicKey) {
      const theirs = publicKeyObject(publicKey);
      try {
        const shared = diffieHellman({ privateKey: own, publicKey: theirs });
        const copy = copyBytes(shared);
        wipe(shared);
        return copy;
      } catch {
        return undefined; // any 32 bytes are a public key, so this is OpenSSL's refusal of the zero result
      }
    },
  };
}

function publicKeyObject(publicKey: Uint8Array): KeyObject {
  const encoded = Buffer.concat([publicPrefix, publicKey]);
  return createPublicKey({ key: encoded, format: "der", type: "spki" });
}
