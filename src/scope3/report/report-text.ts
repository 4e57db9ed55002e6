/**
 * A Scope 3 report as a table for people, in t CO2e with four digits; the exact figures are in the report and its CSV. What is
 * withheld is said to be, and what nobody reports is not shown as 0.
 */

import { invalidArgument } from "../../errors.js";
import { formatDecimal, roundHalfEven } from "../lines/decimal.js";
import type { CellStatus } from "../figures/disclosure.js";
import type { Scope3Cell, Scope3Report } from "./report.js";

/** What {@link formatScope3Text} says besides the report. */
export interface Scope3TextOptions {
  /** Where the emission factors are from, e.g. `US EPA v1.3, 2022 prices`. Default: not said. */
  readonly factors?: string;
}

const nameWidth = 46;
const amountWidth = 12;
const shareWidth = 8;
/** The last category of upstream emissions; those after it are downstream (GHG Protocol, table 5.3). */
const lastUpstream = 8;

/**
 * The report as lines of text: categories that anybody has emissions in, upstream and downstream, each with its share of the
 * total; then the figures over all, the period, and the categories that nobody reports.
 */
export function formatScope3Text(report: Scope3Report, options: Scope3TextOptions = {}): string {
  const { factors } = options;
  if (factors !== undefined && (typeof factors !== "string" || /[\n\r]/.test(factors)))
    throw invalidArgument("formatScope3Text", "factors to be one line of text", "another");
  return [
    `  t CO2e${report.period === undefined ? "" : `, ${report.period}`}`,
    ...side(report, "Upstream", ({ category }) => category <= lastUpstream),
    ...side(report, "Downstream", ({ category }) => category > lastUpstream),
    ...totals(report),
    ...figures(report),
    ...notReported(report),
    ...(factors === undefined ? [] : [`  Emission factors: ${factors}`]),
  ].join("\n");
}

function side(report: Scope3Report, name: string, belongs: (cell: Scope3Cell) => boolean): string[] {
  const cells = report.byCategory.filter((cell) => belongs(cell) && cell.status !== "empty");
  if (cells.length === 0) return [];
  const needed = neededOf(report);
  const lines = cells.map((cell) => cellLine(cell, report, needed));
  let grams = 0n;
  for (const { emissions } of cells) grams += emissions?.grams ?? 0n;
  const known = cells.some(({ emissions }) => emissions !== undefined);
  const whole = cells.every(({ emissions }) => emissions !== undefined);
  if (!known) return [`  ${name}`, ...lines];
  const label = whole ? `${name} together` : `${name}, without what is withheld`;
  return [`  ${name}`, ...lines, row(label, grams, report)];
}

function cellLine(cell: Scope3Cell, report: Scope3Report, needed: number): string {
  const { category, name, contributors, status, emissions } = cell;
  const head = `  ${String(category).padStart(2)} ${name.padEnd(nameWidth)}`;
  const suppliers = `${contributors} ${contributors === 1 ? "supplier" : "suppliers"}${reasons[status]?.(needed) ?? ""}`;
  const amount =
    emissions === undefined
      ? "withheld".padStart(amountWidth + 1 + shareWidth)
      : `${tonnes(emissions.grams).padStart(amountWidth)} ${share(emissions.grams, report).padStart(shareWidth)}`;
  return `${head} ${amount}  ${suppliers}`;
}

const reasons: Partial<Record<CellStatus, (needed: number) => string>> = {
  "withheld-small": (needed) => `: fewer than ${needed}, so their total would say too much about each`,
  "withheld-complement": () => ": withheld too, or the other would follow by subtraction",
  "withheld-dominated": () => ": one has so large a share that the total would say too much about it",
};

function totals(report: Scope3Report): string[] {
  if (report.total === undefined) {
    const why =
      totalStatus(report) === "withheld-small"
        ? `withheld: fewer than ${neededOf(report)} suppliers have emissions`
        : "withheld: it would say too much about one supplier";
    return [`  ${"Total".padEnd(nameWidth + 3)} ${why}`];
  }
  const total = row("Total", report.total.grams, report);
  const withheld = report.withheld;
  return [
    `${total}  ${report.contributors} suppliers`,
    ...(withheld === undefined
      ? []
      : [row("of it in the withheld categories together", withheld.grams, report)]),
  ];
}

