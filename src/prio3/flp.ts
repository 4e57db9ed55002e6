/**
 * The fully linear proof: that a measurement, of which every verifier holds a share only, satisfies a validity circuit.
 * The prover draws a polynomial through every input of the gadget and sends the gadget applied to those polynomials;
 * the verifiers evaluate all of them at one random point, add up their shares, and look whether the gadget's result
 * fits its inputs there.
 *
 * **Security.** A proof and the verifiers' messages show nothing but whether the measurement is valid: perfect zero
 * knowledge, as long as the test point is no root of unity, which {@link Flp.query} refuses. A false statement passes with
 * a probability of about (2 * wire + arity / 2) / modulus a proof. With joint randomness a client can try again on its
 * own machine until it passes, so that the probability counts for each attempt: negligible over Field128; over Field64
 * it takes several proofs.
 *
 * **Source.** draft-irtf-cfrg-vdaf-18, section 7.3; Boneh et al., "Zero-Knowledge Proofs on Secret-Shared Data via Fully
 * Linear PCPs" (CRYPTO 2019), theorem 4.3.
 */

import { VeilshareError } from "../errors.js";
import {
  elementCount,
  integersOf,
  power,
  rootOfUnity,
  vectorOf,
  vectorSlice,
  zeroVector,
  type FieldVector,
  type VectorField,
} from "../field/vector-field.js";
import type { Circuit } from "./circuit.js";
import { gadgetDegree } from "./gadget.js";

/** The lengths of everything, in elements. */
export interface FlpLengths {
  readonly proveRand: number;
  readonly queryRand: number;
  readonly jointRand: number;
  readonly proof: number;
  readonly verifier: number;
  /** Values of a wire polynomial. */
  readonly wire: number;
}

/** What a proof is made of. */
export interface ProveInput {
  readonly measurement: FieldVector;
  readonly proveRand: FieldVector;
  readonly jointRand: FieldVector;
}

/** What a verifier holds. */
export interface QueryInput {
  readonly measurementShare: FieldVector;
  readonly proofShare: FieldVector;
  readonly queryRand: FieldVector;
  readonly jointRand: FieldVector;
  /** One over the number of shares. */
  readonly sharesInverse: FieldVector;
}

/** The part of a circuit that proofs are about. */
export type ProvenCircuit = Omit<Circuit<never, unknown>, "encode" | "decode">;

/** The lengths that follow from a circuit. */
export function flpLengths(circuit: ProvenCircuit): FlpLengths {
  const { gadget, calls, evalOutputLength } = circuit;
  const wire = nextPowerOfTwo(1 + calls);
  return {
    proveRand: gadget.arity,
    queryRand: 1 + (evalOutputLength > 1 ? evalOutputLength : 0),
    jointRand: circuit.jointRandLength,
    proof: gadget.arity + gadgetDegree * (wire - 1) + 1,
    verifier: 1 + gadget.arity + 1,
    wire,
  };
}

/** The proof system for one circuit. */
export class Flp {
  readonly lengths: FlpLengths;
  readonly #circuit: ProvenCircuit;
  readonly #one: FieldVector;
  readonly #completion: FieldVector;

  constructor(circuit: ProvenCircuit) {
    this.#circuit = circuit;
    this.lengths = flpLengths(circuit);
    this.#one = vectorOf(circuit.field, [1n]);
    this.#completion = completionWeights(circuit.field, gadgetDegree * this.lengths.wire);
  }

