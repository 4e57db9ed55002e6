/**
 * What intersections by OKVS take: two fresh processes on this machine, one thread each, over an encrypted WebSocket, from
 * arrays of 30-character texts (ten million: one by one) to row numbers, set-up and reading included. Medians of the runs.
 */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BenchContext } from "../context.js";
import { round, summarise, type Measurement } from "../measurement.js";
import { runPartiesOver, slowLink, type LinkSpeed } from "../slow-link.js";
import { itemsFrom } from "./items.js";
import type { OkvsTask, OkvsTimes } from "./okvs-party.js";

/** Figures by name, and the rows that they come from. */
export interface OkvsFigures {
  readonly results: readonly Measurement[];
  readonly figures: Readonly<Record<string, number>>;
}

interface Size {
  readonly items: number;
  readonly runs: number;
  readonly speed?: LinkSpeed;
}

const million = 1_000_000;

/** Measures all figures; with `--quick` those of 100,000 items and of reading alone. */
export async function measureOkvs(context: BenchContext): Promise<OkvsFigures> {
  const figures: Record<string, number> = {};
  const results: Measurement[] = [];
  const measure = async (size: Size): Promise<Run> => {
    const run = await measureSize(context, size);
    results.push(run.measurement);
    return run;
  };
  figures["okvsSeconds100k"] = (await measure({ items: 100_000, runs: 3 })).seconds;
  Object.assign(figures, await measureReading(context));
  if (context.quick) return { results, figures };
  const one = await measure({ items: million, runs: 3 });
  figures["okvsSeconds1M"] = one.seconds;
  figures["okvsCpu1M"] = one.cpuSeconds;
  figures["okvsBytes1M"] = one.bytesAnItem;
  figures["okvsPeakMiB1M"] = one.peakMiB;
  figures["okvsSlow1M"] = (await measure({ items: million, runs: 3, speed: slowLink })).seconds;
  const ten = await measure({ items: 10 * million, runs: 3 });
  figures["okvsSeconds10M"] = ten.seconds;
  figures["okvsPeakMiB10M"] = ten.peakMiB;
  return { results, figures };
}

interface Run {
  readonly measurement: Measurement;
  readonly seconds: number;
  /** Of the party that took more. */
  readonly cpuSeconds: number;
  readonly bytesAnItem: number;
  readonly peakMiB: number;
}

async function measureSize(context: BenchContext, { items, runs, speed }: Size): Promise<Run> {
  const name = `OKVS ${items.toLocaleString("en-US")}${speed === undefined ? "" : ", slow link"}`;
  context.note(`${name}, ${runs} runs`);
  const all: (readonly [OkvsTimes, OkvsTimes])[] = [];
  for (let run = 0; run < runs; run++) {
    const times = await runPair([{ first: 0, length: items, csv: null }, half(items)], speed);
    if (times[0].common !== items / 2) {
      throw new Error(`bench: expected ${items / 2} common items, got ${times[0].common ?? "none"}`);
    }
    all.push(times);
  }
  const [first] = all;
  const seconds = all.map(([receiver, sender]) => Math.max(receiver.seconds, sender.seconds));
  const cpuSeconds = median(all.map((both) => Math.max(...both.map((times) => times.cpuSeconds))));
  const bytes = (first?.[0].bytesSent ?? 0) + (first?.[1].bytesSent ?? 0);
  const peakMiB = median(all.map((both) => Math.max(...both.map((times) => times.peakMiB))));
  const measurement = summarise(
    {
      name,
      items,
      unit: "items a side",
      threads: 2,
      cpuSeconds: round(2 * cpuSeconds, 3),
      bytes,
      peakMiB: round(peakMiB, 1),
    },
    seconds.map((s) => 1000 * s),
  );
  return {
    measurement,
    seconds: round(median(seconds), 3),
    cpuSeconds: round(cpuSeconds, 3),
    bytesAnItem: round(bytes / items, 2),
    peakMiB: round(peakMiB, 1),
  };
}

function half(items: number): OkvsTask {
  return { first: items / 2, length: items, csv: null };
}

/** Microseconds an item to read a list of a million, from an array and from a CSV file: against an empty list. */
async function measureReading(context: BenchContext): Promise<Record<string, number>> {
  context.note("reading 1,000,000 items");
  const folder = mkdtempSync(join(tmpdir(), "veilshare-bench-"));
  try {
    const csv = join(folder, "items.csv");
    writeFileSync(csv, `id\n${[...itemsFrom(0, million)].join("\n")}\n`);
    const timesOf = async (task: OkvsTask): Promise<number> => {
      const seconds: number[] = [];
      for (let run = 0; run < 3; run++) {
        const [receiver] = await runPair([task, { first: 0, length: 0, csv: null }]);
        seconds.push(receiver.seconds);
      }
      return round((1e6 * median(seconds)) / million, 3);
    };
    const fromArray = { first: 0, length: million, csv: null };
    return { readMicros: await timesOf(fromArray), readMicrosCsv: await timesOf({ ...fromArray, csv }) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function runPair(
  [receiver, sender]: readonly [OkvsTask, OkvsTask],
  speed?: LinkSpeed,
): Promise<readonly [OkvsTimes, OkvsTimes]> {
  const script = new URL("okvs-party.js", import.meta.url);
  const parties = [
    { name: "receiver", task: receiver },
    { name: "sender", task: sender },
  ];
  const times = await runPartiesOver(speed, { script, parties, timeoutMs: 600_000 });
  return times as unknown as readonly [OkvsTimes, OkvsTimes]; // okvs-party.ts is what ran, twice
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
