/** What the example prints: a text for people, or one JSON object for programs. */

import type { Footprint, Scope3Report } from "veilshare/scope3";

/** A report whose integers are texts, as it crosses from process to process. */
export type PlainReport = ReturnType<typeof plainReport>;

/** What one supplier's process is given. */
export interface SupplierTask {
  readonly footprint: Footprint;
  /** Where the factors are from, in words. */
  readonly factors: string;
  readonly period: string;
}

/** What one supplier's process gives back. */
export type SupplierOutcome = Readonly<{
  report: PlainReport;
  text: string;
  bytesSent: number;
  rounds: number;
}>;

/** What the buyer of a verified run knows of the proofs: numbers of suppliers, and of reports refused. */
export type Proved = Readonly<{ counted: number; included: number; refused: number }>;

/** What the processes of a run gave. */
export interface RunOutcome {
  /** Of each party that learns it. */
  readonly reports: readonly PlainReport[];
  readonly text: string;
  readonly traffic: readonly { readonly bytesSent: number; readonly rounds: number }[];
  readonly proved?: Proved;
}

/** A whole run. */
export interface RunSummary {
  readonly names: readonly string[];
  readonly lineCounts: readonly number[];
  readonly report: PlainReport;
  /** The report as a table. */
  readonly text: string;
  readonly seconds: number;
  readonly processes: number;
  readonly bytes: number;
  readonly rounds: number;
  readonly matchesPlain: boolean;
  /** Of a verified run. */
  readonly proved?: Proved;
}

/** The report without bigints, for JSON; null stands for what is withheld. */
export function plainReport(report: Scope3Report) {
  return {
    currency: report.currency,
    minContributors: report.minContributors,
    contributors: report.contributors,
    totalGrams: report.total?.grams.toString() ?? null,
    totalKg: report.total?.kg ?? null,
    withheldKg: report.withheld?.kg ?? null,
    spend: report.spend?.amount ?? null,
    intensity: report.intensity ?? null,
    primaryDataShare: report.primaryDataShare ?? null,
    categories: report.byCategory.map((cell) => ({
      category: cell.category,
      name: cell.name,
      contributors: cell.contributors,
      status: cell.status,
      kg: cell.emissions?.kg ?? null,
    })),
  };
}

/** The JSON object of `--json`: kilograms as numbers (exact below 2^53 grams), null for what is withheld. */
export function jsonSummary(run: RunSummary): Record<string, unknown> {
  const { report } = run;
  const number = (text: string | null): number | null => (text === null ? null : Number(text));
  return {
    totalKg: number(report.totalKg),
    totalGrams: report.totalGrams,
    byCategory: Object.fromEntries(report.categories.map(({ category, kg }) => [category, number(kg)])),
    contributors: report.contributors,
    minContributors: report.minContributors,
    categories: report.categories,
    withheldKg: number(report.withheldKg),
    currency: report.currency,
    spend: number(report.spend),
    intensity: number(report.intensity),
    primaryDataShare: number(report.primaryDataShare),
    parties: run.names.length,
    seconds: run.seconds,
    bytes: run.bytes,
    rounds: run.rounds,
    matchesPlain: run.matchesPlain,
    ...(run.proved === undefined ? {} : { proved: run.proved }),
  };
}

/** The text for people. */
export function textSummary(run: RunSummary): string {
  return [...holdings(run), "", ...learned(run), "", ...costs(run)].join("\n");
}

function holdings({ names, lineCounts }: RunSummary): string[] {
  const held = names.map(
    (name, i) => `  ${name.padEnd(24)} ${String(lineCounts[i]).padStart(3)} activity lines`,
  );
  return ["Scope 3 total of a consortium", "", "Who holds what, each in a process of its own:", ...held];
}

function learned({ text, proved }: RunSummary): string[] {
  if (proved === undefined) return ["What all of them learned, and nothing else:", text];
  const { counted, included, refused } = proved;
  return [
    "Two aggregators checked a proof with every figure that it is 0 to 2^40 - 1, and saw none:",
    `  ${counted} suppliers counted, amounts of ${included} in the total, ${refused} reports refused`,
    "",
    "What the buyer learned, and nothing else; aggregators and suppliers learned the contributors only:",
    text,
  ];
}

function costs(run: RunSummary): string[] {
  const check = run.matchesPlain ? "equal to the gram" : "DIFFERENT";
  return [
    `${run.rounds} rounds, ${run.bytes.toLocaleString("en-US")} bytes sent by all together, ${run.seconds.toFixed(2)} seconds with starting ${run.processes} processes`,
    `Check against the sum in the clear, which only this example can do: ${check}`,
  ];
}
