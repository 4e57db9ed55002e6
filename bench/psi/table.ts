/** The psi topic's rows as a table: printed by the topic, and written into docs/psi-performance.md by --readme. */

import { readFileSync, writeFileSync } from "node:fs";
import type { Machine } from "../machine.js";
import type { Measurement } from "../measurement.js";
import type { RivalName } from "./rivals.js";

/** Worker threads of each of our parties, row by row. */
export const workerCounts = [0, 1, 2] as const;

const rivalNames: readonly RivalName[] = [
  "@noble/curves",
  "libsodium",
  "node:crypto X25519",
  "@openmined/psi.js",
];

const listSizes = [1000, 10_000, 100_000, 1_000_000] as const;

/** 1k, 10k, 100k, 1M. */
export function sizeLabel(items: number): string {
  return items >= 1e6 ? `${items / 1e6}M` : `${items / 1e3}k`;
}

/** The name of a measurement of ours. */
export function ownName(items: number, workers: number): string {
  return `psi-${sizeLabel(items)} ${workers} ${workers === 1 ? "worker" : "workers"}`;
}

/** The name of a rival's measurement. */
export function rivalRowName(rival: RivalName, items: number): string {
  return `${rival} ${sizeLabel(items)}`;
}

const heading = [
  "items a side",
  "who",
  "seconds",
  "CPU seconds",
  "items/s a side",
  "bytes an item",
  "peak MiB a process",
];
/** The column that holds words; the others hold numbers. */
const who = 1;

/** The rows of one run, sizes one under the other; what was not measured says so. A size nobody ran has no rows. */
export function psiTable(results: readonly Measurement[]): string {
  const rows = listSizes.flatMap((items) => rowsOfSize(items, results));
  const widths = heading.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => (row[column] ?? "").length)),
  );
  const rule = widths.map((width, column) =>
    column === who ? "-".repeat(width) : `${"-".repeat(width - 1)}:`,
  );
  const lines = [heading, rule, ...rows].map((row) => {
    const cells = widths.map((width, column) =>
      column === who ? (row[column] ?? "").padEnd(width) : (row[column] ?? "").padStart(width),
    );
    return `| ${cells.join(" | ")} |`;
  });
  return lines.join("\n");
}

function rowsOfSize(items: number, results: readonly Measurement[]): string[][] {
  const named = [
    ...workerCounts.map((workers) => ({ label: ownLabel(workers), name: ownName(items, workers) })),
    ...rivalNames.map((rival) => ({ label: rival, name: rivalRowName(rival, items) })),
  ];
  const measured = named.map(({ label, name }) => ({
    label,
    found: results.find((measurement) => measurement.name === name),
  }));
  if (measured.every(({ found }) => found === undefined)) return [];
  return measured.map(({ label, found }) => [
    items.toLocaleString("en-US"),
    label,
    ...(found === undefined ? ["not run"] : cellsOf(found)),
  ]);
}

function ownLabel(workers: number): string {
  return `this package, ${workers} ${workers === 1 ? "worker" : "workers"} a party`;
}

function cellsOf({ medianMs, cpuSeconds, items, bytes = Number.NaN, peakMiB }: Measurement): string[] {
  const seconds = medianMs / 1000;
  return [
    seconds.toFixed(2),
    cpuSeconds?.toFixed(2) ?? "",
    Math.round(items / seconds).toLocaleString("en-US"),
    (bytes / items).toFixed(1),
    peakMiB?.toFixed(0) ?? "",
  ];
}

const page = "docs/psi-performance.md";
const start = "<!-- bench:start -->";
const end = "<!-- bench:end -->";

/** Replaces the page's table. */
export function writePsiPage(run: {
  readonly machine: Machine;
  /** The command line, as a reader would repeat it. */
  readonly command: string;
  readonly results: readonly Measurement[];
}): void {
  const text = readFileSync(page, "utf8");
  const [before, after] = [text.indexOf(start), text.indexOf(end)];
  if (before < 0 || after < before) throw new Error(`${page}: the marks of the table are missing`);
  const { cpu, cores, memoryGiB, node, date, commit } = run.machine;
  const where = `${cpu}, ${cores} cores, ${memoryGiB} GiB, Node ${node}, commit ${commit}, ${date.slice(0, 10)}`;
  const lines = [start, "", `One run of \`${run.command}\` (${where}).`, "", psiTable(run.results), ""];
  writeFileSync(page, `${text.slice(0, before)}${lines.join("\n")}\n${text.slice(after)}`);
}
