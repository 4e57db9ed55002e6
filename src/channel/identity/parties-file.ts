/**
 * The parties file: who takes part, in the order of their indices, the same at every party.
 *
 *   { "parties": [{ "name": "bank", "publicKey": "<64 hex digits>", "address": "wss://bank.example:8443" }, ...] }
 */

import { VeilshareError } from "../../errors.js";
import { ConfigReader, isAddress } from "./config-reader.js";
import type { PartyAddress, PartyEntry } from "./identity.js";

/**
 * The entries in the text of a parties file.
 *
 * @param file - Name of the file, for errors.
 * @throws VeilshareError INVALID_CONFIG with file and field when the text is not a parties file; names and keys must be
 * distinct and at least two.
 */
export function parsePartiesFile(text: string, file: string): PartyEntry[] {
  const top = ConfigReader.parse(text, file).object(["parties"]);
  const items = top.member("parties").array();
  top.end();
  const entries = items.map((item): PartyEntry => {
    const fields = item.object(["name", "publicKey", "address"]);
    const entry = {
      name: fields.name("name"),
      publicKey: fields.hexKey("publicKey"),
      ...(fields.has("address") ? { address: fields.address("address") } : {}),
    };
    fields.end();
    return entry;
  });
  checkEntries(entries, file);
  return entries;
}

/**
 * Checks a list of parties, read from a file or given by a caller.
 *
 * @param needKeys - False where keys are proved to somebody who decides: then entries need none, and what they have is not used.
 * @throws VeilshareError INVALID_CONFIG that names the file and the field.
 */
export function checkEntries(entries: readonly PartyAddress[], file: string, needKeys = true): void {
  const fault = (field: string, expected: string, got: string): VeilshareError => {
    const message = `${file}: ${field}: expected ${expected}, got ${got}`;
    return new VeilshareError("INVALID_CONFIG", message, { file, field, expected, got });
  };
  if (entries.length < 2) throw fault("parties", "at least two parties", String(entries.length));
  for (const field of needKeys ? (["name", "publicKey"] as const) : (["name"] as const)) {
    const seen = new Map<string, number>();
    for (const [i, entry] of entries.entries()) {
      const value = (entry[field] ?? "").normalize("NFC").toLowerCase();
      const before = seen.get(value);
      if (before !== undefined)
        throw fault(`parties[${i}].${field}`, "one of its own", `that of parties[${before}]`);
      seen.set(value, i);
    }
  }
  for (const [i, { address, publicKey = "" }] of entries.entries()) {
    if (needKeys && !/^[0-9a-fA-F]{64}$/.test(publicKey)) {
      throw fault(`parties[${i}].publicKey`, "64 hexadecimal digits", `${publicKey.length} characters`);
    }
    if (address !== undefined && !isAddress(address)) {
      throw fault(`parties[${i}].address`, "ws://host:port or wss://host:port", "another text");
    }
  }
}
