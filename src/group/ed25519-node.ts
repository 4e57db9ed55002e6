/** Ed25519 by OpenSSL: some 0.1 ms a signature. Chosen by the package's `imports` map in Node. */

import { createPrivateKey, createPublicKey, sign, verify, type KeyObject } from "node:crypto";
import { ED25519_TORSION_SUBGROUP } from "@noble/curves/ed25519.js";
import { bytesFromHex, bytesToHex, copyBytes } from "../bytes/encoding.js";
import { ed25519KeyBytes, ed25519SignatureBytes, type Ed25519Key, type VerifyEd25519 } from "./ed25519.js";

/** What comes before the 32 bytes of a key in its DER forms, PKCS #8 and SubjectPublicKeyInfo (RFC 8410). */
const privatePrefix = bytesFromHex("302e020100300506032b657004220420", "prefix");
const publicPrefix = bytesFromHex("302a300506032b6570032100", "prefix");

/** See {@link OpenEd25519Key}. */
export function openEd25519Key(secretKey: Uint8Array): Ed25519Key {
  const encoded = Buffer.concat([privatePrefix, secretKey]);
  const own = createPrivateKey({ key: encoded, format: "der", type: "pkcs8" });
  encoded.fill(0);
  const spki = createPublicKey(own).export({ format: "der", type: "spki" });
  return {
    publicKey: copyBytes(spki.subarray(-ed25519KeyBytes)),
    sign: (message) => copyBytes(sign(null, message, own)),
  };
}

/** See {@link VerifyEd25519}. */
export const verifyEd25519: VerifyEd25519 = (signature, message, publicKey) => {
  if (signature.length !== ed25519SignatureBytes) return false;
  const key = publicKeyObject(publicKey);
  return key !== undefined && verify(null, message, key, signature);
};

/** The ordinates of the eight points of small order; the sign bit says nothing more, where it may be set at all. */
const smallOrder: ReadonlySet<string> = new Set(
  ED25519_TORSION_SUBGROUP.map((hex) => bytesToHex(withoutSign(bytesFromHex(hex, "point")))),
);

/** OpenSSL takes any 32 bytes: points of small order and encodings that are not canonical are refused here. */
function publicKeyObject(publicKey: Uint8Array): KeyObject | undefined {
  if (publicKey.length !== ed25519KeyBytes || !isCanonical(publicKey)) return undefined;
  if (smallOrder.has(bytesToHex(withoutSign(publicKey)))) return undefined;
  const encoded = Buffer.concat([publicPrefix, publicKey]);
  return createPublicKey({ key: encoded, format: "der", type: "spki" });
}

/** Whether the ordinate, without the sign bit, is below 2^255 - 19. */
function isCanonical(publicKey: Uint8Array): boolean {
  const last = publicKey.length - 1;
  const isLarge = publicKey.every(
    (byte, i) => i === 0 || (i === last ? (byte & 0x7f) === 0x7f : byte === 0xff),
  );
  return !(isLarge && (publicKey[0] ?? 0) >= 0xed);
}

function withoutSign(publicKey: Uint8Array): Uint8Array {
  const ordinate = copyBytes(publicKey);
  ordinate[ordinate.length - 1] = (ordinate.at(-1) ?? 0) & 0x7f;
  return ordinate;
}
