/**
 * Prio3: a client splits its measurement among aggregators together with a proof that it is valid; the aggregators check
 * the proof without seeing the measurement, and add up the shares of valid ones. Run by any number of clients, 2 to 255
 * aggregators, and a collector who adds up the aggregators' sums.
 *
 *   client -> every aggregator       nonce, public share, input share          (shard)
 *   every aggregator -> leader       verifier share                            (verifyInit)
 *   leader -> every aggregator       verifier message, if the proof holds      (verifierSharesToMessage)
 *   every aggregator -> collector    aggregate share of a batch                (verifyNext, aggregate)
 *   collector                        the result                                (unshard)
 *
 * Adversary: malicious clients; aggregators of which one is honest (for privacy) or all are (for a right result); see
 * {@link Prio3}. All steps are pure functions; who sends what to whom is `aggregation/verified/`'s subject.
 *
 * **Source.** draft-irtf-cfrg-vdaf-18, section 7.
 */

import type { JsonValue } from "../bytes/canonical-json.js";
import { concatBytes, copyBytes, equalBytes } from "../bytes/encoding.js";
import { invalidArgument, VeilshareError } from "../errors.js";
import {
  elementCount,
  integersOf,
  power,
  vectorOf,
  vectorSlice,
  zeroVector,
  type FieldVector,
  type VectorField,
} from "../field/vector-field.js";
import { wipe } from "../bytes/wipe.js";
import { drawBytes, randomBytes } from "../random/csprng.js";
import * as check from "./arguments.js";
import type { Circuit } from "./circuit.js";
import { checkCount255, decodedIntegers, fewestProofs, mostMeasurements, type Integers } from "./counts.js";
import { Derivation } from "./derivation.js";
import { Flp } from "./flp.js";
import {
  checkBytes,
  nonceBytes,
  refused,
  verifyKeyBytes,
  type Report,
  type ShardInput,
  type VerifyInput,
  type VerifyStart,
} from "./messages.js";
import { AggregateShare, InputShare, VerifierState, type OutputShare } from "./secrets.js";
import { drawnNonce, helperSeeds, splitSeeds } from "./seeds.js";
import type { Prio3Parts } from "./parts.js";
import { messageSizes, type Prio3Sizes } from "./sizes.js";
import { seedBytes } from "./xof.js";

/** Longest context, so that the tag's length fits 16 bits. */
const maxContextBytes = 65_000;

/**
 * One aggregation function for one number of aggregators.
 *
 * **Security.** A client's measurement stays hidden from all aggregators and the collector, but for what the aggregate
 * says, as long as one aggregator follows the protocol and does not collude, however malicious the others and other
 * clients are. That an invalid measurement is refused, and the result is the sum of what was accepted, holds against
 * malicious clients while all aggregators follow the protocol: one that cheats can make any result. The verify key must
 * be hidden from clients, and each nonce used once: a report that is verified twice with other inputs may leak. The
 * lengths of all messages are public. Hash to be trusted: TurboSHAKE128.
 *
 * **Source.** draft-irtf-cfrg-vdaf-18, sections 7 and 9.
 */
export class Prio3<Measurement, Result> {
  readonly shares: number;
  readonly proofs: number;
  readonly sizes: Prio3Sizes;
  readonly #parts: Prio3Parts<Measurement, Result>;
  readonly #circuit: Circuit<Measurement, Result>;
  readonly #field: VectorField;
  readonly #flp: Flp;
  readonly #sharesInverse: FieldVector;

