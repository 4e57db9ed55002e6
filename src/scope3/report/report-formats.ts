/** A Scope 3 report as a table for people and as CSV for programs. What is withheld is said to be. */

import { formatCsv } from "../../table/csv-writer.js";
import type { CellStatus } from "../figures/disclosure.js";
import type { Scope3Cell, Scope3Report } from "./report.js";

const nameWidth = 44;
const amountWidth = 16;

/** The report as lines of text, one a category that anybody has emissions in, then the figures over all. */
export function formatScope3Text(report: Scope3Report): string {
  const needed = report.minContributors + (report.lateDropouts ?? 0);
  const lines = report.byCategory
    .filter(({ status }) => status !== "empty")
    .map((cell) => cellLine(cell, needed));
  const row = (name: string, value: string, unit: string): string =>
    `     ${name.padEnd(nameWidth)} ${value.padStart(amountWidth)} ${unit}`.trimEnd();
  if (report.total === undefined) {
    const why =
      totalStatus(report) === "withheld-small"
        ? `withheld: fewer than ${needed} suppliers have emissions`
        : "withheld: it would say too much about one supplier";
    return [...lines, `     ${"Total".padEnd(nameWidth)} ${why}`].join("\n");
  }
  lines.push(row("Total", report.total.kg, `kg  ${report.contributors} suppliers`));
  if (report.withheld !== undefined) {
    lines.push(row("  of it in the withheld categories together", report.withheld.kg, "kg"));
  }
  if (report.spend !== undefined) lines.push(row("Spend", report.spend.amount, report.currency));
  if (report.intensity !== undefined) {
    lines.push(row("Intensity", report.intensity, `kg CO2e per ${report.currency}`));
  }
  if (report.spend !== undefined) {
    lines.push(row("Spend on primary data", report.primaryDataShare ?? "withheld", "%"));
  }
  if (report.primaryEmissionsShare !== undefined) {
    lines.push(row("Emissions on primary data", report.primaryEmissionsShare, "%"));
  }
  const { dataQuality } = report;
  if (dataQuality !== undefined) {
    lines.push(row("Emissions with data quality ratings", dataQuality.coverage, "%"));
    for (const name of ["technological", "geographical", "temporal"] as const) {
      lines.push(row(`  ${name} representativeness, 1 is best`, dataQuality[name], ""));
    }
  }
  return lines.join("\n");
}

function cellLine({ category, name, contributors, status, emissions }: Scope3Cell, minimum: number): string {
  const amount =
    emissions === undefined
      ? "withheld".padStart(amountWidth + 3)
      : `${emissions.kg.padStart(amountWidth)} kg`;
  const head = `  ${String(category).padStart(2)} ${name.padEnd(nameWidth)}`;
  return `${head} ${amount}  ${contributors} suppliers${reasons[status]?.(minimum) ?? ""}`;
}

const reasons: Partial<Record<CellStatus, (minimum: number) => string>> = {
  "withheld-small": (minimum) => `: fewer than ${minimum}, so their total would say too much about each`,
  "withheld-complement": () => ": withheld too, or the other would follow by subtraction",
  "withheld-dominated": () => ": one has so large a share that the total would say too much about it",
};

function totalStatus(report: Scope3Report): CellStatus {
  if (report.total !== undefined) return "revealed";
  const needed = report.minContributors + (report.lateDropouts ?? 0);
  return report.contributors < needed ? "withheld-small" : "withheld-dominated";
}

const csvColumns = ["category", "name", "contributors", "status", "kg_co2e"] as const;

/**
 * The report as CSV: a row for each of the fifteen categories, then `total` and, where categories are withheld,
 * `withheld`. A withheld cell is empty; one without emissions is `0.000`.
 */
export function formatScope3Csv(report: Scope3Report): string {
  const rows = report.byCategory.map(({ category, name, contributors, status, emissions }) => [
    String(category),
    name,
    String(contributors),
    status,
    emissions?.kg ?? "",
  ]);
  const total = report.total?.kg ?? "";
  rows.push(["total", "All categories", String(report.contributors), totalStatus(report), total]);
  if (report.withheld !== undefined) {
    rows.push(["withheld", "Withheld categories together", "", "revealed", report.withheld.kg]);
  }
  return formatCsv(csvColumns, rows);
}
