import { runParties } from "../../examples/launcher/index.js";
import type { BenchContext } from "../context.js";
import { round, summarise, type Measurement, type Topic, type TopicResult } from "../measurement.js";
import { compare } from "../micro.js";
import { listFrom } from "../psi/items.js";
import { loadOpenmined, type RunOpenmined } from "../psi/openmined.js";
import type { PartyTask, PartyTimes } from "../psi/party.js";
import { multiplications } from "./group.js";

/** Two lists of one length. */
interface Size {
  readonly label: string;
  /** Items of each list. */
  readonly items: number;
  /** Threads of both our processes together; long lists have a pool. */
  readonly threads: number;
  readonly ourRuns: number;
  /** 0 where only `--large` measures, or nothing does: the rival takes minutes. */
  readonly rivalRuns: number;
}

const sizes: readonly Size[] = [
  { label: "1k", items: 1000, threads: 2, ourRuns: 5, rivalRuns: 3 },
  { label: "10k", items: 10_000, threads: 4, ourRuns: 3, rivalRuns: 1 },
  { label: "100k", items: 100_000, threads: 4, ourRuns: 1, rivalRuns: 0 },
];

const largeSizes: readonly Size[] = [
  ...sizes.slice(0, 2),
  { label: "100k", items: 100_000, threads: 4, ourRuns: 1, rivalRuns: 1 },
  { label: "1M", items: 1_000_000, threads: 4, ourRuns: 1, rivalRuns: 0 },
];

/**
 * Whole intersections, from lists of texts to row numbers. Ours: two processes on this machine's cores, over an encrypted
 * WebSocket. The rival: both parties in one thread, which is all it has, without any network. CPU time is of both parties.
 * The ratios without a size are of the longest lists that both have worked on: 10k, with --large 100k. The steps of the
 * group are those of the topic `group`.
 */
export const psiTopic: Topic = {
  name: "psi",
  title: "Private set intersection, both parties on this machine",
  async run(context) {
    const steps = await measureSteps(context);
    const results = [...steps.results];
    const ratios: Record<string, number> = { ...steps.ratios };
    const rival = await loadOpenmined(context);
    for (const size of context.large ? largeSizes : sizes) {
      const { label, items } = size;
      context.note(`psi of ${items} and ${items} items`);
      const ours = await measureOurs(size);
      results.push(ours);
      if (size.rivalRuns === 0) continue;
      const theirs = measureRival(rival, size);
      results.push(theirs);
      ratios[`psi-${label}/openmined`] = round(theirs.medianMs / ours.medianMs, 3);
      ratios[`psi-cpu-${label}/openmined`] = round((theirs.cpuSeconds ?? 0) / (ours.cpuSeconds ?? 1), 3);
      // The whole topic in one figure: the longest lists, which come last.
      ratios["psi/openmined"] = ratios[`psi-${label}/openmined`] ?? 0;
      ratios["psi-cpu/openmined"] = ratios[`psi-cpu-${label}/openmined`] ?? 0;
    }
    return { results, ratios };
  },
};

/**
 * The steps that a row costs, one thread. `hash` has the messages' hashing on both sides, `map` on neither; and
 * `hash/libsodium-map` sets our hash, hashing included, against the rival's map without.
 */
async function measureSteps(context: BenchContext): Promise<TopicResult> {
  const { hash, map, reblind } = await multiplications(context);
  const hashed = await compare(context, [hash]);
  const mapped = await compare(context, [map]);
  const reblinded = await compare(context, [reblind]);
  const [ourHash, , sodiumHash, sodiumMapAlone] = hashed.results;
  const [ourMap, sodiumMap] = mapped.results;
  const [ourReblind, noble, sodium] = reblinded.results;
  const times = (rival?: Measurement, ours?: Measurement): number =>
    round((rival?.nsPerItem ?? Number.NaN) / (ours?.nsPerItem ?? Number.NaN), 3);
  return {
    results: [...hashed.results, ...mapped.results, ...reblinded.results],
    ratios: {
      "reblind/noble": times(noble, ourReblind),
      "reblind/libsodium": times(sodium, ourReblind),
      "hash/libsodium": times(sodiumHash, ourHash),
      "map/libsodium": times(sodiumMap, ourMap),
      "hash/libsodium-map": times(sodiumMapAlone, ourHash),
    },
  };
}

async function measureOurs({ label, items, threads, ourRuns }: Size): Promise<Measurement> {
  const task = (first: number): PartyTask => ({ first, length: items, runs: ourRuns });
  const parties = [
    { name: "receiver", task: task(0) },
    { name: "sender", task: task(items / 2) },
  ];
  const script = new URL("../psi/party.js", import.meta.url);
  const results = await runParties({ script, parties });
  const [receiver, sender] = results as unknown as [PartyTimes, PartyTimes]; // party.ts is what ran, twice
  checkCommon(receiver.common, items);
  const cpuSeconds = receiver.cpuSeconds.map((own, run) => own + (sender.cpuSeconds[run] ?? 0));
  return summarise(
    {
      name: `psi-${label}`,
      items,
      unit: "items a side",
      threads,
      cpuSeconds: round(median(cpuSeconds), 3),
      bytes: Math.round(receiver.bytesSent + sender.bytesSent),
      rounds: Math.round(receiver.rounds),
      peakMiB: round(Math.max(receiver.peakMiB, sender.peakMiB), 1),
    },
    receiver.ms,
  );
}

function measureRival(run: RunOpenmined, { label, items, rivalRuns }: Size): Measurement {
  const [client, server] = [listFrom(0, items), listFrom(items / 2, items)];
  const measured = Array.from({ length: rivalRuns }, () => run(client, server));
  for (const { common } of measured) checkCommon(common, items);
  return summarise(
    {
      name: `@openmined/psi.js ${label}`,
      items,
      unit: "items a side",
      threads: 1,
      cpuSeconds: round(median(measured.map(({ cpuSeconds }) => cpuSeconds)), 3),
      bytes: measured[0]?.bytes ?? 0,
    },
    measured.map(({ ms }) => ms),
  );
}

function checkCommon(common: number, items: number): void {
  if (common !== items / 2) throw new Error(`bench: expected ${items / 2} common items, got ${common}`);
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
