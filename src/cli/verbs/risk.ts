/** `veilshare risk`: a lender and a platform train one credit model, or score new people by it. */

import { optionFault } from "../option-values.js";
import { declareRisk, scoreApplicants, trainModel } from "../risk-actions.js";
import type { Verb } from "../verb.js";

const actions = { train: trainModel, score: scoreApplicants } as const;
const names = Object.keys(actions).join(", ");

/** Trains, or scores. */
export const riskVerb: Verb = {
  name: "risk",
  summary:
    "one credit model on a lender's and a platform's columns; the lender gets bands, both a sealed share",
  example:
    "veilshare risk train --identity bank.key.json --parties parties.json --in credit.csv --id sid --label class --positive bad --share bank.model --out scores.csv",
  declare(command) {
    command.argument("[action]", names, "train");
    declareRisk(command);
  },
  async run(options, terminal, [action = "train"]) {
    const known = Object.entries(actions).find(([name]) => name === action);
    if (known === undefined) throw optionFault("risk", names, JSON.stringify(action));
    await known[1](options, terminal);
  },
};
