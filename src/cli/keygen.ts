/** `veilshare keygen`: a fresh identity in a key file, and its entry for the others' parties files. */

import { isAddress } from "../channel/identity/config-reader.js";
import { saveIdentity } from "../channel/identity/files-node.js";
import { generateIdentity } from "../channel/identity/identity.js";
import { isPartyName, nameRule } from "../channel/names.js";
import { VeilshareError } from "../errors.js";

/** What the command line says. */
export interface KeygenOptions {
  readonly name: string;
  /** File to write; must not exist. */
  readonly out: string;
  /** Where the others can dial the party. */
  readonly address?: string;
}

/**
 * Writes the key file and returns the entry, as text to paste into the parties file.
 *
 * @throws VeilshareError INVALID_CONFIG when the name or address is not usable or the file cannot be written; nothing is
 * left half-written.
 */
export async function keygen(options: KeygenOptions): Promise<string> {
  const { name, out, address } = options;
  if (!isPartyName(name)) throw optionFault("--name", nameRule);
  if (address !== undefined && !isAddress(address)) {
    throw optionFault("--address", "ws://host:port or wss://host:port");
  }
  const identity = generateIdentity(name);
  await saveIdentity(out, identity);
  return JSON.stringify(identity.entry(address));
}

function optionFault(option: string, expected: string): VeilshareError {
  return new VeilshareError("INVALID_CONFIG", `${option}: expected ${expected}`, { field: option, expected });
}
