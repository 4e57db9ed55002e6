/** Timing of short work in this process with tinybench. */

import { Bench } from "tinybench";
import type { BenchContext } from "./context.js";
import { ratio, round, type Measurement, type TopicResult } from "./measurement.js";

/** A piece of work whose result is used, so that it can't be optimised away. */
export interface MicroTask {
  /** Without the size, which is added. */
  readonly name: string;
  /** Items of one run. */
  readonly items: number;
  /** A promise is awaited. */
  readonly run: () => unknown;
}

/** Our way to do something, and others' ways to do the same. Times are compared by the item. */
export interface Comparison {
  /** What an item is, in the plural. */
  readonly unit: string;
  readonly ours: MicroTask;
  readonly rivals?: readonly MicroTask[];
}

/** Where results go; read by nobody, but the engine can't know. */
const sink: { value: unknown } = { value: undefined };

/** Times every comparison, one after the other in this process. */
export async function compare(
  context: BenchContext,
  comparisons: readonly Comparison[],
): Promise<TopicResult> {
  const results: Measurement[] = [];
  let ratios: Record<string, number> = {};
  for (const { unit, ours, rivals = [] } of comparisons) {
    const measured = await time(context, unit, [ours, ...rivals]);
    results.push(...measured);
    const [own, ...others] = measured;
    if (own === undefined) continue;
    for (const other of others) ratios = { ...ratios, ...ratio(own, other) };
  }
  return { results, ratios };
}

async function time(
  context: BenchContext,
  unit: string,
  tasks: readonly MicroTask[],
): Promise<Measurement[]> {
  const bench = new Bench({
    time: context.timeMs,
    iterations: 10,
    warmupTime: context.timeMs / 4,
    warmupIterations: 3,
  });
  for (const [i, task] of tasks.entries()) {
    bench.add(String(i), measured(task));
  }
  context.note(tasks.map((task) => nameOf(task)).join(" | "));
  await bench.run();
  return tasks.map((task, i) => {
    const result = bench.tasks[i]?.result;
    if (result?.state !== "completed") throw new Error(`bench: ${task.name} failed`, { cause: result });
    const { p50, p99, mad, samplesCount } = result.latency;
    return {
      name: nameOf(task),
      runs: samplesCount,
      items: task.items,
      unit,
      medianMs: round(p50, 5),
      p99Ms: round(p99, 5),
      spread: round(mad / p50, 4),
      nsPerItem: round((p50 * 1e6) / task.items, 3),
      threads: 1,
    };
  });
}

/** The task with its result put away; awaited only where there is a promise, as awaiting takes time too. */
function measured({ run }: MicroTask): () => void | Promise<void> {
  const first = run();
  if (first instanceof Promise) {
    return async () => {
      sink.value = await run();
    };
  }
  return () => {
    sink.value = run();
  };
}

function nameOf(task: MicroTask): string {
  return `${task.name} ${task.items.toLocaleString("en-US")}`;
}
