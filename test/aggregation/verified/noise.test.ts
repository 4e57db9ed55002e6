import { describe, expect, it } from "vitest";
import {
  aggregateBatch,
  collectBatch,
  type BatchSummary,
  type CollectedBatch,
} from "../../../dist/aggregation/index.js";
import * as privacy from "../../../dist/differential-privacy/index.js";
import { prio3Histogram } from "../../../dist/prio3/index.js";
import { simulate } from "../../../dist/channel/index.js";
import { numberFromRational } from "../../../dist/random/rational.js";
import { chiSquareAgainst } from "../../support/chi-square.js";
import { importMutant } from "../../support/mutant.js";
import { Aggregators } from "./sessions.js";
import { memoryStore } from "../../../dist/store/index.js";

const buckets = 4096;
const measured = [0, 1, 1, 4095, 7];

/** One report changes one bucket, or moves from one to another: an L2 distance of at most 2. */
const planOptions = {
  epsilon: 2,
  delta: 1e-6,
  length: buckets,
  maxAbs: 1n,
  maxSquares: 1n,
  fewestSurvivors: 2,
  maxColluders: 1,
} as const;
const promised = privacy.planNoise(planOptions);

const task = {
  prio3: prio3Histogram({ shares: 2, length: buckets }),
  context: new TextEncoder().encode("noise"),
  minReports: measured.length,
};

/** An aggregator's own ledger, as it would be kept on its disk, and the noise that it has added. */
class Books {
  readonly store = memoryStore();
  drawn: BigInt64Array = new BigInt64Array(0);

  /** What `aggregateBatch` asks for: the cost is taken off before the noise is there to be added. */
  readonly noise = async (
    { planNoise, sampleNoise }: typeof privacy,
    purpose: string,
  ): Promise<BigInt64Array> => {
    const plan = planNoise(planOptions);
    const ledger = await this.ledger();
    await ledger.spend({ dataSet: "task", rho: promised.rho, purpose });
    this.drawn = sampleNoise(plan);
    return this.drawn;
  };

  ledger(): Promise<privacy.BudgetLedger> {
    return privacy.BudgetLedger.open(this.store, [{ dataSet: "task", epsilon: 2.01, delta: 1e-6 }]);
  }
}

class Setting {
  readonly aggregators = new Aggregators<number, bigint[]>(task, [], 2 ** 28);
  readonly books: readonly [Books, Books] = [new Books(), new Books()];

  /** Both aggregators and the collector, each with an outcome of its own. */
  async release(batch: string, module = privacy): Promise<PromiseSettledResult<CollectedBatch<bigint[]>>[]> {
    await this.aggregators.measure(measured);
    const ends: Promise<unknown>[] = [];
    const run = simulate(3, (party) => {
      const aggregator = this.aggregators.all[party.index];
      const books = this.books[party.index];
      const common = { batch, collector: 2 };
      const end: Promise<BatchSummary | CollectedBatch<bigint[]>> =
        aggregator === undefined || books === undefined
          ? collectBatch(party, task, { ...common, noise: true })
          : aggregateBatch(party, aggregator, { ...common, noise: () => books.noise(module, batch) });
      ends[party.index] = end;
      return end;
    });
    await run.catch(() => undefined);
    return Promise.allSettled(ends) as Promise<PromiseSettledResult<CollectedBatch<bigint[]>>[]>; // collector last
  }

  /** What is left of the result without the measurements; with `known`, without an aggregator's own noise too. */
  async residue(module = privacy, known?: 0 | 1): Promise<number[]> {
    const [, , collected] = await this.release("one", module);
    if (collected?.status !== "fulfilled" || !collected.value.released) throw new Error("expected a result");
    const own = known === undefined ? new BigInt64Array(buckets) : this.books[known].drawn;
    return collected.value.result.map((value, bucket) => {
      const count = measured.filter((measurement) => measurement === bucket).length;
      return Number(value) - count - Number(own[bucket]);
    });
  }
}

/** Probabilities of -reach..reach for a sum of discrete Gaussians, from the definition. */
function gaussians(summands: number): Float64Array {
  const variance = numberFromRational(promised.variance);
  const reach = 128;
  const one = new Float64Array(2 * reach + 1).map((_, i) => Math.exp(-((i - reach) ** 2) / (2 * variance)));
  const total = one.reduce((a, b) => a + b);
  let sum: Float64Array = new Float64Array(2 * reach + 1);
  sum[reach] = 1;
  for (let k = 0; k < summands; k++) {
    const next = new Float64Array(2 * reach + 1);
    for (const [i, p] of sum.entries()) {
      for (const [j, q] of one.entries()) {
        const at = i + j - reach;
        if (at >= 0 && at < next.length) next[at] = (next[at] ?? 0) + (p * q) / total;
      }
    }
    sum = next;
  }
  return sum;
}

/**
 * Whether values can be samples of a sum of so many of the plan's discrete Gaussians: Pearson's test, with the values beyond
 * which fewer than 60 of them are expected put together. It fails honest values once in 10^9.
 */
function departs(values: readonly number[], summands: number): boolean {
  const expected = gaussians(summands);
  const reach = (expected.length - 1) / 2;
  let edge = 0;
  while (values.length * (expected[reach + edge] ?? 0) >= 60) edge++;
  const counts = new Float64Array(2 * edge + 1);
  const probabilities = new Float64Array(2 * edge + 1);
  const cell = (value: number): number => Math.max(-edge, Math.min(edge, value)) + edge;
  for (const value of values) counts[cell(value)] = (counts[cell(value)] ?? 0) + 1;
  for (const [i, p] of expected.entries()) {
    probabilities[cell(i - reach)] = (probabilities[cell(i - reach)] ?? 0) + p;
  }
  return chiSquareAgainst(counts, probabilities).exceeds;
}

describe("a verified batch with noise of each aggregator", () => {
  it("gives the collector the sum with both noises (false alarm below 1e-9)", async () => {
    const residue = await new Setting().residue();
    expect(departs(residue, 2)).toBe(false);
    expect(departs(residue, 1)).toBe(true); // the test tells one noise from two
  });

  it("keeps all the noise that was planned from a collector with which an aggregator colludes (below 1e-9)", async () => {
    const setting = new Setting();
    const residue = await setting.residue(privacy, 0);
    expect(departs(residue, 1)).toBe(false);
    expect(residue).toEqual([...setting.books[1].drawn].map(Number));
  });

  it("would be caught if the plan counted the colluder's noise", async () => {
    const mutant = await importMutant<typeof privacy>("colluder-counted", "differential-privacy/index.js", {
      file: "differential-privacy/noise-plan.js",
      text: "options.fewestSurvivors - options.maxColluders;",
      replacement: "options.fewestSurvivors;",
    });
    expect(departs(await new Setting().residue(mutant), 2)).toBe(true);
  });

  it("is refused, and nothing given out, when an aggregator's budget is spent", async () => {
    const setting = new Setting();
    const [, , first] = await setting.release("one");
    expect(first?.status).toBe("fulfilled");
    const ledger = await setting.books[1].ledger();
    expect(ledger.state("task")).toMatchObject({ releases: [{ purpose: "one" }] });
    const ends = await setting.release("two");
    const codes = ends.map((end) =>
      end.status === "rejected" ? (end.reason as { code: string }).code : "none",
    );
    expect(codes[2]).toBe("PEER_ABORTED"); // the collector
    expect(codes).toContain("BUDGET_SPENT");
    expect(codes).not.toContain("none");
  });
});