function figures(report: Scope3Report): string[] {
  const line = (name: string, value: string, unit: string): string =>
    `  ${name.padEnd(nameWidth + 3)} ${value.padStart(amountWidth)} ${unit}`.trimEnd();
  const { spend, intensity, primaryDataShare, primaryEmissionsShare, dataQuality, currency } = report;
  const lines: string[] = [];
  if (spend !== undefined) lines.push(line("Spend", separated(spend.amount), currency));
  if (intensity !== undefined) lines.push(line("Intensity", intensity, `kg CO2e per ${currency}`));
  if (spend !== undefined) lines.push(line("Spend on primary data", percent(primaryDataShare), ""));
  if (primaryEmissionsShare !== undefined)
    lines.push(line("Emissions on primary data", percent(primaryEmissionsShare), ""));
  if (dataQuality === undefined) return lines;
  lines.push(line("Emissions with data quality ratings", percent(dataQuality.coverage), ""));
  for (const name of ["technological", "geographical", "temporal"] as const)
    lines.push(line(`  ${name} representativeness, 1 is best`, dataQuality[name], ""));
  return lines;
}

function notReported({ byCategory }: Scope3Report): string[] {
  const empty = byCategory.filter(({ status }) => status === "empty").map(({ category }) => category);
  if (empty.length === 0) return [];
  return [`  No supplier reports emissions in categories ${ranges(empty)}: that is not known to be 0.`];
}

/** `2, 5-8`. */
function ranges(numbers: readonly number[]): string {
  const runs: [number, number][] = [];
  for (const number of numbers) {
    const last = runs.at(-1);
    if (last?.[1] === number - 1) last[1] = number;
    else runs.push([number, number]);
  }
  return runs.map(([from, to]) => (from === to ? String(from) : `${from}-${to}`)).join(", ");
}

function row(name: string, grams: bigint, report: Scope3Report): string {
  const amount = tonnes(grams).padStart(amountWidth);
  return `  ${name.padEnd(nameWidth + 3)} ${amount} ${share(grams, report).padStart(shareWidth)}`;
}

/** Tonnes with four digits, or all those before the decimal point, and never more decimals than grams have. */
function tonnes(grams: bigint): string {
  const wholeDigits = String(grams / 1_000_000n).length;
  const leadingZeros = grams < 1_000_000n ? 6 - String(grams).length : 0;
  const decimals = Math.min(6, Math.max(0, grams < 1_000_000n ? leadingZeros + 4 : 4 - wholeDigits));
  return separated(formatDecimal(roundHalfEven(grams, 10n ** BigInt(6 - decimals)), decimals));
}

/** In percent of the total with one decimal. */
function share(grams: bigint, { total }: Scope3Report): string {
  if (total === undefined || total.grams === 0n) return "";
  const tenths = roundHalfEven(1000n * grams, total.grams);
  return tenths === 0n && grams > 0n ? "< 0.1 %" : `${formatDecimal(tenths, 1)} %`;
}

function percent(value: string | undefined): string {
  if (value === undefined) return "withheld";
  const [whole = "", fraction = ""] = value.split(".");
  const tenths = roundHalfEven(BigInt(whole + fraction) * 10n, 10n ** BigInt(fraction.length));
  return `${formatDecimal(tenths, 1)} %`;
}

/** A decimal text with its thousands separated. */
function separated(decimal: string): string {
  const [whole = "", fraction] = decimal.split(".");
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ",");
  return fraction === undefined ? grouped : `${grouped}.${fraction}`;
}

function neededOf(report: Scope3Report): number {
  return report.minContributors + (report.lateDropouts ?? 0);
}

/** What happened to the total. */
export function totalStatus(report: Scope3Report): CellStatus {
  if (report.total !== undefined) return "revealed";
  return report.contributors < neededOf(report) ? "withheld-small" : "withheld-dominated";
}
