/** Several sums of one run, and what they are taken of. */

import type { ProtocolRun } from "../channel/party.js";
import { VeilshareError } from "../errors.js";
import type { VectorSum } from "../aggregation/vector-sum.js";

/** Sums of one run, all over the same contributors. */
export class Circle {
  readonly #run: ProtocolRun;
  readonly #sum: VectorSum;
  #contributors: number | undefined;

  constructor(run: ProtocolRun, sum: VectorSum) {
    this.#run = run;
    this.#sum = sum;
  }

  /** @throws VeilshareError PEER_MISMATCH when other parties are in this sum than in those before. */
  async add(vector: BigInt64Array, maxAbs: bigint): Promise<BigInt64Array> {
    if (vector.length === 0) return vector;
    const { sum, contributors } = await this.#sum(this.#run, vector, { maxAbs });
    this.#contributors ??= contributors;
    if (contributors === this.#contributors) return sum;
    const text = `sum: expected the ${this.#contributors} contributors of the sums before, got ${contributors}`;
    throw new VeilshareError("PEER_MISMATCH", text, { step: "sum", field: "contributors" });
  }
}

/** 1 where something holds, else 0. */
export function flags(values: BigInt64Array, holds: (value: bigint, i: number) => boolean): BigInt64Array {
  return values.map((value, i) => (holds(value, i) ? 1n : 0n));
}
