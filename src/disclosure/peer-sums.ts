/** Sums among peers: all parties of a run add up, all learn the sum. */

import type { SummedVectors, VectorSum } from "../aggregation/vector-sum.js";
import { canonicalJson } from "../bytes/canonical-json.js";
import { MalformedMessage } from "../bytes/codec.js";
import { utf8ToBytes } from "../bytes/encoding.js";
import { JsonRecord } from "../bytes/json-record.js";
import type { ProtocolRun } from "../channel/party.js";
import { VeilshareError } from "../errors.js";
import type { GateSum, SumBackend } from "./gate.js";
import { readTable, writeTable } from "./release-records.js";
import type { ReleasedTable } from "./released-table.js";

const step = "history";
const maxHistoryBytes = 2 ** 26;

/** Sums of one run, all over the same contributors. */
export class PeerSums implements SumBackend {
  readonly canWrap = true;
  readonly #run: ProtocolRun;
  readonly #sum: VectorSum;
  #contributors: number | undefined;

  constructor(run: ProtocolRun, sum: VectorSum) {
    this.#run = run;
    this.#sum = sum;
  }

  members(): readonly string[] {
    return this.#run.names;
  }

  async add({
    own = new BigInt64Array(0),
    maxAbs,
    wraps,
  }: Omit<GateSum, "step" | "length">): Promise<SummedVectors> {
    const summed = await this.#sum(this.#run, own, wraps ? { maxAbs, wraps } : { maxAbs });
    this.#contributors ??= summed.contributors;
    if (summed.contributors === this.#contributors) return summed;
    const text = `sum: expected the ${this.#contributors} contributors of the sums before, got ${summed.contributors}`;
    throw new VeilshareError("PEER_MISMATCH", text, { step: "sum", field: "contributors" });
  }

  /** One more sum that a rule needs; of nothing it is nothing. */
  async total(own: BigInt64Array, maxAbs: bigint): Promise<BigInt64Array> {
    return own.length === 0 ? own : (await this.add({ own, maxAbs, wraps: false })).sum;
  }

  async exchangeHistory(own: readonly ReleasedTable[]): Promise<readonly ReleasedTable[]> {
    const message = utf8ToBytes(canonicalJson({ tables: own.map(writeTable) }));
    const all = await this.#run.exchange(step, message, { maxByteLength: maxHistoryBytes });
    return all.flatMap((bytes, from) => (from === this.#run.index ? [] : this.#tablesOf(bytes, from)));
  }

  #tablesOf(bytes: Uint8Array, from: number): ReleasedTable[] {
    try {
      const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
      return JsonRecord.parse(text, (record) => record.records("tables", readTable));
    } catch (thrown) {
      if (!(thrown instanceof MalformedMessage || thrown instanceof TypeError)) throw thrown;
      const party = this.#run.names[from] ?? "";
      const expected = "the releases that its ledger knows";
      const text = `sum/${step}: party "${party}": expected ${expected}, got another message`;
      throw new VeilshareError("PEER_MALFORMED", text, { party, step, expected });
    }
  }
}

/** 1 where something holds, else 0. */
export function flags(values: BigInt64Array, holds: (value: bigint, i: number) => boolean): BigInt64Array {
  return values.map((value, i) => (holds(value, i) ? 1n : 0n));
}
