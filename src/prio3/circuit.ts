/**
 * Validity circuits: arithmetic that gives zero for the encodings of valid measurements and, with overwhelming
 * probability over the joint randomness, something else for all others. The circuits of the draft have one form: one
 * gadget of degree two, called a number of times on inputs that are affine in the encoded measurement, and outputs
 * that are affine in the gadget's results and the measurement. So a circuit says how to build its wires and how to
 * combine the results, and the proof system does the rest.
 *
 * **Source.** draft-irtf-cfrg-vdaf-18, section 7.3 (validity circuits) and 7.4.
 */

import type { FieldVector, VectorField } from "../field/vector-field.js";
import type { Gadget } from "./gadget.js";

/** What the wires of one evaluation depend on. */
export interface WireInput {
  /** The encoded measurement, or a share of it. */
  readonly measurement: FieldVector;
  /** `jointRandLength` elements. */
  readonly jointRand: FieldVector;
  /** What each wire begins with: as many elements as the gadget has inputs. */
  readonly seeds: FieldVector;
  /** One over the number of shares that the measurement is split in; 1 for the measurement itself. */
  readonly sharesInverse: FieldVector;
}

/** What the outputs of one evaluation depend on. */
export interface OutputInput {
  readonly measurement: FieldVector;
  /** The gadget's result of each call. */
  readonly results: FieldVector;
  readonly sharesInverse: FieldVector;
}

/** Some wires, one after the other; the first is the input `first` of the gadget. */
export interface WireRows {
  readonly first: number;
  readonly rows: FieldVector;
}

/**
 * A validity circuit and how measurements are encoded for it.
 *
 * @typeParam Measurement - What a client holds.
 * @typeParam Result - What the collector gets.
 */
export interface Circuit<Measurement, Result> {
  readonly field: VectorField;
  readonly gadget: Gadget;
  /** How often the gadget is called, 1 or more. */
  readonly calls: number;
  /** Elements of an encoded measurement. */
  readonly measurementLength: number;
  readonly jointRandLength: number;
  /** Elements of what is added up. */
  readonly outputLength: number;
  /** Outputs of the circuit, all of which must be zero. */
  readonly evalOutputLength: number;
  /** The largest element that a measurement can add to the aggregate. */
  readonly maxContribution: bigint;

  /**
   * The encoding of a measurement.
   *
   * @throws VeilshareError INVALID_ARGUMENT for another type or length, VALUE_OUT_OF_RANGE for another value.
   */
  encode(measurement: Measurement): FieldVector;
  /** What of an encoded measurement, or of a share of it, is added up. */
  truncate(measurement: FieldVector): FieldVector;
  /** The result that the integers of an aggregate stand for, `outputLength` of them. */
  decode(aggregate: readonly bigint[]): Result;
  /**
   * The wires in order, a few at a time, each of `wireLength` elements: its seed, its value in every call, then zeros.
   * Never splits the wires of a pair.
   */
  wires(input: WireInput, wireLength: number): Iterable<WireRows>;
  /** The circuit's outputs. */
  outputs(input: OutputInput): FieldVector;
}
