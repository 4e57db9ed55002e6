// One contributor of processes.test.ts, in a process of its own.
import { serveParty } from "../../build/examples/launcher/index.js";
import { BudgetLedger, noisySum } from "../../dist/differential-privacy/index.js";
import { releaseTotals } from "../../dist/disclosure/index.js";
import { memoryStore } from "../../dist/store/index.js";

serveParty(async (party, { values, dies }) => {
  const own = BigInt64Array.from(values, BigInt);
  const cells = await releaseTotals(party, own, { maxAbs: 1000n });
  const ledger = await BudgetLedger.open(memoryStore(), [{ dataSet: "values", epsilon: 3, delta: 1e-6 }]);
  const noisy = await noisySum(party, own, {
    epsilon: 2,
    delta: 1e-6,
    maxAbs: 1000n,
    maxColluders: 1,
    burn: ({ rho }) => {
      if (dies) process.kill(process.pid, "SIGKILL");
      return ledger.spend({ dataSet: "values", purpose: "test", rho });
    },
  });
  return {
    cells: cells.map((cell) => (cell.status === "released" ? Number(cell.total) : cell.status)),
    noisy: [...noisy.values].map(Number),
    sigma: noisy.sigma,
    spent: ledger.state("values").releases.length,
  };
});
