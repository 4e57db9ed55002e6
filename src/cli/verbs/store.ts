/** `veilshare store`: the folder in which budgets and releases are kept. */

import { createFileStore, openFileStore } from "../../store/index-node.js";
import { optionFault, requiredText, textOption } from "../option-values.js";
import type { Verb } from "../verb.js";

const actions = ["create", "show", "accept-restore"] as const;

/** Makes a store, shows its head, or accepts that it was restored from a backup. */
export const storeVerb: Verb = {
  name: "store",
  summary: "make or look at the folder in which budgets and releases are kept",
  example: "veilshare store create --store state",
  declare(command) {
    command
      .argument("<action>", `${actions.join(", ")}; each takes the store over from whoever has it open`)
      .requiredOption("--store <folder>", "the store")
      .option("--reason <text>", "why a restored backup is accepted; recorded");
  },
  async run(options, terminal, [action = ""]) {
    const folder = requiredText(options, "store");
    const known = actions.find((name) => name === action);
    if (known === undefined) throw optionFault("store", actions.join(", "), JSON.stringify(action));
    const store = known === "create" ? await createFileStore(folder) : await openFileStore(folder);
    try {
      if (known === "accept-restore") {
        const reason = textOption(options, "reason");
        if (reason === undefined)
          throw optionFault("--reason", "why the restored backup is accepted", "none");
        await store.acceptRestore(reason);
      }
      const { id, head } = store;
      terminal.result(
        [`store ${id}`, `${head.length} records, epoch ${head.epoch}, last hash ${head.hash}`],
        {
          id,
          ...head,
        },
      );
    } finally {
      await store.close();
    }
  },
};
