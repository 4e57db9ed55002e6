/** One party's process: it reads its own file, trains with the others, and tells the example what it learned. */

import { jointRiskModel, type OwnerReport } from "veilshare/risk";
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
import { readLender, readPlatform } from "./owner-table.js";

serveParty(async (party, given): Promise<RiskOutcome> => {
  const task = given as RiskTask; // what main.ts started this process with
  switch (task.role) {
    case "lender": {
      const report = await jointRiskModel(party, await readLender(task.file), task.options);
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
      const report = await jointRiskModel(party, await readPlatform(task.file), task.options);
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

function ownerOutcome(report: OwnerReport, party: Party): OwnerOutcome {
  const { aligned, trainingRows, holdoutRows, columnNames, dropped, converged } = report;
  return { aligned, trainingRows, holdoutRows, columnNames, dropped, converged, ...used(party) };
}

function used({ traffic }: Party): Used {
  return { bytesSent: traffic.bytesSent, rounds: traffic.rounds };
}