  constructor(parts: Prio3Parts<Measurement, Result>) {
    this.shares = checkCount255("shares", parts.shares, 2);
    this.proofs = checkCount255("proofs", parts.proofs, fewestProofs(parts.circuit));
    this.#parts = parts;
    this.#circuit = parts.circuit;
    this.#field = parts.circuit.field;
    this.#flp = new Flp(parts.circuit);
    const { modulus } = this.#field;
    this.#sharesInverse = vectorOf(this.#field, [power(BigInt(this.shares), modulus - 2n, modulus)]);
    this.sizes = messageSizes(parts, this.#flp.lengths);
  }

  /** Elements of the aggregate. */
  get outputLength(): number {
    return this.#circuit.outputLength;
  }

  /** The field that the aggregate is over. */
  get field(): VectorField {
    return this.#field;
  }

  /** All public parameters, for parties to compare. */
  description(): Readonly<Record<string, JsonValue>> {
    const { calls, gadget, measurementLength, outputLength, maxContribution } = this.#circuit;
    const { shares, proofs } = this;
    const { algorithmId } = this.#parts;
    const lengths = { measurementLength, outputLength, calls, arity: gadget.arity };
    return {
      algorithmId,
      shares,
      proofs,
      field: this.#field.name,
      ...lengths,
      maxContribution: String(maxContribution),
    };
  }

  /** How many measurements can be added up before a sum might reach the modulus. */
  get maxMeasurements(): bigint {
    return mostMeasurements(this.#circuit, "unsigned");
  }

  /**
   * The same where noise makes integers negative, see {@link Prio3.unshard}: the sum may take half of the field, the rest is
   * for the noise.
   */
  get maxSignedMeasurements(): bigint {
    return mostMeasurements(this.#circuit, "signed");
  }

  /**
   * A client's step: encodes, proves and splits a measurement.
   *
   * @throws VeilshareError VALUE_OUT_OF_RANGE for a measurement that the circuit refuses (nothing is clipped),
   *   INVALID_ARGUMENT for another type or length.
   */
  shard(input: ShardInput<Measurement>): Report {
    check.shardInput(input);
    const { context, measurement, nonce: given, random = randomBytes } = input;
    const derivation = this.#derivation("shard", context);
    const encoded = this.#circuit.encode(measurement);
    if (given !== undefined) checkBytes("shard", "nonce", given, nonceBytes);
    const nonce = given === undefined ? drawnNonce(random) : copyBytes(given);
    const drawn = drawBytes(random, this.sizes.randBytes);
    const seeds = splitSeeds(drawn);
    const helpers = helperSeeds(seeds, this.shares, this.#hasJointRand);
    const proveSeed = seeds[seeds.length - 1] as Uint8Array; // randBytes counts it
    const leaderBlind = this.#hasJointRand ? [seeds[seeds.length - 2] as Uint8Array] : [];

    const parts: Uint8Array[] = [];
    const leaderShare = encoded.slice();
    for (const { aggregatorId, seed, blind } of helpers) {
      const share = derivation.measurementShare(aggregatorId, seed, this.#circuit.measurementLength);
      this.#field.subtractInPlace(leaderShare, share);
      for (const key of blind) parts.push(derivation.jointRandPart(aggregatorId, key, nonce, share));
    }
    for (const key of leaderBlind) parts.unshift(derivation.jointRandPart(0, key, nonce, leaderShare));
    const jointRand = this.#jointRandomness(derivation, parts);
    const leaderProofs = this.#prove(encoded, derivation, proveSeed, jointRand);
    for (const { aggregatorId, seed } of helpers) {
      const length = elementCount(this.#field, leaderProofs);
      this.#field.subtractInPlace(leaderProofs, derivation.proofsShare(aggregatorId, seed, length));
    }
    const leader = new InputShare(0, concatBytes(leaderShare, leaderProofs, ...leaderBlind));
    const others = helpers.map(({ aggregatorId, seed, blind }) => {
      return new InputShare(aggregatorId, concatBytes(seed, ...blind));
    });
    wipe(drawn, encoded, leaderShare, leaderProofs, jointRand);
    return { nonce, publicShare: concatBytes(...parts), inputShares: [leader, ...others] };
  }

  /**
   * An aggregator's first step: its share of the check of a report.
   *
   * @throws VeilshareError INVALID_ARGUMENT for messages of another form; PEER_MALFORMED for the one report in 2^50 or
   *   fewer whose test point can't be used.
   */
  verifyInit(input: VerifyInput): VerifyStart {
    check.verifyInput(input);
    const { verifyKey, context, nonce, publicShare, inputShare } = input;
    const derivation = this.#derivation("verifyInit", context);
    checkBytes("verifyInit", "verifyKey", verifyKey, verifyKeyBytes);
    checkBytes("verifyInit", "nonce", nonce, nonceBytes);
    checkBytes("verifyInit", "publicShare", publicShare, this.sizes.publicShare);
    const { aggregatorId } = inputShare;
    const { measurementShare, proofsShare, blind } = this.#expand(inputShare, derivation);
    const parts: Uint8Array[] = splitSeeds(publicShare);
    let publicShareFits = true;
    for (const key of blind) {
      const own = derivation.jointRandPart(aggregatorId, key, nonce, measurementShare);
      // Aggregators MUST have the same public share: each checks its part, and all compare a hash of all parts in the end.
      publicShareFits = equalBytes(parts[aggregatorId] as Uint8Array, own);
      parts[aggregatorId] = own;
    }
    const jointRandSeed = this.#hasJointRand ? derivation.jointRandSeed(parts) : new Uint8Array(0);
    const jointRand = this.#jointRandomness(derivation, parts);
    const { lengths } = this.#flp;
    const queryRand = derivation.queryRandomness(verifyKey, nonce, lengths.queryRand * this.proofs);
    const verifiers: Uint8Array[] = [];
    for (let proof = 0; proof < this.proofs; proof++) {
      const verifier = this.#flp.query({
        measurementShare,
        proofShare: this.#portion(proofsShare, lengths.proof, proof),
        queryRand: this.#portion(queryRand, lengths.queryRand, proof),
        jointRand: this.#portion(jointRand, lengths.jointRand, proof),
        sharesInverse: this.#sharesInverse,
      });
      verifiers.push(verifier);
    }
    const ownPart = this.#hasJointRand ? [parts[aggregatorId] as Uint8Array] : []; // an id below `shares`
    return {
      state: new VerifierState(this.#circuit.truncate(measurementShare), jointRandSeed, publicShareFits),
      verifierShare: concatBytes(...verifiers, ...ownPart),
    };
  }

  /**
   * Combines the verifier shares of all aggregators, in their order, and decides.
   *
   * @returns The verifier message; empty where the circuit has no joint randomness.
   * @throws VeilshareError PEER_MALFORMED with field `proof` when the measurement is not valid or the proof was tampered
   *   with; INVALID_ARGUMENT with field `verifierShares[i]` for a share of another form.
   */
  verifierSharesToMessage(context: Uint8Array, verifierShares: readonly Uint8Array[]): Uint8Array {
    const derivation = this.#derivation("verifierSharesToMessage", context);
    check.verifierShares(verifierShares);
    if (verifierShares.length !== this.shares) {
      throw invalidArgument(
        "prio3.verifierSharesToMessage",
        `${this.shares} shares`,
        `${verifierShares.length}`,
      );
    }
    const verifierLength = this.#flp.lengths.verifier * this.proofs;
    const verifiers = zeroVector(this.#field, verifierLength);
    const parts: Uint8Array[] = [];
    for (const [i, share] of verifierShares.entries()) {
      const field = `verifierShares[${i}]`;
      checkBytes("verifierSharesToMessage", field, share, this.sizes.verifierShare);
      const vector = share.subarray(0, verifiers.length);
      this.#checkCanonical("verifierSharesToMessage", field, vector);
      this.#field.addInPlace(verifiers, vector);
      parts.push(share.subarray(verifiers.length));
    }
    for (let proof = 0; proof < this.proofs; proof++) {
      if (this.#flp.decide(this.#portion(verifiers, this.#flp.lengths.verifier, proof))) continue;
      throw refused("verifierSharesToMessage", "proof", "a valid measurement and proof");
    }
    return this.#hasJointRand ? derivation.jointRandSeed(parts) : new Uint8Array(0);
  }

  /**
   * An aggregator's second step: its share of a measurement that is now known to be valid.
   *
   * @throws VeilshareError PEER_MALFORMED with field `jointRandomness` or `publicShare` when the client told aggregators
   *   different things;
   *   INVALID_ARGUMENT for a message of another length.
   */
  verifyNext(state: VerifierState, verifierMessage: Uint8Array): OutputShare {
    check.state(state);
    checkBytes("verifyNext", "verifierMessage", verifierMessage, this.sizes.verifierMessage);
    if (!equalBytes(verifierMessage, state.jointRandSeed)) {
      throw refused("verifyNext", "jointRandomness", "the joint randomness that the client stated");
    }
    if (!state.publicShareFits) {
      throw refused("verifyNext", "publicShare", "a public share that fits the input share");
    }
    return state.outputShare();
  }

  /** The sum of some output shares of one aggregator, none of them included; more can be added to it. */
  aggregate(outputShares: Iterable<OutputShare> = []): AggregateShare {
    const sum = new AggregateShare(this.#field, zeroVector(this.#field, this.#circuit.outputLength));
    for (const share of outputShares) sum.add(share);
    return sum;
  }

  /**
   * The collector's step: the result of all aggregators' shares, in any order.
   *
   * @param measurements - How many measurements were added up, 1 or more.
   * @param integers - `signed` where noise was added: what no sum of so many measurements reaches is then half noise above
   *   the largest sum, half below zero.
   * @throws VeilshareError INVALID_ARGUMENT for another number of shares; BOUND_EXCEEDED when so many measurements can
   *   reach the modulus, or, with `signed`, half of it.
   */
  unshard(
    aggregateShares: readonly AggregateShare[],
    measurements: number,
    integers: Integers = "unsigned",
  ): Result {
    check.unshard(aggregateShares, integers);
    if (aggregateShares.length !== this.shares) {
      throw invalidArgument("prio3.unshard", `${this.shares} shares`, `${aggregateShares.length}`);
    }
    const sum = this.aggregate();
    for (const share of aggregateShares) sum.add(share);
    const elements = integersOf(this.#field, sum.toBytes());
    return this.#circuit.decode(decodedIntegers(this.#circuit, elements, measurements, integers));
  }

  /**
   * The input share of an encoding.
   *
   * @throws VeilshareError INVALID_ARGUMENT for another length, or an element of the modulus or more.
   */
  decodeInputShare(aggregatorId: number, bytes: Uint8Array): InputShare {
    this.#checkInputShare(aggregatorId, bytes);
    return new InputShare(aggregatorId, copyBytes(bytes));
  }

  /**
   * The aggregate share of an encoding.
   *
   * @throws VeilshareError INVALID_ARGUMENT for another length, or an element of the modulus or more.
   */
  decodeAggregateShare(bytes: Uint8Array): AggregateShare {
    checkBytes("decodeAggregateShare", "aggregateShare", bytes, this.sizes.aggregateShare);
    this.#checkCanonical("decodeAggregateShare", "aggregateShare", bytes);
    return new AggregateShare(this.#field, copyBytes(bytes));
  }

  #checkInputShare(aggregatorId: number, bytes: Uint8Array): void {
    const step = "decodeInputShare";
    if (!Number.isInteger(aggregatorId) || aggregatorId < 0 || aggregatorId >= this.shares) {
      throw invalidArgument(`prio3.${step}`, `an id below ${this.shares}`, String(aggregatorId));
    }
    const { leaderInputShare, helperInputShare } = this.sizes;
    checkBytes(step, "inputShare", bytes, aggregatorId === 0 ? leaderInputShare : helperInputShare);
    if (aggregatorId > 0) return;
    const elementsEnd = leaderInputShare - (this.#hasJointRand ? seedBytes : 0);
    this.#checkCanonical(step, "inputShare", bytes.subarray(0, elementsEnd));
  }

  get #hasJointRand(): boolean {
    return this.#circuit.jointRandLength > 0;
  }

  #derivation(step: string, context: Uint8Array): Derivation {
    if (!(context instanceof Uint8Array) || context.length > maxContextBytes) {
      throw invalidArgument(`prio3.${step}`, `a context of at most ${maxContextBytes} bytes`, "another");
    }
    return new Derivation({ ...this.#parts, field: this.#field }, context);
  }

  /** Element for element the part of a vector that belongs to one proof. */
  #portion(vector: FieldVector, length: number, proof: number): FieldVector {
    return vectorSlice(this.#field, vector, proof * length, (proof + 1) * length);
  }

  #jointRandomness(derivation: Derivation, parts: readonly Uint8Array[]): FieldVector {
    if (!this.#hasJointRand) return new Uint8Array(0);
    const length = this.#flp.lengths.jointRand * this.proofs;
    return derivation.jointRandomness(derivation.jointRandSeed(parts), length);
  }

  #prove(
    measurement: FieldVector,
    derivation: Derivation,
    seed: Uint8Array,
    jointRand: FieldVector,
  ): FieldVector {
    const { lengths } = this.#flp;
    const proveRand = derivation.proveRandomness(seed, lengths.proveRand * this.proofs);
    const proofs: Uint8Array[] = [];
    for (let proof = 0; proof < this.proofs; proof++) {
      const input = {
        measurement,
        proveRand: this.#portion(proveRand, lengths.proveRand, proof),
        jointRand: this.#portion(jointRand, lengths.jointRand, proof),
      };
      proofs.push(this.#flp.prove(input));
    }
    return concatBytes(...proofs);
  }

  #expand(inputShare: InputShare, derivation: Derivation): ExpandedShare {
    const { aggregatorId } = inputShare;
    const bytes = inputShare.toBytes();
    this.#checkInputShare(aggregatorId, bytes);
    const { measurementLength } = this.#circuit;
    const proofsLength = this.#flp.lengths.proof * this.proofs;
    const { elementBytes } = this.#field;
    const contentBytes = aggregatorId === 0 ? (measurementLength + proofsLength) * elementBytes : seedBytes;
    const blind = this.#hasJointRand ? [bytes.subarray(contentBytes)] : [];
    if (aggregatorId === 0) {
      const measurementShare = vectorSlice(this.#field, bytes, 0, measurementLength);
      const proofsShare = vectorSlice(
        this.#field,
        bytes,
        measurementLength,
        measurementLength + proofsLength,
      );
      return { measurementShare, proofsShare, blind };
    }
    const seed = bytes.subarray(0, seedBytes);
    return {
      measurementShare: derivation.measurementShare(aggregatorId, seed, measurementLength),
      proofsShare: derivation.proofsShare(aggregatorId, seed, proofsLength),
      blind,
    };
  }

  #checkCanonical(step: string, field: string, vector: FieldVector): void {
    const invalid = this.#field.firstInvalid(vector);
    if (invalid < 0) return;
    const expected = "elements below the modulus";
    const got = `another at position ${invalid}`;
    const text = `prio3.${step}: ${field}: expected ${expected}, got ${got}`;
    throw new VeilshareError("INVALID_ARGUMENT", text, { field, expected, got });
  }
}

interface ExpandedShare {
  readonly measurementShare: FieldVector;
  readonly proofsShare: FieldVector;
  readonly blind: readonly Uint8Array[];
}
