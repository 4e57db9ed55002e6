// One supplier of processes.test.ts, in a process of its own. Notes what became of it in a file, since the launcher gives
// the test only the failure that caused the others.
import { writeFileSync } from "node:fs";
import { serveParty } from "../../build/examples/launcher/index.js";
import { secureSum } from "../../dist/aggregation/index.js";
import { secureWordSum } from "../../dist/aggregation/secure-sum.js";
import { sumScope3AmongPeers } from "../../dist/scope3/index.js";

const die = () => process.kill(process.pid, "SIGKILL");

/** Follows the protocol up to some point, then is gone without a word. */
const victims = {
  "after the counts": (party) =>
    party.run({ name: "veilshare/scope3-among-peers", version: 3 }, async (run) => {
      await run.agree({
        currency: "USD",
        minContributors: 3,
        spendFigures: false,
        qualityFigures: false,
        rounding: "line-half-even-gram",
      });
      // What ledgers know: nothing here. Then the counts of 15 categories and of all, and the word of those that object.
      await run.exchange("history", new TextEncoder().encode('{"tables":[]}'));
      await secureWordSum(run, new BigInt64Array(17));
      die();
      await new Promise(() => undefined);
    }),
  "within a secure sum": (party) =>
    party.run({ name: "veilshare/secure-sum", version: 1 }, async (run) => {
      await run.agree({ length: 2, maxAbs: "9" });
      die();
      await new Promise(() => undefined);
    }),
};

const protocols = {
  scope3: (party, task) => sumScope3AmongPeers(party, { currency: "USD", lines: task.lines }),
  sum: (party) => secureSum(party, BigInt64Array.of(1n, -1n), { maxAbs: 9n }),
};

serveParty(async (party, task) => {
  const started = performance.now();
  try {
    if (task.dies !== undefined) await victims[task.dies](party);
    await protocols[task.protocol](party, task);
    return "finished";
  } catch (error) {
    const { code, step, party: named } = error;
    writeFileSync(task.note, JSON.stringify({ code, step, party: named, ms: performance.now() - started }));
    throw error;
  }
});
