/** One party of the topic `risk`: a process of its own, which trains the joint risk model once. */

import { resourceUsage } from "node:process";
import { jointRiskModel, type Computation, type RiskInput } from "veilshare/risk";
import { serveParty } from "../../examples/launcher/index.js";
import { readLender, readPlatform } from "../../examples/risk/owner-table.js";
import { startCpuClock } from "../cpu-time.js";

/** What a party is told. */
// eslint-disable-next-line @typescript-eslint/consistent-type-definitions -- an interface is not assignable to Json
export type RiskTask = {
  readonly role: "lender" | "platform" | "helper";
  /** Own table, of an owner. */
  readonly file: string;
  readonly computation: Computation;
};

/** What a party measured. */
// eslint-disable-next-line @typescript-eslint/consistent-type-definitions -- an interface is not assignable to Json
export type RiskTimes = {
  /** From the table in memory to the model. */
  readonly ms: number;
  readonly cpuSeconds: number;
  readonly bytesSent: number;
  readonly rounds: number;
  readonly peakMiB: number;
  /** At the lender only: on all common rows. */
  readonly quality: { readonly aligned: number; readonly auc: number; readonly ks: number } | null;
};

serveParty(async (party, json): Promise<RiskTimes> => {
  const { role, file, computation } = json as RiskTask; // topics/risk.ts is who starts this process
  const input = await inputOf(role, file);
  const cpuSecondsUsed = startCpuClock();
  const startMs = performance.now();
  const report = await jointRiskModel(party, input, { holdout: 0, computation });
  const ms = performance.now() - startMs;
  const training = report.role === "lender" ? report.joint.training : undefined;
  return {
    ms,
    cpuSeconds: cpuSecondsUsed(),
    bytesSent: party.traffic.bytesSent,
    rounds: party.traffic.rounds,
    peakMiB: resourceUsage().maxRSS / 1024,
    quality:
      report.role === "lender" && training !== undefined
        ? { aligned: report.aligned, auc: training.auc, ks: training.ks }
        : null,
  };
});

async function inputOf(role: RiskTask["role"], file: string): Promise<RiskInput> {
  if (role === "helper") return { role };
  if (role === "platform") {
    const { ids, columns } = await readPlatform(file);
    return { role, ids, columns };
  }
  const { ids, labels, columns } = await readLender(file);
  return { role, ids, labels, columns };
}
