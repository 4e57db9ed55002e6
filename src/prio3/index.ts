export {
  prio3Count,
  prio3Histogram,
  prio3MultihotCountVec,
  prio3Sum,
  prio3SumVec,
  prio3SumVecWithMultiproof,
  type MultiproofParameters,
  type Prio3Parameters,
} from "./instances.js";
export type { Prio3Parts } from "./parts.js";
export { Prio3 } from "./prio3.js";
export {
  nonceBytes,
  verifyKeyBytes,
  type Report,
  type ShardInput,
  type VerifyInput,
  type VerifyStart,
} from "./messages.js";
export type { Prio3Sizes } from "./sizes.js";
export { AggregateShare, InputShare, OutputShare, VerifierState } from "./secrets.js";
export type { ArithmeticName } from "./arithmetic.js";
export type { Circuit } from "./circuit.js";
export type { HistogramParameters } from "./histogram.js";
export type { MultihotParameters } from "./multihot-count-vec.js";
export type { IntegerVector, SumVecParameters } from "./sum-vec.js";
