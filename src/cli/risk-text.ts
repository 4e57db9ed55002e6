/** A trained model as its owner reads it. */

import type { ExactMeasures, LenderReport, PlatformReport } from "../risk/inputs-and-reports.js";
import type { ToldMeasures } from "../risk/measures.js";
import { count } from "./data.js";

/** What an owner learned. */
export function trainingLines(report: LenderReport | PlatformReport): readonly string[] {
  const { aligned, trainingRows, holdoutRows, dropped, converged } = report;
  const left = dropped.length === 0 ? [] : [`Own columns left out: ${dropped.join(", ")}.`];
  return [
    `${count(aligned)} ids are common: ${count(trainingRows)} rows to train on, ${count(holdoutRows)} held back.`,
    ...left,
    converged ? "The training converged." : "The training has not converged: the last step still mattered.",
    ...(report.role === "lender" ? lenderLines(report) : ["This party learned no score, label or weight."]),
  ];
}

function lenderLines({ joint, alone, validation, bandCount, trainingRows }: LenderReport): readonly string[] {
  const measured = joint.holdout === undefined ? "training" : "holdout";
  const rows = measured === "holdout" ? "rows held back" : `the ${count(trainingRows)} rows trained on`;
  const [with_, without] = [joint[measured], alone[measured]];
  const gain = with_ === undefined || without === undefined ? [] : [gainOf(with_, without, rows)];
  const folds =
    validation === undefined
      ? []
      : [
          `On each of ${validation.folds.length} parts held back in turn: AUC ${validation.mean.auc.toFixed(3)}, spread ${validation.spread.auc.toFixed(3)}.`,
        ];
  return [...gain, ...folds, `Scores are told in ${bandCount} bands; a higher one points to label 1.`];
}

/** What the platform's columns are worth, in one sentence. */
function gainOf(joint: ToldMeasures, alone: ExactMeasures, rows: string): string {
  const { decimals } = joint;
  const points = 100 * (joint.auc - alone.auc);
  const size = Math.abs(points).toFixed(Math.max(0, decimals - 2));
  const change = Number(size) === 0 ? "as much as" : `${size} points ${points > 0 ? "more" : "less"} than`;
  return `On ${rows}, both sides' columns together reach an AUC of ${joint.auc.toFixed(decimals)}, ${change} the lender's alone (${alone.auc.toFixed(decimals)}).`;
}
