/** One party of the topic `calibration`: a process of its own, which invents its own columns, trains once and measures. */

import { jointRiskModel, type JointRiskModelOptions, type RiskInput } from "veilshare/risk";
import { serveParty } from "../../examples/launcher/index.js";
import { inventOwners, type CalibrationCase } from "./calibration-rows.js";

/** What a party is told. */
// eslint-disable-next-line @typescript-eslint/consistent-type-definitions -- an interface is not assignable to Json
export type CalibrationTask = {
  readonly role: "lender" | "platform" | "helper";
  readonly computation: "two-party" | "replicated";
  readonly of: CalibrationCase;
};

/** What a party gives back; weights are told here, as both agreed, so that log loss can be worked out with all digits. */
// eslint-disable-next-line @typescript-eslint/consistent-type-definitions -- an interface is not assignable to Json
export type CalibrationOutcome = {
  readonly ms: number;
  readonly bytesSent: number;
  readonly rounds: number;
  readonly weights: readonly number[];
  readonly intercept: number;
  readonly converged: boolean;
};

serveParty(async (party, json): Promise<CalibrationOutcome> => {
  const { role, computation, of } = json as CalibrationTask; // topics/calibration.ts is who starts this process
  const { lender, platform } = inventOwners(of).training;
  const inputs: Readonly<Record<CalibrationTask["role"], RiskInput>> = {
    lender,
    platform,
    helper: { role: "helper" },
  };
  const options: JointRiskModelOptions = { computation, holdout: 0, fewColumns: true, disclose: ["weights"] };
  const startMs = performance.now();
  const report = await jointRiskModel(party, inputs[role], options);
  const ms = performance.now() - startMs;
  const { bytesSent, rounds } = party.traffic;
  const isOwner = report.role === "lender" || report.role === "platform";
  return {
    ms,
    bytesSent,
    rounds,
    weights: isOwner ? [...(report.weights ?? [])] : [],
    intercept: report.role === "lender" ? (report.intercept ?? 0) : 0,
    converged: isOwner ? report.converged : true,
  };
});
