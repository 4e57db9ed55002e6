/**
 * The parties file: who takes part, in the order of their indices, the same at every party.
 *
 *   { "version": 2, "parties": [{ "name": "bank", "address": "wss://bank.example:8443",
 *     "keys": [{ "link": "<64 hex digits>", "signing": "<64 hex digits>", "from": "2026-01-01" }] }, ...] }
 */

import { VeilshareError } from "../../errors.js";
import { ConfigReader, isAddress, isHexKey, type ConfigObject } from "./config-reader.js";
import type { PartyAddress, PartyEntry, PartyKey } from "./identity.js";

const version = 2;

/**
 * The entries in the text of a parties file.
 *
 * @param file - Name of the file, for errors.
 * @throws VeilshareError INVALID_CONFIG with file and field when the text is not a parties file; names and keys must be
 * distinct and at least two. A file of version 1, which has no version, is refused with the line to change.
 */
export function parsePartiesFile(text: string, file: string): PartyEntry[] {
  const top = ConfigReader.parse(text, file).object(["version", "parties"]);
  if (!top.has("version")) throw versionOne(text, file);
  top.constant("version", version);
  const items = top.member("parties").array();
  top.end();
  const entries = items.map((item): PartyEntry => {
    const fields = item.object(["name", "keys", "address"]);
    const entry = {
      name: fields.name("name"),
      keys: fields
        .member("keys")
        .array()
        .map((key) => readKey(key.object(["link", "signing", "from", "until"]))),
      ...(fields.has("address") ? { address: fields.address("address") } : {}),
    };
    fields.end();
    return entry;
  });
  checkEntries(entries, file);
  return entries;
}

function readKey(fields: ConfigObject): PartyKey {
  const key = {
    ...(fields.has("link") ? { link: fields.hexKey("link") } : {}),
    ...(fields.has("signing") ? { signing: fields.hexKey("signing") } : {}),
    ...(fields.has("from") ? { from: fields.time("from") } : {}),
    ...(fields.has("until") ? { until: fields.time("until") } : {}),
  };
  fields.end();
  return key;
}

/** Says what to write, and where. */
function versionOne(text: string, file: string): VeilshareError {
  const at = text.indexOf('"publicKey"');
  const line = at < 0 ? 1 : text.slice(0, at).split("\n").length;
  const expected =
    '"version": 2 at the top, and in each entry "keys": [{ "link": "..." }] for "publicKey": "..."';
  const message = `${file}:${line}: expected ${expected}, got a file without a version`;
  return new VeilshareError("INVALID_CONFIG", message, { file, line, field: "version", expected });
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
  const seen = new Map<string, number>();
  /** Names and keys are of one party each; a party may have one key at two times. */
  const owned = (kind: "name" | "link" | "signing", value: string, owner: number, field: string): void => {
    const id = `${kind} ${value.normalize("NFC").toLowerCase()}`;
    const before = seen.get(id);
    if (before !== undefined && (before !== owner || kind === "name")) {
      throw fault(field, "one of its own", `that of parties[${before}]`);
    }
    seen.set(id, owner);
  };
  for (const [i, { name }] of entries.entries()) owned("name", name, i, `parties[${i}].name`);
  for (const [i, { keys = [], address }] of entries.entries()) {
    if (needKeys && keys.length === 0) throw fault(`parties[${i}].keys`, "at least one key", "none");
    for (const [k, key] of (needKeys ? keys : []).entries()) {
      const path = `parties[${i}].keys[${k}]`;
      const unfit = unfitField(key);
      if (unfit !== undefined) throw fault(`${path}${unfit.field}`, unfit.expected, "another");
      if (key.link !== undefined) owned("link", key.link, i, `${path}.link`);
      if (key.signing !== undefined) owned("signing", key.signing, i, `${path}.signing`);
    }
    if (address !== undefined && !isAddress(address)) {
      throw fault(`parties[${i}].address`, "ws://host:port or wss://host:port", "another text");
    }
  }
}

/** What is wrong with a key, if anything is. */
function unfitField(key: PartyKey): { readonly field: string; readonly expected: string } | undefined {
  for (const purpose of ["link", "signing"] as const) {
    const value = key[purpose];
    if (value !== undefined && !isHexKey(value)) {
      return { field: `.${purpose}`, expected: "64 hexadecimal digits" };
    }
  }
  if (key.link === undefined && key.signing === undefined) {
    return { field: "", expected: "a link key or a signing key" };
  }
  const [from, until] = [Date.parse(key.from ?? "1970-01-01"), Date.parse(key.until ?? "9999-01-01")];
  if (Number.isNaN(from)) return { field: ".from", expected: "a date or time of ISO 8601" };
  if (Number.isNaN(until) || until <= from) return { field: ".until", expected: "a date or time after from" };
  return undefined;
}
