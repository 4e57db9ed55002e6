export {
  createGroup,
  type DecodeOptions,
  type Group,
  type GroupBackendName,
  type GroupOptions,
} from "./group.js";
export {
  addEach,
  decodeCheck,
  defaultGroup,
  firstInvalidElement,
  hashAndMultiply,
  hashToGroup,
  hashToScalars,
  linearCombinationVartime,
  multiply,
  multiplyBase,
  multiplyEach,
  subtractEach,
} from "./ristretto255.js";
export { elementBytes, invalidElementRow, type IdentityRule } from "./backend.js";
export { invertScalar, invertScalars, randomScalar, randomScalars, scalarBytes } from "./scalars.js";
export * as oprf from "./oprf.js";
export * as voprf from "./voprf.js";
export type { OprfRequest } from "./oprf.js";
export type { VoprfEvaluation, VoprfRequest } from "./voprf.js";
export {
  hashAndMultiplyJob,
  hashToGroupJob,
  multiplyEachJob,
  multiplyJob,
  type HashAndMultiplyInput,
  type MultiplyEachInput,
  type MultiplyInput,
} from "./jobs.js";
