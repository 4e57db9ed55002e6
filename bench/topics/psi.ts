import { availableParallelism } from "node:os";
import { runParties } from "../../examples/launcher/index.js";
import type { BenchContext } from "../context.js";
import { round, summarise, type Measurement, type Topic, type TopicResult } from "../measurement.js";
import { compare } from "../micro.js";
import { measureOkvs } from "../psi/okvs-figures.js";
import type { PartyTask, PartyTimes } from "../psi/party.js";
import type { RivalName } from "../psi/rivals.js";
import { runRival } from "../psi/run-rival.js";
import { ownName, psiTable, rivalRowName, sizeLabel, workerCounts } from "../psi/table.js";
import { multiplications } from "./group.js";

/** Two lists of one length, and who intersects them. */
interface Size {
  /** Items of each list. */
  readonly items: number;
  readonly ourRuns: number;
  /** The others need seconds to minutes a run; those that are not named are not run. */
  readonly rivals: readonly { readonly name: RivalName; readonly runs: number }[];
}

const once = (...names: readonly RivalName[]): Size["rivals"] => names.map((name) => ({ name, runs: 1 }));
const everyRival = ["@noble/curves", "libsodium", "node:crypto X25519", "@openmined/psi.js"] as const;

const quickSizes: readonly Size[] = [
  { items: 1000, ourRuns: 5, rivals: everyRival.map((name) => ({ name, runs: 3 })) },
  { items: 10_000, ourRuns: 3, rivals: once("libsodium", "node:crypto X25519", "@openmined/psi.js") },
];

const sizes: readonly Size[] = [
  ...quickSizes.slice(0, 1),
  { items: 10_000, ourRuns: 3, rivals: once(...everyRival) },
  { items: 100_000, ourRuns: 1, rivals: once("libsodium", "node:crypto X25519", "@openmined/psi.js") },
];

const largeSizes: readonly Size[] = [...sizes, { items: 1_000_000, ourRuns: 1, rivals: [] }];

/**
 * Whole intersections, from lists of texts to row numbers, by ECDH; then the figures of those by OKVS. Ours: two
 * processes on this machine's cores, over an encrypted WebSocket, with 0, 1 and 2 worker threads each. The rivals: both parties in one thread of one process, without any
 * network. CPU time is of both parties, memory is one process's. The ratios without a size are of the longest lists that
 * both have worked on, 100k or with --quick 10k, ours with the number of workers that is the default here. The steps of
 * the group are those of the topic `group`.
 */
export const psiTopic: Topic = {
  name: "psi",
  title: "Private set intersection, both parties on this machine",
  summary: psiTable,
  async run(context) {
    const steps = await measureSteps(context);
    const results = [...steps.results];
    const ratios: Record<string, number> = { ...steps.ratios };
    for (const size of context.large ? largeSizes : context.quick ? quickSizes : sizes) {
      const ours = await measureOurs(context, size);
      results.push(...ours.all);
      for (const { name, runs } of size.rivals) {
        const theirs = await measureRival(context, { rival: name, items: size.items, runs });
        results.push(theirs);
        addRatios(ratios, ours.byDefault, theirs, { name, items: size.items });
      }
    }
    const okvs = await measureOkvs(context);
    results.push(...okvs.results);
    return { results, ratios, figures: okvs.figures };
  },
};

/** `psi-SIZE/rival`, `psi-cpu-SIZE/rival`, and the same without a size: the longest lists come last. */
function addRatios(
  ratios: Record<string, number>,
  ours: Measurement,
  theirs: Measurement,
  { name, items }: { readonly name: RivalName; readonly items: number },
): void {
  const short = shortNames[name];
  const wall = round(theirs.medianMs / ours.medianMs, 3);
  const cpu = round((theirs.cpuSeconds ?? Number.NaN) / (ours.cpuSeconds ?? Number.NaN), 3);
  ratios[`psi-${sizeLabel(items)}/${short}`] = wall;
  ratios[`psi-cpu-${sizeLabel(items)}/${short}`] = cpu;
  ratios[`psi/${short}`] = wall;
  ratios[`psi-cpu/${short}`] = cpu;
}

