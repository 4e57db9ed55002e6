/**
 * The key file: a party's own identity as JSON, for its eyes only.
 *
 *   { "name": "bank", "publicKey": "<64 hex digits>", "secretKey": "<64 hex digits>",
 *     "signingPublicKey": "<64 hex digits>", "signingSecretKey": "<64 hex digits>" }
 */

import { bytesFromHex, bytesToHex } from "../../bytes/encoding.js";
import { VeilshareError } from "../../errors.js";
import { dhBytes, KeyPair } from "../noise/key-pair.js";
import { ConfigReader } from "./config-reader.js";
import { Identity } from "./identity.js";
import { SigningKey, signingKeyBytes } from "./signing-key.js";

/** The text of a key file. Secret: whoever reads it can pose as the party. */
export function formatKeyFile(identity: Identity): string {
  const { name, keys, signingKey } = identity;
  const file = {
    name,
    publicKey: bytesToHex(keys.publicKey),
    secretKey: bytesToHex(keys.exportSecretKey()),
    signingPublicKey: bytesToHex(signingKey.publicKey),
    signingSecretKey: bytesToHex(signingKey.exportSecretKey()),
  };
  return `${JSON.stringify(file, undefined, 2)}\n`;
}

/**
 * The identity in the text of a key file.
 *
 * @param file - Name of the file, for errors.
 * @throws VeilshareError INVALID_CONFIG with file and field when the text is not a key file, or its public key is not the
 * one of its secret key.
 */
export function parseKeyFile(text: string, file: string): Identity {
  const reader = ConfigReader.parse(text, file);
  const fields = reader.object(["name", "publicKey", "secretKey", "signingPublicKey", "signingSecretKey"]);
  const name = fields.name("name");
  const publicKey = fields.hexKey("publicKey");
  const secretKey = fields.hexKey("secretKey");
  const signingPublicKey = fields.hexKey("signingPublicKey");
  const signingSecretKey = fields.hexKey("signingSecretKey");
  fields.end();
  const keys = KeyPair.fromSecretKey(bytesFromHex(secretKey, "secretKey", dhBytes));
  const signingKey = new SigningKey(bytesFromHex(signingSecretKey, "signingSecretKey", signingKeyBytes));
  const mismatch = (field: string, secret: string): VeilshareError => {
    return new VeilshareError("INVALID_CONFIG", `${file}: ${field} is not the one of ${secret}`, {
      file,
      field,
    });
  };
  if (bytesToHex(keys.publicKey) !== publicKey) throw mismatch("publicKey", "secretKey");
  if (bytesToHex(signingKey.publicKey) !== signingPublicKey) {
    throw mismatch("signingPublicKey", "signingSecretKey");
  }
  return new Identity(name, keys, signingKey);
}
