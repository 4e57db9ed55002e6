/** One bank's process: its own rows, and a session with the coordinator. */

import { federatedAveraging, planFederatedAveraging, type ClientUpdate } from "veilshare/aggregation";
import { connectToServer, generateIdentity } from "veilshare/channel";
import { exitWithError } from "../launcher/index.js";
import { descend } from "./logistic.js";
import type { BankTask, FromBank } from "./messages.js";

const identity = generateIdentity(process.argv[2] ?? "bank");

async function work({ serverEntry, planOptions, localSteps, diesInRound, ...rows }: BankTask): Promise<void> {
  const party = await connectToServer({ identity, serverEntry });
  const plan = planFederatedAveraging(planOptions);
  const train = (model: Float64Array, round: number): ClientUpdate => {
    if (round === diesInRound) process.kill(process.pid, "SIGKILL");
    const trained = descend(rows, model, localSteps);
    return { update: trained.map((value, i) => value - (model[i] ?? 0)), weight: rows.labels.length };
  };
  const { rounds, clipped } = await federatedAveraging(party, plan, train, {
    signingKey: identity.signingKey,
  });
  await party.close();
  tell({ kind: "done", rounds, clipped });
}

function tell(message: FromBank): void {
  process.send?.(message, undefined, undefined, () => {
    if (message.kind === "done") process.disconnect();
  });
}

process.once("message", (task: BankTask) => {
  work(task).catch((error: unknown) => {
    exitWithError(error);
    process.disconnect();
  });
});
tell({ kind: "entry", entry: identity.entry() });
