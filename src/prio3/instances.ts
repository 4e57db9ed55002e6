/**
 * The functions of the draft, each for 2 to 255 aggregators.
 *
 * **Source.** draft-irtf-cfrg-vdaf-18, section 7.4; SumVec with several proofs is the draft's experimental variant.
 */

import { checkOptions, type RulesOf } from "../checks/options.js";
import { anything, oneOf, optional } from "../checks/rules.js";
import { type VectorFieldName } from "../field/vector-field.js";
import { createArithmetic, type ArithmeticName } from "./arithmetic.js";
import { countCircuit } from "./count.js";
import { histogramCircuit, type HistogramParameters } from "./histogram.js";
import { multihotCountVecCircuit, type MultihotParameters } from "./multihot-count-vec.js";
import { Prio3 } from "./prio3.js";
import { sumVecCircuit, type IntegerVector, type SumVecParameters } from "./sum-vec.js";
import { sumCircuit } from "./sum.js";

/** Parameters of every function; all are public and the same at all parties. */
export interface Prio3Parameters {
  /** Number of aggregators, 2 to 255. */
  readonly shares: number;
  /** What computes; default `auto`: the kernel where the platform can run it, else the reference. */
  readonly arithmetic?: "auto" | ArithmeticName;
}

/** Several proofs over a smaller field: shorter messages than one proof over the larger one. */
export interface MultiproofParameters extends SumVecParameters {
  /** Proofs of one report, 1 to 255; over Field64 at least 3, as the draft demands. */
  readonly proofs: number;
  /** Default Field64. */
  readonly field?: VectorFieldName;
}

const ids = {
  count: 1,
  sum: 2,
  sumVec: 3,
  histogram: 4,
  multihotCountVec: 5,
  multiproof: 0xffff_ffff,
} as const;

/** Names only: what each may be is said where it is used. */
const common: RulesOf<Prio3Parameters> = {
  shares: anything,
  arithmetic: optional(oneOf("auto", "kernel", "reference")),
};
const sumRules = { ...common, maxMeasurement: anything };
const sumVecRules = {
  ...common,
  length: anything,
  maxMeasurement: anything,
  chunkLength: optional(anything),
};
const multiproofRules = { ...sumVecRules, proofs: anything, field: optional(oneOf("Field64", "Field128")) };
const histogramRules = { ...common, length: anything, chunkLength: optional(anything) };
const multihotRules = { ...histogramRules, maxWeight: anything };

/** Counts how many measurements are true. */
export function prio3Count(parameters: Prio3Parameters): Prio3<boolean, bigint> {
  checkOptions("prio3Count", parameters, common);
  const { xof, field64 } = createArithmetic(parameters.arithmetic);
  return new Prio3({ ...parameters, circuit: countCircuit(field64), xof, algorithmId: ids.count, proofs: 1 });
}

/**
 * Adds up integers.
 *
 * @param parameters - With the largest measurement, 1 to 2^63 - 1.
 */
export function prio3Sum(
  parameters: Prio3Parameters & { readonly maxMeasurement: bigint },
): Prio3<bigint, bigint> {
  checkOptions("prio3Sum", parameters, sumRules);
  const { xof, field64 } = createArithmetic(parameters.arithmetic);
  const circuit = sumCircuit(field64, parameters.maxMeasurement);
  return new Prio3({ ...parameters, circuit, xof, algorithmId: ids.sum, proofs: 1 });
}

/** Adds up vectors of integers. */
export function prio3SumVec(parameters: Prio3Parameters & SumVecParameters): Prio3<IntegerVector, bigint[]> {
  checkOptions("prio3SumVec", parameters, sumVecRules);
  const { xof, field128 } = createArithmetic(parameters.arithmetic);
  const circuit = sumVecCircuit(field128, parameters);
  return new Prio3({ ...parameters, circuit, xof, algorithmId: ids.sumVec, proofs: 1 });
}

/** Adds up vectors of integers, with several proofs over a field of 64 bits. */
export function prio3SumVecWithMultiproof(
  parameters: Prio3Parameters & MultiproofParameters,
): Prio3<IntegerVector, bigint[]> {
  checkOptions("prio3SumVecWithMultiproof", parameters, multiproofRules);
  const { xof, field64, field128 } = createArithmetic(parameters.arithmetic);
  const circuit = sumVecCircuit(parameters.field === "Field128" ? field128 : field64, parameters);
  return new Prio3({ ...parameters, circuit, xof, algorithmId: ids.multiproof });
}

/** Counts how many measurements fell into each bucket. */
export function prio3Histogram(parameters: Prio3Parameters & HistogramParameters): Prio3<number, bigint[]> {
  checkOptions("prio3Histogram", parameters, histogramRules);
  const { xof, field128 } = createArithmetic(parameters.arithmetic);
  const circuit = histogramCircuit(field128, parameters);
  return new Prio3({ ...parameters, circuit, xof, algorithmId: ids.histogram, proofs: 1 });
}

/** Counts how often each of several choices was made. */
export function prio3MultihotCountVec(
  parameters: Prio3Parameters & MultihotParameters,
): Prio3<readonly boolean[], bigint[]> {
  checkOptions("prio3MultihotCountVec", parameters, multihotRules);
  const { xof, field128 } = createArithmetic(parameters.arithmetic);
  const circuit = multihotCountVecCircuit(field128, parameters);
  return new Prio3({ ...parameters, circuit, xof, algorithmId: ids.multihotCountVec, proofs: 1 });
}
