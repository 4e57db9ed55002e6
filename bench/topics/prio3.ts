import { Buffer } from "node:buffer";
import { prio3Count, prio3Sum, prio3SumVec, type Prio3 } from "veilshare/prio3";
import type { BenchContext } from "../context.js";
import { round, type Measurement, type Topic } from "../measurement.js";
import { compare, type MicroTask } from "../micro.js";

const length = 1000;
const bits = 16;
/** Near the square root of all bits; the same for both. */
const chunkLength = 126;

/** What is used of the rival's class; it speaks draft 08, whose circuit checks the same bits by the same gadget. */
interface RivalPrio3 {
  readonly randSize: number;
  readonly nonceSize: number;
  readonly verifyKeySize: number;
  shard(
    measurement: readonly number[],
    nonce: Buffer,
    rand: Buffer,
  ): Promise<{ publicShare: unknown; inputShares: readonly [unknown, unknown] }>;
  prepareInit(
    verifyKey: Buffer,
    aggregatorId: number,
    aggregationParameter: null,
    nonce: Buffer,
    publicShare: unknown,
    inputShare: unknown,
  ): Promise<{ preparationState: unknown; preparationShare: unknown }>;
  unshardPreparationShares(aggregationParameter: null, shares: readonly unknown[]): Promise<unknown>;
  prepareNext(state: unknown, message: unknown): { outputShare: readonly bigint[] };
}

interface RivalModule {
  readonly Prio3SumVec: new (parameters: {
    shares: number;
    length: number;
    bits: number;
    chunkLength: number;
  }) => RivalPrio3;
}

/** The client's and the aggregators' work on one report, two aggregators. */
export const prio3Topic: Topic = {
  name: "prio3",
  title: "Prio3 with two aggregators: a client's report, and its verification by both aggregators together",
  async run(context) {
    const words = context.input("prio3").words(length);
    const measurement = Array.from(words, (word) => Number(word % 2n ** BigInt(bits)));
    const prio3 = prio3SumVec({ shares: 2, length, maxMeasurement: 2n ** BigInt(bits) - 1n, chunkLength });
    const { Prio3SumVec } = (await context.rival("@divviup/prio3")) as RivalModule; // its own declarations say so
    const rival = new Prio3SumVec({ shares: 2, length, bits, chunkLength });
    const shard = await timed(context, "shard", ourShard(prio3, measurement), rivalShard(rival, measurement));
    const verify = await timed(
      context,
      "verify",
      ourVerify(prio3, measurement, (output) => output.length),
      await rivalVerify(rival, measurement),
    );
    const small = await compare(context, smallTasks());
    return {
      results: [...shard.results, ...verify.results, ...small.results],
      ratios: { ...shard.ratios, ...verify.ratios },
    };
  },
};

async function timed(
  context: BenchContext,
  step: "shard" | "verify",
  ours: () => unknown,
  theirs: () => unknown,
): Promise<{ readonly results: readonly Measurement[]; readonly ratios: Readonly<Record<string, number>> }> {
  const task = (name: string, run: () => unknown): MicroTask => ({ name, items: length, run });
  const { results } = await compare(context, [
    {
      unit: `entries of ${bits} bits`,
      ours: task(`prio3-sumvec-${step}`, ours),
      rivals: [task(`@divviup/prio3 SumVec ${step}`, theirs)],
    },
  ]);
  const [own, other] = results;
  const times = (other?.medianMs ?? Number.NaN) / (own?.medianMs ?? Number.NaN);
  return { results, ratios: { [`prio3-sumvec-${step}/divviup`]: round(times, 3) } };
}

const context = new TextEncoder().encode("bench");

function ourShard<M>(prio3: Prio3<M, unknown>, measurement: M): () => unknown {
  return () => prio3.shard({ context, measurement });
}

/** Both aggregators' steps, and a use of their results. */
function ourVerify<M>(
  prio3: Prio3<M, unknown>,
  measurement: M,
  use: (output: Uint8Array) => unknown,
): () => unknown {
  const { nonce, publicShare, inputShares } = prio3.shard({ context, measurement });
  const verifyKey = new Uint8Array(32).fill(5);
  return () => {
    const starts = inputShares.map((inputShare) =>
      prio3.verifyInit({ verifyKey, context, nonce, publicShare, inputShare }),
    );
    const message = prio3.verifierSharesToMessage(
      context,
      starts.map(({ verifierShare }) => verifierShare),
    );
    return starts.map(({ state }) => use(prio3.verifyNext(state, message).toBytes()));
  };
}

function rivalShard(rival: RivalPrio3, measurement: readonly number[]): () => Promise<unknown> {
  const [nonce, rand] = [Buffer.alloc(rival.nonceSize, 1), Buffer.alloc(rival.randSize, 2)];
  return () => rival.shard(measurement, nonce, rand);
}

async function rivalVerify(
  rival: RivalPrio3,
  measurement: readonly number[],
): Promise<() => Promise<unknown>> {
  const [nonce, rand] = [Buffer.alloc(rival.nonceSize, 1), Buffer.alloc(rival.randSize, 2)];
  const verifyKey = Buffer.alloc(rival.verifyKeySize, 5);
  const { publicShare, inputShares } = await rival.shard(measurement, nonce, rand);
  return async () => {
    const starts = [];
    for (const [id, share] of inputShares.entries()) {
      starts.push(await rival.prepareInit(verifyKey, id, null, nonce, publicShare, share));
    }
    const message = await rival.unshardPreparationShares(
      null,
      starts.map(({ preparationShare }) => preparationShare),
    );
    return starts.map(
      ({ preparationState }) => rival.prepareNext(preparationState, message).outputShare.length,
    );
  };
}

/** The smallest functions: mostly hashing. */
function smallTasks(): Parameters<typeof compare>[1] {
  const count = prio3Count({ shares: 2 });
  const sum = prio3Sum({ shares: 2, maxMeasurement: 2n ** 32n - 1n });
  const use = (output: Uint8Array): unknown => output[0];
  const one = (name: string, run: () => unknown): { unit: string; ours: MicroTask } => ({
    unit: "reports",
    ours: { name, items: 1, run },
  });
  return [
    one("prio3-count-shard", ourShard(count, true)),
    one("prio3-count-verify", ourVerify(count, true, use)),
    one("prio3-sum-32-bits-shard", ourShard(sum, 123_456_789n)),
    one("prio3-sum-32-bits-verify", ourVerify(sum, 123_456_789n, use)),
  ];
}
