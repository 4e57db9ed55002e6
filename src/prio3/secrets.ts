/** What a client's report and an aggregator's work consist of that no one else may see. All print as redacted. */

import { copyBytes } from "../bytes/encoding.js";
import { printAsRedacted } from "../bytes/redacted.js";
import type { FieldVector, VectorField } from "../field/vector-field.js";

/** One aggregator's share of a client's measurement and proof. Aggregator 0's is as long as both; others get seeds. */
export class InputShare {
  static {
    printAsRedacted(this);
  }

  readonly #aggregatorId: number;
  readonly #bytes: Uint8Array;

  /** For an encoding whose form was checked; `Prio3.decodeInputShare` checks. Takes the memory over. */
  constructor(aggregatorId: number, bytes: Uint8Array) {
    this.#aggregatorId = aggregatorId;
    this.#bytes = bytes;
  }

  /** Whose share it is, from 0. */
  get aggregatorId(): number {
    return this.#aggregatorId;
  }

  /** The canonical encoding. Secret: it goes to its aggregator, encrypted. */
  toBytes(): Uint8Array {
    return copyBytes(this.#bytes);
  }
}

/** What an aggregator keeps of a report between the two steps of the verification. */
export class VerifierState {
  static {
    printAsRedacted(this);
  }

  readonly #outputShare: FieldVector;
  readonly #jointRandSeed: Uint8Array;
  readonly #publicShareFits: boolean;

  /** @param publicShareFits - Whether the aggregator's own part of the public share is that of its input share. */
  constructor(outputShare: FieldVector, jointRandSeed: Uint8Array, publicShareFits: boolean) {
    this.#outputShare = outputShare;
    this.#jointRandSeed = jointRandSeed;
    this.#publicShareFits = publicShareFits;
  }

  /** Whether the report can be accepted as far as the public share goes. */
  get publicShareFits(): boolean {
    return this.#publicShareFits;
  }

  /** Public to all aggregators; empty where the circuit has no joint randomness. */
  get jointRandSeed(): Uint8Array {
    return copyBytes(this.#jointRandSeed);
  }

  /** The share that `Prio3.verifyNext` gives out once the report is known to be valid. */
  outputShare(): OutputShare {
    return new OutputShare(this.#outputShare);
  }
}

/** One aggregator's share of a valid measurement, ready to be added up. */
export class OutputShare {
  static {
    printAsRedacted(this);
  }

  readonly #vector: FieldVector;

  constructor(vector: FieldVector) {
    this.#vector = vector;
  }

  /** The canonical encoding. Secret: the shares of all aggregators together are the measurement. */
  toBytes(): Uint8Array {
    return copyBytes(this.#vector);
  }
}

/** One aggregator's share of a sum of measurements. */
export class AggregateShare {
  static {
    printAsRedacted(this);
  }

  readonly #field: VectorField;
  readonly #vector: FieldVector;

  /** For a vector whose form was checked; `Prio3.decodeAggregateShare` checks. Takes the memory over. */
  constructor(field: VectorField, vector: FieldVector) {
    this.#field = field;
    this.#vector = vector;
  }

  /** Adds one measurement's share, or a vector of noise. */
  add(share: OutputShare | AggregateShare): void {
    this.#field.addInPlace(this.#vector, share.toBytes());
  }

  /** The canonical encoding. Secret until the aggregate may be known. */
  toBytes(): Uint8Array {
    return copyBytes(this.#vector);
  }
}
