export { equal, greaterOrEqual, greaterThan, lessOrEqual, lessThan, type Comparand } from "./comparison.js";
export { bitsOf, bitToArithmetic, roughSignBits, signBits, zeroBits } from "./bits.js";
export { absolute, greater, maximum, minimum, select, smaller, type Extreme } from "./selection.js";
export { fixedProduct, withFractionalBits } from "./fixed-point.js";
export { divide, inverseSquareRoot, reciprocal, type ReciprocalOptions } from "./reciprocal.js";
export { exponential, naturalLogarithm, type ExponentialOptions } from "./exponential.js";
export { sigmoid, sigmoidError } from "./sigmoid.js";
export { linearSigmoid, linearSigmoidAt, linearSigmoidError, linearSigmoidSlope } from "./linear-sigmoid.js";
export { shuffleRows, sortRows, type Sorted, type SortOptions } from "./sorting.js";
export {
  correlation,
  groupSums,
  histogram,
  mean,
  median,
  percentile,
  variance,
  type CorrelationOptions,
  type GroupOptions,
  type GroupSums,
} from "./statistics.js";
export type { PositiveOptions } from "./normalization.js";
