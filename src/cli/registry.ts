/**
 * All verbs of the command. A new one is a file in `verbs/` and a line here. Each is loaded when it is asked for, so that a
 * short one does not wait for what the others need.
 */

import type { Verb } from "./verb.js";

/** Where each verb is, in the order in which `--help` shows them. */
export const verbs: ReadonlyMap<string, () => Promise<Verb>> = new Map([
  ["keygen", async () => (await import("./verbs/keygen.js")).keygenVerb],
  ["keys", async () => (await import("./verbs/keys.js")).keysVerb],
  ["check", async () => (await import("./verbs/check.js")).checkVerb],
  ["store", async () => (await import("./verbs/store.js")).storeVerb],
  ["psi", async () => (await import("./verbs/psi.js")).psiVerb],
  ["join", async () => (await import("./verbs/join.js")).joinVerb],
  ["sum", async () => (await import("./verbs/sum.js")).sumVerb],
  ["statistics", async () => (await import("./verbs/statistics.js")).statisticsVerb],
  ["scope3", async () => (await import("./verbs/scope3.js")).scope3Verb],
  ["lookup", async () => (await import("./verbs/lookup.js")).lookupVerb],
  ["risk", async () => (await import("./verbs/risk.js")).riskVerb],
  ["example", async () => (await import("./verbs/example.js")).exampleVerb],
]);

/** The verb that a command line begins with; all of them where it begins otherwise, for help and what is unknown. */
export async function verbsFor(args: readonly string[]): Promise<readonly Verb[]> {
  const asked = verbs.get(args[0] ?? "");
  return asked === undefined ? Promise.all([...verbs.values()].map((load) => load())) : [await asked()];
}
