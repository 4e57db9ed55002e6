/** Statistics as a person reads them, and as a file has them. */

import type { GroupStatistics, StatisticsReport } from "../statistics/sum-statistics.js";
import { count } from "./data.js";
import { periodOf, type StatisticsQuestion } from "./question.js";

const digits = 6;

/** The report, and what it has told to whom. */
export function statisticsLines(
  question: StatisticsQuestion,
  report: StatisticsReport,
  recorded: number,
): readonly string[] {
  const { of, by, variance, edges, minContributors } = question;
  const needed = minContributors + (variance ? 1 : 0);
  const figures = ["how many rows there are", "their mean"];
  if (variance) figures.push("their variance");
  if (edges.length > 0) figures.push("how many rows are in each bucket");
  return [
    `${of}${by === undefined ? "" : ` by ${by}`}, ${periodOf(question)}:`,
    ...report.groups.map((group) => `  ${lineOf(group, needed)}`),
    `What this told every party: of ${by === undefined ? "all rows" : "each group"} how many parties have some; where it is shown also ${figures.join(", ")}. No party's own figures.`,
    `Recorded in the store, as question ${count(recorded)} about "${of}": later ones that would single out fewer than ${minContributors} parties are refused.`,
  ];
}

function lineOf(group: GroupStatistics, needed: number): string {
  const name = group.group === "" ? "all" : group.group;
  const parties = `${count(group.contributors)} ${group.contributors === 1 ? "party" : "parties"}`;
  if (group.status !== "shown") return `${name}  ${parties}  ${reasons[group.status](needed)}`;
  const { rows, mean, variance, percentiles = [], histogram } = group;
  return [
    name,
    parties,
    `${count(rows)} rows`,
    `mean ${shown(mean)}`,
    ...(variance === undefined ? [] : [`deviation ${shown(Math.sqrt(variance))}`]),
    ...percentiles.map(({ percent, lower, upper }) => `${percent} % within ${lower} to ${upper}`),
    ...(histogram === undefined ? [] : [`buckets ${histogram.map(count).join(", ")}`]),
  ].join("  ");
}

const reasons = {
  empty: () => "nobody has rows",
  "withheld-small": (needed: number) =>
    `withheld: fewer than ${needed} parties; its values were never added up`,
  "withheld-dominated": () =>
    "withheld: one party has more than half of the rows; its values were never added up",
} as const;

function shown(value: number): string {
  return String(Number(value.toPrecision(digits)));
}

/** Columns of the result's file. */
export function statisticsColumns({ percentiles, edges }: StatisticsQuestion): readonly string[] {
  const buckets = edges.slice(1).map((to, i) => `from ${edges[i] ?? ""} to ${to}`);
  return [
    "group",
    "status",
    "parties",
    "rows",
    "mean",
    "variance",
    ...percentiles.flatMap((percent) => [`p${percent} from`, `p${percent} to`]),
    ...buckets,
  ];
}

/** Rows of the result's file; what is withheld is empty. */
export function statisticsRows(
  question: StatisticsQuestion,
  { groups }: StatisticsReport,
): readonly (readonly string[])[] {
  const width = statisticsColumns(question).length;
  return groups.map((group) => {
    const start = [group.group, group.status, String(group.contributors)];
    if (group.status !== "shown") return [...start, ...new Array<string>(width - start.length).fill("")];
    const { rows, mean, variance, percentiles = [], histogram = [] } = group;
    return [
      ...start,
      String(rows),
      String(mean),
      variance === undefined ? "" : String(variance),
      ...percentiles.flatMap(({ lower, upper }) => [String(lower), String(upper)]),
      ...histogram.map(String),
    ];
  });
}
