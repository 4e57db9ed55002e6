/** All verbs of the command. A new one is a file in `verbs/` and a line here. */

import type { Verb } from "./verb.js";
import { checkVerb } from "./verbs/check.js";
import { exampleVerb } from "./verbs/example.js";
import { joinVerb } from "./verbs/join.js";
import { keygenVerb } from "./verbs/keygen.js";
import { keysVerb } from "./verbs/keys.js";
import { psiVerb } from "./verbs/psi.js";
import { storeVerb } from "./verbs/store.js";
import { sumVerb } from "./verbs/sum.js";

/** In the order in which `--help` shows them. */
export const verbs: readonly Verb[] = [
  keygenVerb,
  keysVerb,
  checkVerb,
  storeVerb,
  psiVerb,
  joinVerb,
  sumVerb,
  exampleVerb,
];
