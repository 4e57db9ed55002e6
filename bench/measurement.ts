/** What a bench measures, in one form for all topics. */

import type { BenchContext } from "./context.js";

/** One timed piece of work, of ours or of a rival. */
export interface Measurement {
  /** What was done, on how much, by whom: `ring.add 1,000,000`, `BigInt[] add 1,000,000`. */
  readonly name: string;
  /** How many runs were timed. */
  readonly runs: number;
  /** Items of one run, e.g. elements of the vectors. */
  readonly items: number;
  /** What an item is. */
  readonly unit: string;
  /** Milliseconds of a run. */
  readonly medianMs: number;
  readonly p99Ms: number;
  /** Median absolute deviation over the median: how far a typical run is from the typical run. */
  readonly spread: number;
  /** Nanoseconds of an item, by the median. */
  readonly nsPerItem: number;
  /** Threads that worked. */
  readonly threads: number;
  /** CPU seconds of a run, all threads and processes together, where they were measured. */
  readonly cpuSeconds?: number;
  /** Bytes sent by all parties together, and rounds, where there are parties. */
  readonly bytes?: number;
  readonly rounds?: number;
  /** Welch's t between two classes of secrets, where timing leaks are looked for. */
  readonly welchT?: number;
  /** The largest resident memory of the process in MiB, where it was measured. */
  readonly peakMiB?: number;
}

/** What a topic gives: measurements, and how many times faster than each rival we are (below 1: slower). */
export interface TopicResult {
  readonly results: readonly Measurement[];
  /** From `ours/rival` to rival's time an item over our time an item. */
  readonly ratios: Readonly<Record<string, number>>;
  /** Single figures by name, whose unit is in the name: errors, losses, sizes, times of whole runs. */
  readonly figures?: Readonly<Record<string, number>>;
}

/** A subject that `npm run bench -- NAME` measures. */
export interface Topic {
  readonly name: string;
  /** What it is about, for the heading of its table. */
  readonly title: string;
  readonly run: (context: BenchContext) => Promise<TopicResult>;
  /** Another table of its results, printed after the usual one. */
  readonly summary?: (results: readonly Measurement[]) => string;
}

/** The ratio of a rival's time an item to ours, under its name. */
export function ratio(ours: Measurement, rival: Measurement): Record<string, number> {
  return { [`${ours.name}/${rival.name}`]: round(rival.nsPerItem / ours.nsPerItem, 3) };
}

/** Statistics over the times of whole runs that a topic timed itself, e.g. of protocols between processes. */
export function summarise(
  work: Pick<Measurement, "name" | "items" | "unit" | "threads"> & Partial<Measurement>,
  runsMs: readonly number[],
): Measurement {
  const sorted = [...runsMs].sort((a, b) => a - b);
  const at = (list: readonly number[], share: number): number =>
    list[Math.min(list.length - 1, Math.ceil(share * list.length) - 1)] ?? Number.NaN;
  const medianMs = at(sorted, 0.5);
  const deviations = sorted.map((ms) => Math.abs(ms - medianMs)).sort((a, b) => a - b);
  return {
    ...work,
    runs: sorted.length,
    medianMs: round(medianMs, 4),
    p99Ms: round(at(sorted, 0.99), 4),
    spread: round(at(deviations, 0.5) / medianMs, 4),
    nsPerItem: round((medianMs * 1e6) / work.items, 3),
  };
}

/** Rounds to a number of decimals. */
export function round(value: number, decimals: number): number {
  return Number(value.toFixed(decimals));
}

/** The sum of numbers. */
export function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
