/** One party's process: it reads its own file, trains with the others, and tells the example what it learned. */

import { jointRiskModel, type LenderInput, type OwnerReport, type PlatformInput } from "veilshare/risk";
import type { Party } from "veilshare/channel";
import { serveParty } from "../launcher/index.js";
import {
  plainPerformance,
  plainValidation,
  type OwnerOutcome,
  type RiskOutcome,
  type RiskTask,
  type Used,
} from "./outcomes.js";
import { keepLender, keepPart } from "./kept-files.js";
import { readLender, readPlatform } from "./owner-table.js";

serveParty(async (party, given): Promise<RiskOutcome> => {
  const task = given as RiskTask; // what main.ts started this process with
  switch (task.role) {
    case "lender": {
      const input = await lenderInput(task);
      const report = await jointRiskModel(party, input, task.options);
      if (task.out !== null) await keepLender(task.out, report, input.ids);
      const { joint, alone, validation, bandCount, rows, heldBack } = report;
      return {
        role: "lender",
        ...ownerOutcome(report, party),
        joint: plainPerformance(joint),
        alone: plainPerformance(alone),
        validation: plainValidation(validation),
        bandCount,
        rows: [...rows],
        heldBack: [...heldBack],
      };
    }
    case "platform": {
      const report = await jointRiskModel(party, await platformInput(task), task.options);
      if (task.out !== null) await keepPart(task.out, report.model);
      return { role: "platform", ...ownerOutcome(report, party) };
    }
    case "helper": {
      await jointRiskModel(party, { role: "helper" }, task.options);
      return { role: "helper", ...used(party) };
    }
    case "dealer": {
      await jointRiskModel(party, { role: "dealer" }, task.options);
      return { role: "dealer", ...used(party) };
    }
  }
});

type OwnerTask = Extract<RiskTask, { file: string }>;

async function lenderInput({ file, reading }: OwnerTask): Promise<LenderInput> {
  const { role, ids, labels, columns } = await readLender(file, reading);
  return { role, ids, labels, columns };
}

async function platformInput({ file, reading }: OwnerTask): Promise<PlatformInput> {
  const { role, ids, columns } = await readPlatform(file, reading);
  return { role, ids, columns };
}

function ownerOutcome(report: OwnerReport, party: Party): OwnerOutcome {
  const { aligned, trainingRows, holdoutRows, columnNames, dropped, converged } = report;
  const weights = report.weights === undefined ? null : [...report.weights];
  return { aligned, trainingRows, holdoutRows, columnNames, dropped, converged, weights, ...used(party) };
}

function used({ traffic }: Party): Used {
  return { bytesSent: traffic.bytesSent, rounds: traffic.rounds };
}
