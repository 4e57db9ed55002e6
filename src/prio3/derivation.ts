/**
 * Everything that Prio3 draws from seeds, each under a tag of its own.
 *
 * **Source.** draft-irtf-cfrg-vdaf-18, sections 7.2 (auxiliary functions) and 6.2 (domain separation tags).
 */

import type { FieldVector, VectorField } from "../field/vector-field.js";
import { seedBytes, type Xof } from "./xof.js";

/** The version of the draft, and the class of functions that are VDAFs. */
const draftVersion = 18;
const vdafClass = 0;

/** What an output is for. */
const usages = {
  measurementShare: 1,
  proofShare: 2,
  jointRandomness: 3,
  proveRandomness: 4,
  queryRandomness: 5,
  jointRandSeed: 6,
  jointRandPart: 7,
} as const;

/** What all derivations of one instance have in common. */
export interface DerivationParameters {
  readonly xof: Xof;
  readonly field: VectorField;
  /** The number that the draft gives the function, 32 bits. */
  readonly algorithmId: number;
  /** 1 to 255. */
  readonly proofs: number;
}

/** The derivations of one instance in one application context. */
export class Derivation {
  readonly #parameters: DerivationParameters;
  readonly #context: Uint8Array;

  constructor(parameters: DerivationParameters, context: Uint8Array) {
    this.#parameters = parameters;
    this.#context = context;
  }

  /** A helper's share of the measurement. */
  measurementShare(aggregatorId: number, seed: Uint8Array, length: number): FieldVector {
    return this.#vector("measurementShare", length, seed, [Uint8Array.of(aggregatorId)]);
  }

  /** A helper's share of all proofs. */
  proofsShare(aggregatorId: number, seed: Uint8Array, length: number): FieldVector {
    return this.#vector("proofShare", length, seed, [Uint8Array.of(this.#parameters.proofs, aggregatorId)]);
  }

  /** The client's randomness for all proofs. */
  proveRandomness(seed: Uint8Array, length: number): FieldVector {
    return this.#vector("proveRandomness", length, seed, [Uint8Array.of(this.#parameters.proofs)]);
  }

  /** The aggregators' randomness for all proofs, which no client can predict. */
  queryRandomness(verifyKey: Uint8Array, nonce: Uint8Array, length: number): FieldVector {
    const binder = [Uint8Array.of(this.#parameters.proofs), nonce];
    return this.#vector("queryRandomness", length, verifyKey, binder);
  }

  /** The challenges of all proofs. */
  jointRandomness(seed: Uint8Array, length: number): FieldVector {
    return this.#vector("jointRandomness", length, seed, [Uint8Array.of(this.#parameters.proofs)]);
  }

  /** What one aggregator's measurement share contributes to the joint randomness. */
  jointRandPart(aggregatorId: number, blind: Uint8Array, nonce: Uint8Array, share: FieldVector): Uint8Array {
    const binder = [Uint8Array.of(aggregatorId), nonce, share];
    return this.#parameters.xof.deriveSeed({ seed: blind, tag: this.#tag("jointRandPart"), binder });
  }

  /** The seed of the joint randomness. */
  jointRandSeed(parts: readonly Uint8Array[]): Uint8Array {
    const seed = new Uint8Array(seedBytes);
    return this.#parameters.xof.deriveSeed({ seed, tag: this.#tag("jointRandSeed"), binder: parts });
  }

  #vector(
    usage: keyof typeof usages,
    length: number,
    seed: Uint8Array,
    binder: readonly Uint8Array[],
  ): FieldVector {
    const { xof, field } = this.#parameters;
    return xof.expandIntoVector(field, length, { seed, tag: this.#tag(usage), binder });
  }

  /** Version, class, function and usage, most significant byte first, then the application's context. */
  #tag(usage: keyof typeof usages): Uint8Array {
    const tag = new Uint8Array(8 + this.#context.length);
    const view = new DataView(tag.buffer);
    view.setUint8(0, draftVersion);
    view.setUint8(1, vdafClass);
    view.setUint32(2, this.#parameters.algorithmId);
    view.setUint16(6, usages[usage]);
    tag.set(this.#context, 8);
    return tag;
  }
}