const shortNames: Readonly<Record<RivalName, string>> = {
  "@noble/curves": "noble",
  libsodium: "libsodium",
  "node:crypto X25519": "x25519",
  "@openmined/psi.js": "openmined",
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
  const times = ({ results }: TopicResult, rival: string): number => {
    const theirs = results.find(({ name }) => name.startsWith(rival));
    return round((theirs?.nsPerItem ?? Number.NaN) / (results[0]?.nsPerItem ?? Number.NaN), 3);
  };
  return {
    results: [...hashed.results, ...mapped.results, ...reblinded.results],
    ratios: {
      "reblind/noble": times(reblinded, "@noble/curves"),
      "reblind/libsodium": times(reblinded, "libsodium"),
      "reblind/openmined": times(reblinded, "@openmined/psi.js"),
      "hash/libsodium": times(hashed, "libsodium expand_message_xmd and from_hash"),
      "map/libsodium": times(mapped, "libsodium from_hash"),
      "hash/libsodium-map": times(hashed, "libsodium from_hash alone"),
    },
  };
}

/** Ours with every number of workers, and the one of them that is the default on this machine. */
interface OwnMeasurements {
  readonly all: readonly Measurement[];
  readonly byDefault: Measurement;
}

async function measureOurs(context: BenchContext, size: Size): Promise<OwnMeasurements> {
  const all: Measurement[] = [];
  for (const workers of workerCounts) {
    context.note(`${ownName(size.items, workers)}, ${size.ourRuns} runs`);
    all.push(await measureOwn(size, workers));
  }
  const chosen = size.items <= 1024 ? 0 : Math.min(Math.max(availableParallelism() - 1, 1), 2);
  const byDefault = all[chosen];
  if (byDefault === undefined) throw new Error("bench: the default number of workers was not measured");
  return { all, byDefault };
}

async function measureOwn({ items, ourRuns }: Size, workers: number): Promise<Measurement> {
  const task = (first: number): PartyTask => ({ first, length: items, runs: ourRuns, workers });
  const parties = [
    { name: "receiver", task: task(0) },
    { name: "sender", task: task(items / 2) },
  ];
  const script = new URL("../psi/party.js", import.meta.url);
  const results = await runParties({ script, parties, timeoutMs: 3_600_000 });
  const [receiver, sender] = results as unknown as [PartyTimes, PartyTimes]; // party.ts is what ran, twice
  checkCommon(receiver.common, items);
  const cpuSeconds = receiver.cpuSeconds.map((own, run) => own + (sender.cpuSeconds[run] ?? 0));
  return summarise(
    {
      name: ownName(items, workers),
      items,
      unit: "items a side",
      threads: 2 * (1 + workers),
      cpuSeconds: round(median(cpuSeconds), 3),
      bytes: Math.round(receiver.bytesSent + sender.bytesSent),
      rounds: Math.round(receiver.rounds),
      peakMiB: round(Math.max(receiver.peakMiB, sender.peakMiB), 1),
    },
    receiver.ms,
  );
}

async function measureRival(
  context: BenchContext,
  task: { readonly rival: RivalName; readonly items: number; readonly runs: number },
): Promise<Measurement> {
  const name = rivalRowName(task.rival, task.items);
  context.note(`${name}, ${task.runs} runs`);
  const { ms, cpuSeconds, common, bytes, peakMiB } = await runRival(task);
  checkCommon(common, task.items);
  return summarise(
    {
      name,
      items: task.items,
      unit: "items a side",
      threads: 1,
      cpuSeconds: round(median(cpuSeconds), 3),
      bytes,
      peakMiB: round(peakMiB, 1),
    },
    ms,
  );
}

function checkCommon(common: number, items: number): void {
  if (common !== items / 2) throw new Error(`bench: expected ${items / 2} common items, got ${common}`);
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
