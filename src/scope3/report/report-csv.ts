/** A Scope 3 report as CSV for programs, with exact figures. What is withheld is said to be. */

import { formatCsv } from "../../table/csv-writer.js";
import { totalStatus } from "./report-text.js";
import type { Scope3Report } from "./report.js";

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
