/** The README's performance table, written from the measurements of one run. */

import { readFileSync, writeFileSync } from "node:fs";
import type { Machine } from "./machine.js";
import type { Measurement } from "./measurement.js";

/** One line of the table: names of two measurements of the same work. */
interface Comparison {
  readonly what: string;
  readonly ours: string;
  readonly rival: string;
  /** What is compared: time an item, or CPU seconds of a run. */
  readonly by: "time" | "cpu";
}

const comparisons: readonly Comparison[] = [
  {
    what: "whole intersection, wall",
    ours: "psi-100k 1 worker",
    rival: "@openmined/psi.js 100k",
    by: "time",
  },
  { what: "whole intersection, CPU", ours: "psi-100k 1 worker", rival: "@openmined/psi.js 100k", by: "cpu" },
  {
    what: "decode, multiply, encode",
    ours: "group.multiply 1,024",
    rival: "@noble/curves multiply 32",
    by: "time",
  },
  {
    what: "decode, multiply, encode",
    ours: "group.multiply 1,024",
    rival: "libsodium scalarmult 1,024",
    by: "time",
  },
  {
    what: "hash to group",
    ours: "group.hashToGroup 1,024",
    rival: "@noble/curves hashToCurve 32",
    by: "time",
  },
  {
    what: "hash to group",
    ours: "group.hashToGroup 1,024",
    rival: "libsodium expand_message_xmd and from_hash 1,024",
    by: "time",
  },
  {
    what: "hash to group, the rival without hashing",
    ours: "group.hashToGroup 1,024",
    rival: "libsodium from_hash alone 1,024",
    by: "time",
  },
  {
    what: "map uniform bytes to group",
    ours: "kernel.mapUniform 1,024",
    rival: "libsodium from_hash 1,024",
    by: "time",
  },
  {
    what: "multiply vectors",
    ours: "ring.multiply 1,000,000",
    rival: "BigInt[] multiply 1,000,000",
    by: "time",
  },
  {
    what: "matrix product, a multiply-add",
    ours: "ring.matrixProduct 100x100x100 1,000,000",
    rival: "BigInt[] product 100x100x100 1,000,000",
    by: "time",
  },
  {
    what: "pseudo-random words",
    ours: "Prg.words 1,000,000",
    rival: "@noble/ciphers chacha20 1,000,000",
    by: "time",
  },
  {
    what: "pseudo-random words",
    ours: "Prg.words 1,000,000",
    rival: "node:crypto randomFillSync 1,000,000",
    by: "time",
  },
  {
    what: "Shamir split, 32 bytes, 2 of 3",
    ours: "shamir.split 32 bytes 2 of 3, 1",
    rival: "shamir-secret-sharing split 32 bytes 2 of 3 (GF(256)), 1",
    by: "time",
  },
  {
    what: "Shamir combine, 32 bytes, 2 of 3",
    ours: "shamir.combineBytes 32 bytes 2 of 3, 1",
    rival: "shamir-secret-sharing combine 32 bytes 2 of 3 (GF(256)), 1",
    by: "time",
  },
  {
    what: "Prio3 SumVec, 1,000 x 16 bits: a client's report, an entry",
    ours: "prio3-sumvec-shard 1,000",
    rival: "@divviup/prio3 SumVec shard 1,000",
    by: "time",
  },
  {
    what: "the same: verified by two aggregators, an entry",
    ours: "prio3-sumvec-verify 1,000",
    rival: "@divviup/prio3 SumVec verify 1,000",
    by: "time",
  },
];

const start = "<!-- bench:start -->";
const end = "<!-- bench:end -->";

/** The run that the README's table is from. */
interface BenchRun {
  readonly machine: Machine;
  /** The command line, as a reader would repeat it. */
  readonly command: string;
  readonly results: readonly Measurement[];
}

/** Replaces the README's table. */
export function writeReadme({ machine, command, results }: BenchRun): void {
  const readme = readFileSync("README.md", "utf8");
  const [before, after] = [readme.indexOf(start), readme.indexOf(end)];
  if (before < 0 || after < before)
    throw new Error("README.md: the marks of the performance table are missing");
  const { cpu, cores, node, date } = machine;
  const where = `${cpu}, ${cores} cores, Node ${node}, ${date.slice(0, 10)}`;
  const lines = [
    start,
    "",
    `Medians of one run of \`${command}\` (${where}); each pair was measured side by side.`,
    "",
    "| what | ours | rival | rival's | times faster |",
    "| --- | ---: | --- | ---: | ---: |",
    ...comparisons.map((comparison) => row(comparison, results)),
    "",
  ];
  writeFileSync("README.md", `${readme.slice(0, before)}${lines.join("\n")}\n${readme.slice(after)}`);
}

function row({ what, ours, rival, by }: Comparison, results: readonly Measurement[]): string {
  const [own, other] = [find(results, ours), find(results, rival)];
  const value = (measurement: Measurement): number =>
    by === "cpu" ? (measurement.cpuSeconds ?? Number.NaN) * 1e9 : scale(measurement, own);
  const ratio = value(other) / value(own);
  const cells = [
    `${what} (${own.name})`,
    time(value(own)),
    other.name,
    time(value(other)),
    ratio.toPrecision(3),
  ];
  return `| ${cells.join(" | ")} |`;
}

/** Nanoseconds an item; of a whole run where the items are both lists'. */
function scale(measurement: Measurement, own: Measurement): number {
  return own.name.startsWith("psi-") ? measurement.medianMs * 1e6 : measurement.nsPerItem;
}

/** The measurement of that name; of a quick run, that of ten thousand items where a hundred thousand are wanted. */
function find(results: readonly Measurement[], wanted: string): Measurement {
  const quick = wanted.replace(/\b100k\b/, "10k");
  const name = results.some((measurement) => measurement.name === wanted) ? wanted : quick;
  const found = results.find((measurement) => measurement.name === name);
  if (found === undefined) throw new Error(`--readme needs all topics: "${name}" was not measured`);
  return found;
}

function time(nanoseconds: number): string {
  if (nanoseconds >= 1e9) return `${(nanoseconds / 1e9).toFixed(2)} s`;
  if (nanoseconds >= 1e6) return `${(nanoseconds / 1e6).toFixed(2)} ms`;
  if (nanoseconds >= 1e3) return `${(nanoseconds / 1e3).toFixed(1)} us`;
  return `${nanoseconds.toFixed(1)} ns`;
}
