/**
 * The key file: a party's own identity as JSON, for its eyes only.
 *
 *   { "name": "bank", "publicKey": "<64 hex digits>", "secretKey": "<64 hex digits>" }
 */

import { bytesFromHex, bytesToHex } from "../../bytes/encoding.js";
import { VeilshareError } from "../../errors.js";
import { dhBytes, KeyPair } from "../noise/key-pair.js";
import { ConfigReader } from "./config-reader.js";
import { Identity } from "./identity.js";

/** The text of a key file. Secret: whoever reads it can pose as the party. */
export function formatKeyFile(identity: Identity): string {
  const { name, publicKey } = identity.entry();
  const secretKey = bytesToHex(identity.keys.exportSecretKey());
  return `${JSON.stringify({ name, publicKey, secretKey }, undefined, 2)}\n`;
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
  const fields = reader.object(["name", "publicKey", "secretKey"]);
  const name = fields.name("name");
  const publicKey = fields.hexKey("publicKey");
  const secretKey = fields.hexKey("secretKey");
  fields.end();
  const keys = KeyPair.fromSecretKey(bytesFromHex(secretKey, "secretKey", dhBytes));
  if (bytesToHex(keys.publicKey) !== publicKey) {
    const message = `${file}: publicKey is not the one of secretKey`;
    throw new VeilshareError("INVALID_CONFIG", message, { file, field: "publicKey" });
  }
  return new Identity(name, keys);
}
