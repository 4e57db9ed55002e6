/** What a party of the mpc topic is told, works on and measures. */

import { Prg } from "veilshare/random";

/**
 * How randomness comes: none needed, from a dealer, by oblivious transfer while it is used (`two-party`), or by oblivious
 * transfer ahead of time, into a file (`two-party-preprocessed`).
 */
export type MpcComputation = "replicated" | "dealer" | "two-party" | "two-party-preprocessed";

/** What a party is told. */
// eslint-disable-next-line @typescript-eslint/consistent-type-definitions -- an interface is not assignable to Json
export type MpcTask = {
  readonly computation: MpcComputation;
  readonly operation: "multiply" | "compare" | "matrixProduct";
  /** Elements of a vector; rows, columns and inner size of square matrices. */
  readonly size: number;
  /** Timed runs, after {@link warmUpRuns} that are not. */
  readonly runs: number;
};

/** What a party measured, of one run. */
// eslint-disable-next-line @typescript-eslint/consistent-type-definitions -- an interface is not assignable to Json
export type MpcTimes = {
  /** One entry a run; none at the dealer. */
  readonly ms: readonly number[];
  readonly cpuSeconds: number;
  readonly bytesSent: number;
  readonly rounds: number;
  /** Making what a run takes from the preprocessed file, with one: all of it over the number of runs. */
  readonly offline?: { readonly ms: number; readonly cpuSeconds: number; readonly bytesSent: number };
  /** A few values of the result, in the clear; none at the dealer. */
  readonly sample: readonly number[];
};

/** Runs before the first that is timed: engines compile what has run a few times. */
export const warmUpRuns = 3;

/** Values of a result that are checked. */
export const sampleLength = 8;

/** The inputs of both owners: whole numbers below 2^31 for comparison, below 2^20 for products. Seeded. */
export function inputs({ operation, size }: MpcTask): readonly [BigInt64Array, BigInt64Array] {
  const length = operation === "matrixProduct" ? size * size : size;
  const prg = new Prg(new Uint8Array(32).fill(7));
  const shift = operation === "compare" ? 32n : 44n;
  const vector = (): BigInt64Array =>
    BigInt64Array.from(prg.words(length), (word) => BigInt.asIntN(64, word) >> shift);
  return [vector(), vector()];
}

/** Shape and bound of either input. */
export function inputShape({ operation, size }: MpcTask): {
  readonly rows: number;
  readonly columns: number;
  readonly bound: number;
  readonly fractionalBits: number;
} {
  return {
    rows: size,
    columns: operation === "matrixProduct" ? size : 1,
    bound: operation === "compare" ? 2 ** 31 : 2 ** 20,
    fractionalBits: 0,
  };
}

/** The first values of the right result. */
export function expectedSample(task: MpcTask): number[] {
  const [x, y] = inputs(task);
  return Array.from({ length: sampleLength }, (_, at) => {
    if (task.operation === "multiply") return Number((x[at] ?? 0n) * (y[at] ?? 0n));
    if (task.operation === "compare") return Number((x[at] ?? 0n) < (y[at] ?? 0n));
    let total = 0n;
    for (let k = 0; k < task.size; k++) total += (x[k] ?? 0n) * (y[k * task.size + at] ?? 0n);
    return Number(total);
  });
}
