/** `veilshare keygen`. */

import { keygen } from "../keygen.js";
import { requiredText, textOption } from "../option-values.js";
import type { Verb } from "../verb.js";

/** Makes a party's key pair. */
export const keygenVerb: Verb = {
  name: "keygen",
  summary: "make a party's key pair: a key file to keep, an entry for the parties file to give away",
  example:
    "veilshare keygen --name bank-a --out bank-a.key.json --address ws://bank-a.example:7001 > bank-a.json",
  declare(command) {
    command
      .requiredOption("--name <name>", "the party's name, as all others will know it")
      .requiredOption("--out <file>", "the key file to write; an existing file is never overwritten")
      .option(
        "--address <address>",
        "where the others can dial the party: ws://host:port or wss://host:port",
      );
  },
  async run(options, terminal) {
    const [out, address] = [requiredText(options, "out"), textOption(options, "address")];
    const entry = await keygen({
      name: requiredText(options, "name"),
      out,
      ...(address === undefined ? {} : { address }),
    });
    terminal.note(`The secret key is in ${out}. Give this entry to the others for their parties file:`);
    terminal.result([entry], JSON.parse(entry) as object);
  },
};
