// One client of a resilient sum in a process of its own. It may kill itself with SIGKILL when it reaches a step.
import { planResilientSum, resilientSum } from "../../../dist/aggregation/index.js";
import { connectToServer, generateIdentity } from "../../../dist/channel/index.js";

const identity = generateIdentity(process.argv[2]);

process.on("message", async ({ serverEntry, limits, planOptions, value, dieAt }) => {
  const onProgress = ({ step, done }) => {
    if (dieAt !== undefined && step === dieAt.step && done === dieAt.done)
      process.kill(process.pid, "SIGKILL");
  };
  const plan = planResilientSum(planOptions);
  const party = await connectToServer({ identity, serverEntry, limits, onProgress });
  const vector = new Float64Array(plan.length).fill(value);
  const { contributors, totals } = await resilientSum(party, vector, plan);
  await party.close();
  process.send({ kind: "result", contributors, first: Number(totals[0]), last: Number(totals.at(-1)) }, () =>
    process.disconnect(),
  );
});
process.send({ kind: "entry", entry: identity.entry() });
