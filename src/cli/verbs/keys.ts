/** `veilshare keys`: what keys there are, to be compared by telephone, and the parties file made of entries. */

import { checkEntries, parsePartiesFile } from "../../channel/identity/parties-file.js";
import { loadIdentity, loadParties } from "../../channel/identity/files-node.js";
import { publicKeyOf, type PartyEntry } from "../../channel/identity/identity.js";
import { writeDataFile, readDataFile } from "../../table/file-node.js";
import { textOf } from "../../table/text-decoder.js";
import { fingerprintOf } from "../fingerprint.js";
import { optionFault, textOption } from "../option-values.js";
import type { Verb } from "../verb.js";

/** Shows fingerprints, or puts entries together. */
export const keysVerb: Verb = {
  name: "keys",
  summary: "show fingerprints of keys, or put the entries of all parties into a parties file",
  example: "veilshare keys bank-a.json shop-b.json --out parties.json",
  declare(command) {
    command
      .argument(
        "[entries...]",
        "files with one entry each, as keygen prints them, in the order of the parties",
      )
      .option("--identity <file>", "show the fingerprint of a key file")
      .option("--parties <file>", "show the fingerprints of a parties file")
      .option("--out <file>", "write a parties file of the entries; a file of this name is replaced");
  },
  async run(options, terminal, operands) {
    const [identity, parties, out] = ["identity", "parties", "out"].map((name) => textOption(options, name));
    const entries: PartyEntry[] = [];
    if (identity !== undefined) entries.push((await loadIdentity(identity)).entry());
    if (parties !== undefined) entries.push(...(await loadParties(parties)));
    const given = await Promise.all(operands.map(readEntry));
    entries.push(...given);
    if (entries.length === 0)
      throw optionFault("keys", "--identity, --parties or files with entries", "none");
    if (out !== undefined) {
      checkEntries(given, "the entries");
      await writeDataFile(out, `${JSON.stringify({ version: 2, parties: given }, undefined, 2)}\n`);
      terminal.note(`The parties file is ${out}. Every party must have the same one.`);
    }
    const shown = entries.map((entry) => ({ ...entry, fingerprint: fingerprintOf(publicKeyOf(entry)) }));
    terminal.result(
      shown.map(
        ({ name, fingerprint, address }) =>
          `${fingerprint}  ${name}${address === undefined ? "" : `  ${address}`}`,
      ),
      { keys: shown },
    );
  },
};

/** One entry, read as strictly as in a parties file: with a second one beside it, as those have at least two. */
async function readEntry(file: string): Promise<PartyEntry> {
  const text = textOf(await readDataFile(file, { maxBytes: 65_536 })).trim();
  const other = { name: "other", keys: [{ link: "0".repeat(64) }] };
  const [entry] = parsePartiesFile(
    `{"version":2,"parties":[${text.replace(/^\ufeff/, "")},${JSON.stringify(other)}]}`,
    file,
  );
  if (entry === undefined) throw optionFault(file, "an entry", "none");
  return entry;
}
