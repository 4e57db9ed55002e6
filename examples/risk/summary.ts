/** What the example prints: a text for people, or one JSON object for programs. */

import type { LenderOutcome, PlainPerformance, PlatformOutcome, ThirdOutcome } from "./outcomes.js";

/** A whole run. */
export interface RunSummary {
  readonly lenderFile: string;
  readonly platformFile: string;
  readonly lenderRows: number;
  readonly platformRows: number;
  readonly lender: LenderOutcome;
  readonly platform: PlatformOutcome;
  readonly third?: ThirdOutcome;
  readonly seconds: number;
  /** Largest difference of a weight from the training in the clear. */
  readonly weightDifference: number;
}

/** Weights of the joint run and of the run in the clear must agree to this. */
export const weightTolerance = 0.01;

/** The JSON object of `--json`; null for a measure that does not exist, as that of no held-back rows. */
export function jsonSummary(run: RunSummary): Record<string, unknown> {
  const { lender, platform } = run;
  return {
    aligned: lender.aligned,
    trainingRows: lender.trainingRows,
    holdoutRows: lender.holdoutRows,
    auc: lender.joint.training?.auc ?? null,
    ks: lender.joint.training?.ks ?? null,
    holdoutAuc: lender.joint.holdout?.auc ?? null,
    holdoutKs: lender.joint.holdout?.ks ?? null,
    lenderAloneAuc: lender.alone.training?.auc ?? null,
    lenderAloneKs: lender.alone.training?.ks ?? null,
    lenderAloneHoldoutAuc: lender.alone.holdout?.auc ?? null,
    lenderColumns: lender.columnNames.length,
    platformColumns: platform.columnNames.length,
    dropped: { lender: lender.dropped, platform: platform.dropped },
    weightDifference: run.weightDifference,
    matchesPlain: run.weightDifference <= weightTolerance,
    seconds: run.seconds,
    bytes: totalBytes(run),
    rounds: Math.max(lender.rounds, platform.rounds),
  };
}

function totalBytes({ lender, platform, third }: RunSummary): number {
  return lender.bytesSent + platform.bytesSent + (third?.bytesSent ?? 0);
}

/** The text for people. */
export function textSummary(run: RunSummary): string {
  return [...holdings(run), "", ...learned(run), "", ...measures(run), "", ...costs(run)].join("\n");
}

function holdings(run: RunSummary): string[] {
  return [
    run.third === undefined
      ? "A credit model of two owners, and nobody else"
      : `A credit model of two owners, with a ${run.third.role}`,
    "",
    "Who holds what, each in a process of its own:",
    `  lender    ${run.lenderRows} rows: ids, labels (1 = bad) and ${count(run.lender)}`,
    `  platform  ${run.platformRows} rows: ids and ${count(run.platform)}`,
    ...(run.third === undefined ? [] : [`  ${run.third.role.padEnd(9)} nothing: ${thirds[run.third.role]}`]),
  ];
}

const thirds = {
  helper: "it computes on shares of the others' rows",
  dealer: "it gives the others random numbers",
} as const;

function count({ columnNames, dropped }: LenderOutcome | PlatformOutcome): string {
  const left = dropped.length === 0 ? "" : ` (left out, as they never vary: ${dropped.join(", ")})`;
  return `${columnNames.length} prepared columns${left}`;
}

function learned({ lender, platform, third }: RunSummary): string[] {
  return [
    "What each learned, and nothing else:",
    `  lender    which ${lender.aligned} ids are common, its own ${lender.weights.length} weights and the intercept,`,
    "            and for each common id the platform's part of the score",
    `  platform  which ${platform.aligned} ids are common, and its own ${platform.weights.length} weights`,
    ...(third === undefined ? [] : [`  ${third.role.padEnd(9)} how many rows, columns and steps there were`]),
  ];
}

function measures({ lender }: RunSummary): string[] {
  const line = (name: string, { training, holdout }: PlainPerformance): string =>
    `  ${name.padEnd(28)}${[training?.auc, training?.ks, holdout?.auc, holdout?.ks].map(shown).join("")}`;
  return [
    `How well the scores tell bad from good, on ${lender.trainingRows} rows of training and ${lender.holdoutRows} held back:`,
    `  ${"".padEnd(28)}${["AUC", "KS", "held back: AUC", "KS"].map((name) => name.padStart(16)).join("")}`,
    line("lender and platform, jointly", lender.joint),
    line("lender alone, in the clear", lender.alone),
  ];
}

function shown(value: number | undefined): string {
  return (value === undefined ? "-" : value.toFixed(4)).padStart(16);
}

function costs(run: RunSummary): string[] {
  const rounds = Math.max(run.lender.rounds, run.platform.rounds);
  const check = run.weightDifference <= weightTolerance ? "the same weights" : "DIFFERENT WEIGHTS";
  return [
    `${rounds} rounds, ${totalBytes(run)} bytes sent by all together, ${run.seconds.toFixed(2)} seconds with starting the processes`,
    "Check against training on both files in the clear, which only this example can do:",
    `  ${check}, within ${run.weightDifference.toExponential(1)}`,
  ];
}
