/** What the example prints: a text for people, or one JSON object for programs. */

import type { FeatureSummary } from "veilshare/table";
import { isWithin } from "./plain-training.js";
import type { LenderOutcome, PlainPerformance, PlatformOutcome, ThirdOutcome } from "./outcomes.js";

/** A whole run. */
export interface RunSummary {
  readonly lenderFile: string;
  readonly platformFile: string;
  readonly lenderRows: number;
  readonly platformRows: number;
  /** What each column was taken for. */
  readonly lenderColumns: readonly FeatureSummary[];
  readonly platformColumns: readonly FeatureSummary[];
  readonly lender: LenderOutcome;
  readonly platform: PlatformOutcome;
  readonly third?: ThirdOutcome;
  readonly seconds: number;
  /** Where scores and the parties' parts of the model were written. */
  readonly out: string | null;
  /** Largest distance of AUC, KS or log loss from the range of training in the clear, in halves of the last decimal. */
  readonly difference: number;
}

/** Whether the joint run's measures are those of training in the clear. */
export function matchesPlain({ difference }: RunSummary): boolean {
  return isWithin(difference);
}

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
    logLoss: lender.joint.training?.logLoss ?? null,
    holdoutLogLoss: lender.joint.holdout?.logLoss ?? null,
    folds: lender.validation?.folds ?? 0,
    foldAuc: lender.validation?.mean.auc ?? null,
    foldAucSpread: lender.validation?.spread.auc ?? null,
    foldKs: lender.validation?.mean.ks ?? null,
    foldKsSpread: lender.validation?.spread.ks ?? null,
    converged: lender.converged,
    bands: lender.bandCount,
    lenderAloneAuc: lender.alone.training?.auc ?? null,
    lenderAloneKs: lender.alone.training?.ks ?? null,
    lenderAloneHoldoutAuc: lender.alone.holdout?.auc ?? null,
    lenderColumns: lender.columnNames.length,
    platformColumns: platform.columnNames.length,
    columnKinds: { lender: run.lenderColumns, platform: run.platformColumns },
    dropped: { lender: lender.dropped, platform: platform.dropped },
    weights: { lender: lender.weights, platform: platform.weights },
    difference: run.difference,
    matchesPlain: matchesPlain(run),
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
  return [
    ...holdings(run),
    "",
    ...learned(run),
    "",
    ...measures(run),
    ...gain(run),
    "",
    ...columns(run),
    ...files(run),
    "",
    ...costs(run),
  ].join("\n");
}

function holdings(run: RunSummary): string[] {
  return [
    run.third === undefined
      ? "A credit model of two owners, and nobody else"
      : `A credit model of two owners, with a ${run.third.role}`,
    "",
    "Who holds what, each in a process of its own:",
    `  lender    ${grouped(run.lenderRows)} rows: ids, labels (1 = bad) and ${count(run.lender)}`,
    ...kinds(run.lenderColumns),
    `  platform  ${grouped(run.platformRows)} rows: ids and ${count(run.platform)}`,
    ...kinds(run.platformColumns),
    ...(run.third === undefined ? [] : [`  ${run.third.role.padEnd(9)} nothing: ${thirds[run.third.role]}`]),
  ];
}

/** What the columns were taken for, for a person to look at. */
function kinds(columns: readonly FeatureSummary[]): string[] {
  const named = (kind: FeatureSummary["kind"]): string =>
    columns
      .filter((column) => column.kind === kind)
      .map(({ name, missing }) => (missing === 0 ? name : `${name} (${grouped(missing)} missing)`))
      .join(", ");
  const line = (label: string, names: string): string[] =>
    names === "" ? [] : [`            ${label}: ${names}`];
  return [...line("numbers", named("numeric")), ...line("categories", named("category"))];
}

const thirds = {
  helper: "it computes on shares of the others' rows",
  dealer: "it gives the others random numbers",
} as const;

function count({ columnNames, dropped }: LenderOutcome | PlatformOutcome): string {
  const left = dropped.length === 0 ? "" : ` (left out, as too few rows differ: ${dropped.join(", ")})`;
  return `${columnNames.length} prepared columns${left}`;
}

function learned({ lender, platform, third }: RunSummary): string[] {
  return [
    "What each learned, and nothing else:",
    `  lender    which ${grouped(lender.aligned)} ids are common, one of ${lender.bandCount} bands for each, and the measures below`,
    `  platform  which ${grouped(platform.aligned)} ids are common`,
    "  both      a share each of the weights, which says nothing alone, and whether the training converged",
    ...(third === undefined ? [] : [`  ${third.role.padEnd(9)} how many rows, columns and steps there were`]),
  ];
}

