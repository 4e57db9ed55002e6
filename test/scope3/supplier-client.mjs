// One supplier of a resilient Scope 3 total in a process of its own. It may kill itself when it reaches a step for the n-th time.
import { connectToServer, generateIdentity } from "../../dist/channel/index.js";
import { sumScope3WithServer, planScope3WithServer } from "../../dist/scope3/index.js";

const identity = generateIdentity(process.argv[2]);

process.on("message", async ({ serverEntry, limits, planOptions, lines, dieAt }) => {
  let seen = 0;
  const onProgress = ({ step }) => {
    if (dieAt === undefined || step !== dieAt.step) return;
    seen += 1;
    if (seen === dieAt.time) process.kill(process.pid, "SIGKILL");
  };
  const party = await connectToServer({ identity, serverEntry, limits, onProgress });
  const plan = planScope3WithServer(planOptions);
  const { suppliers, report } = await sumScope3WithServer(party, { currency: "USD", lines }, plan);
  await party.close();
  process.send({ kind: "result", suppliers, kg: report?.total?.kg }, () => process.disconnect());
});
process.send({ kind: "entry", entry: identity.entry() });
