import { availableParallelism } from "node:os";
import { Bench } from "tinybench";
import { hashToGroup, multiplyJob, randomScalar, type MultiplyInput } from "veilshare/group";
import { createPool, type Job, type Pool } from "veilshare/parallel";
import type { BenchContext } from "../context.js";
import { ratio, round, type Measurement, type Topic } from "../measurement.js";

const rows = 8192;
const rowsPerChunk = 256;
const emptyChunks = 256;
const tag = "veilshare/bench";

/** One way to do the work. */
interface Way {
  readonly name: string;
  readonly items: number;
  readonly unit: string;
  readonly threads: number;
  readonly run: () => Promise<number>;
}

/** The same chunks of group arithmetic inline and on all cores, and what a chunk costs besides its work. */
export const poolTopic: Topic = {
  name: "pool",
  title: "Worker pool",
  async run(context) {
    const cores = availableParallelism();
    const inline = createPool({ workers: 0 });
    const one = createPool({ workers: 1 });
    const all = createPool({ workers: cores });
    try {
      const chunks = chunksOf(context);
      const multiplied = (name: string, pool: Pool): Way => ({
        name: `${name}, group/multiply ${rows.toLocaleString("en-US")}`,
        items: rows,
        unit: "rows",
        threads: Math.max(1, pool.workers),
        run: () => drain(pool, multiplyJob, chunks),
      });
      const nothing: MultiplyInput = { elements: new Uint8Array(0), scalar: randomScalar() };
      const empty = Array.from({ length: emptyChunks }, () => nothing);
      const results = await time(context, [
        multiplied(`pool of ${cores}`, all),
        multiplied("pool of 1", one),
        multiplied("inline", inline),
        {
          name: `pool of 1, empty chunk ${emptyChunks}`,
          items: emptyChunks,
          unit: "chunks",
          threads: 1,
          run: () => drain(one, multiplyJob, empty),
        },
      ]);
      const [onAll, onOne, onNone] = results as [Measurement, Measurement, Measurement]; // four ways were timed
      return {
        results,
        ratios: { ...ratio(onAll, onNone), ...ratio(onAll, onOne), ...ratio(onOne, onNone) },
      };
    } finally {
      await Promise.all([inline.close(), one.close(), all.close()]);
    }
  },
};

function chunksOf(context: BenchContext): MultiplyInput[] {
  const bytes = context.input("pool").bytes(16 * rows);
  const offsets = Uint32Array.from({ length: rows + 1 }, (_, i) => 16 * i);
  const elements = hashToGroup({ bytes, offsets }, tag);
  const scalar = randomScalar();
  const chunkBytes = 32 * rowsPerChunk;
  return Array.from({ length: rows / rowsPerChunk }, (_, i) => ({
    elements: elements.slice(i * chunkBytes, (i + 1) * chunkBytes),
    scalar,
  }));
}

async function drain<In>(pool: Pool, job: Job<In, Uint8Array>, chunks: readonly In[]): Promise<number> {
  let bytes = 0;
  for await (const result of pool.map(job, chunks)) bytes += result.length;
  return bytes;
}

async function time(context: BenchContext, ways: readonly Way[]): Promise<Measurement[]> {
  const bench = new Bench({ time: context.timeMs, iterations: 5, warmupTime: 0, warmupIterations: 1 });
  for (const way of ways) bench.add(way.name, () => way.run());
  context.note(ways.map(({ name }) => name).join(" | "));
  await bench.run();
  return ways.map(({ name, items, unit, threads }, i) => {
    const result = bench.tasks[i]?.result;
    if (result?.state !== "completed") throw new Error(`bench: ${name} failed`, { cause: result });
    const { p50, p99, mad, samplesCount } = result.latency;
    return {
      name,
      items,
      unit,
      threads,
      runs: samplesCount,
      medianMs: round(p50, 5),
      p99Ms: round(p99, 5),
      spread: round(mad / p50, 4),
      nsPerItem: round((p50 * 1e6) / items, 3),
    };
  });
}