function measures({ lender }: RunSummary): string[] {
  const line = (name: string, { training, holdout }: PlainPerformance, digits: number): string =>
    `  ${name.padEnd(28)}${[training?.auc, training?.ks, holdout?.auc, holdout?.ks].map((value) => shown(value, digits)).join("")}`;
  const decimals = lender.joint.training?.decimals ?? 2;
  return [
    `How well the scores tell bad from good, on ${grouped(lender.trainingRows)} rows of training and ${grouped(lender.holdoutRows)} held back:`,
    `  ${"".padEnd(28)}${["AUC", "KS", "held back: AUC", "KS"].map((name) => name.padStart(16)).join("")}`,
    line("lender and platform, jointly", lender.joint, decimals),
    line("lender alone, in the clear", lender.alone, 4),
    ...folds(lender),
  ];
}

/** What the platform's columns are worth to the lender, in one sentence, with no more digits than were told. */
function gain({ lender }: RunSummary): string[] {
  const { joint, alone, holdoutRows, trainingRows } = lender;
  const part = joint.holdout === null ? "training" : "holdout";
  const [together, own] = [joint[part], alone[part]];
  if (together === null || own === null) return [];
  const rows =
    part === "holdout"
      ? `the ${grouped(holdoutRows)} rows held back`
      : `the ${grouped(trainingRows)} rows trained on`;
  const size = Math.abs(100 * (together.auc - own.auc)).toFixed(Math.max(0, together.decimals - 2));
  const change =
    Number(size) === 0 ? "as much as" : `${size} points ${together.auc > own.auc ? "more" : "less"} than`;
  return [
    "",
    `With the platform's columns the lender's scores reach an AUC of ${together.auc.toFixed(together.decimals)} on ${rows}: ${change} alone.`,
  ];
}

/** Columns that were trained on, each owner's with what it weighs where that was agreed to be told. */
function columns({ lender, platform }: RunSummary): string[] {
  const lines = [lender, platform].flatMap(({ role, columnNames, weights }) =>
    weights === null
      ? wrapped(`  ${role.padEnd(9)} ${columnNames.join(", ")}`)
      : columnNames.map((name, i) => `  ${role.padEnd(9)} ${name.padEnd(44)} ${signed(weights[i] ?? 0)}`),
  );
  const told =
    lender.weights === null
      ? "Columns that were trained on (what they weigh stays on shares; --disclose weights tells each owner its own):"
      : "Columns that were trained on, and what each weighs in standard deviations, told to its owner only:";
  return [told, ...lines];
}

/** A line as several of a width that a terminal has. */
function wrapped(line: string): string[] {
  const lines = line.match(/.{1,98}(?:, |$)/g) ?? [line];
  return lines.map((part, i) => (i === 0 ? "" : " ".repeat(12)) + part.trimEnd());
}

function signed(weight: number): string {
  return `${weight < 0 ? "-" : "+"}${Math.abs(weight).toFixed(3)}`;
}

function files({ out }: RunSummary): string[] {
  if (out === null) return [];
  return [
    "",
    `In ${out}: scores.csv (a band for each common id), lender.model and platform.model (each party's share, sealed with the key beside it).`,
  ];
}

function grouped(count: number): string {
  return count.toLocaleString("en-US");
}

function folds({ validation }: LenderOutcome): string[] {
  if (validation === null) return [];
  const { mean, spread } = validation;
  const both = (measure: "auc" | "ks"): string =>
    `${mean[measure].toFixed(3)} (spread ${spread[measure].toFixed(3)})`;
  return [
    `  jointly, on each of ${validation.folds} parts held back in turn: AUC ${both("auc")}, KS ${both("ks")}`,
  ];
}

function shown(value: number | undefined, digits: number): string {
  return (value === undefined ? "-" : value.toFixed(digits)).padStart(16);
}

function costs(run: RunSummary): string[] {
  const rounds = Math.max(run.lender.rounds, run.platform.rounds);
  const check = matchesPlain(run) ? "the same AUC, KS and log loss" : "OTHER MEASURES";
  return [
    `${grouped(rounds)} rounds, ${grouped(totalBytes(run))} bytes sent by all together, ${run.seconds.toFixed(2)} seconds with starting the processes`,
    "Check against training on both files in the clear, which only this example can do:",
    `  ${check}, ${run.difference.toFixed(2)} of at most 1 half of the last decimal beyond what cuts explain`,
  ];
}
