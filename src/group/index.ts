export {
  decodeCheck,
  firstInvalidElement,
  hashAndMultiply,
  hashToGroup,
  linearCombinationVartime,
  multiply,
  multiplyBase,
  multiplyEach,
  type DecodeOptions,
} from "./ristretto255.js";
export { elementBytes, invalidElementRow, type IdentityRule } from "./backend.js";
export { invertScalar, randomScalar, randomScalars, scalarBytes } from "./scalars.js";
