/** `veilshare lookup`: one party publishes a sealed list and serves it, the other asks for keys without saying which. */

import { optionFault } from "../option-values.js";
import { askLookup, declareLookup, publishLookup, serveLookups } from "../lookup-actions.js";
import type { Verb } from "../verb.js";

const actions = { publish: publishLookup, serve: serveLookups, ask: askLookup } as const;
const names = Object.keys(actions).join(", ");

/** Publishes, serves or asks. */
export const lookupVerb: Verb = {
  name: "lookup",
  summary: "ask another party's list for a few keys; it does not learn which",
  example:
    "veilshare lookup ask INV-4711 INV-4712 --identity bank.key.json --parties parties.json --public-key 8a3f... --epoch 1",
  declare(command) {
    command
      .argument("<action>", `${names}: publish makes the sealed file, serve answers one session, ask asks`)
      .argument("[keys...]", "ask: the keys, or --in and --key");
    declareLookup(command);
  },
  async run(options, terminal, [action = "", ...operands]) {
    const known = Object.entries(actions).find(([name]) => name === action);
    if (known === undefined) throw optionFault("lookup", names, JSON.stringify(action));
    if (action !== "ask" && operands.length > 0)
      throw optionFault(`lookup ${action}`, "options only", "keys");
    await known[1](options, terminal, operands);
  },
};