  /** The proof that a measurement is valid: the wires' seeds, then the gadget polynomial's values. */
  prove({ measurement, jointRand, proveRand: seeds }: ProveInput): FieldVector {
    const { field, gadget } = this.#circuit;
    const { wire, proof: proofLength } = this.lengths;
    const polynomial = zeroVector(field, gadgetDegree * wire);
    const input = { measurement, jointRand, seeds, sharesInverse: this.#one };
    for (const { rows } of this.#circuit.wires(input, wire)) {
      gadget.addResults(field, polynomial, field.doubleEvaluations(rows, wire));
    }
    const proof = zeroVector(field, proofLength);
    proof.set(seeds);
    // The last of the 2 * wire values follows from the others: the degree is 2 * wire - 2.
    proof.set(vectorSlice(field, polynomial, 0, proofLength - gadget.arity), seeds.length);
    return proof;
  }

  /**
   * One verifier's share of the check: the circuit's output, and every wire and the gadget polynomial at the test point.
   *
   * @throws VeilshareError PEER_MALFORMED with field `testPoint` when the random test point would show a wire's value,
   *   which happens with a probability of about wire / modulus: the report can't be checked.
   */
  query({
    measurementShare: measurement,
    proofShare,
    queryRand,
    jointRand,
    sharesInverse,
  }: QueryInput): FieldVector {
    const { field, gadget, evalOutputLength } = this.#circuit;
    const { wire, proof: proofLength, queryRand: queryLength } = this.lengths;
    const seeds = vectorSlice(field, proofShare, 0, gadget.arity);
    const polynomial = this.#complete(vectorSlice(field, proofShare, gadget.arity, proofLength));
    const results = this.#resultsOf(polynomial);
    const outputs = this.#circuit.outputs({ measurement, results, sharesInverse });
    const testPoint = vectorSlice(field, queryRand, queryLength - 1, queryLength);
    checkTestPoint(field, testPoint, wire);

    const verifier = zeroVector(field, this.lengths.verifier);
    const randomWeights =
      evalOutputLength > 1 ? vectorSlice(field, queryRand, 0, evalOutputLength) : this.#one;
    verifier.set(field.combineRows(outputs, randomWeights));
    const wireWeights = field.lagrangeWeights(wire, testPoint);
    for (const { first, rows } of this.#circuit.wires(
      { measurement, jointRand, seeds, sharesInverse },
      wire,
    )) {
      verifier.set(field.combineRows(rows, wireWeights), (1 + first) * field.elementBytes);
    }
    const polynomialWeights = field.lagrangeWeights(gadgetDegree * wire, testPoint);
    verifier.set(field.combineRows(polynomial, polynomialWeights), (1 + gadget.arity) * field.elementBytes);
    return verifier;
  }

  /** True when the sum of all verifiers' shares says that the measurement is valid. */
  decide(verifier: FieldVector): boolean {
    const { field, gadget } = this.#circuit;
    const difference = zeroVector(field, 1);
    gadget.addResults(field, difference, vectorSlice(field, verifier, 1, 1 + gadget.arity));
    field.subtractInPlace(difference, vectorSlice(field, verifier, 1 + gadget.arity, 2 + gadget.arity));
    return isZero(vectorSlice(field, verifier, 0, 1)) && isZero(difference);
  }

  #complete(values: FieldVector): FieldVector {
    const { field } = this.#circuit;
    const complete = zeroVector(field, elementCount(field, values) + 1);
    complete.set(values);
    complete.set(field.combineRows(values, this.#completion), values.length);
    return complete;
  }

  /** The gadget's result of each call: the polynomial at every second point, the first one belonging to the seeds. */
  #resultsOf(polynomial: FieldVector): FieldVector {
    const { field, calls } = this.#circuit;
    const results = zeroVector(field, calls);
    for (let call = 0; call < calls; call++) {
      const at = gadgetDegree * (call + 1);
      results.set(vectorSlice(field, polynomial, at, at + 1), call * field.elementBytes);
    }
    return results;
  }
}

function isZero(vector: FieldVector): boolean {
  let bits = 0;
  for (const byte of vector) bits |= byte;
  return bits === 0;
}

/**
 * How the last of n values of a polynomial of degree n - 2 or less follows from the others: the coefficient of
 * x^(n - 1), the sum of value k times w^k over n, is zero, so that value n - 1 is less the sum of value k times w^(k + 1).
 */
function completionWeights(field: VectorField, length: number): FieldVector {
  const root = rootOfUnity(field, length);
  let weight = -root;
  const weights = Array.from({ length: length - 1 }, () => {
    const current = weight;
    weight = (weight * root) % field.modulus;
    return current;
  });
  return vectorOf(field, weights);
}

function checkTestPoint(field: VectorField, testPoint: FieldVector, wireLength: number): void {
  const point = integersOf(field, testPoint)[0] as bigint; // one element
  if (power(point, BigInt(wireLength), field.modulus) !== 1n) return;
  const text =
    "prio3.verifyInit: expected a test point that is no root of unity, got one; the report is lost";
  throw new VeilshareError("PEER_MALFORMED", text, { step: "verifyInit", field: "testPoint" });
}

/** The smallest power of two that is at least n. */
function nextPowerOfTwo(n: number): number {
  let power = 1;
  while (power < n) power *= 2;
  return power;
}
