export { computations, defaultComputation, type Computation } from "./computation.js";
export { compute, type ComputeOptions } from "./compute.js";
export { Engine } from "./engine.js";
export type { ConstantOptions, InputOptions, OwnedInputOptions } from "./inputs.js";
export type { Shuffled } from "./shuffling.js";
export { openDealerEngine, openReplicatedEngine, type DealerEngineOptions } from "./open-engine.js";
export { plan, type Plan, type PlannedCorrelations, type PlanOptions } from "./plan.js";
export {
  openTwoPartyEngine,
  openTwoParty,
  type TwoParty,
  type TwoPartyEngineOptions,
} from "./two-party/open-two-party-engine.js";
export { OwnedMatrix, type OwnedMatrixOptions, type RowPlan } from "./two-party/owned-matrix.js";
export type { PreprocessedCorrelations } from "./two-party/preprocessed.js";
export { exportShares, importShares, type ExportOptions } from "./share-export.js";
export { serveDealer, type DealerReport, type ServeDealerOptions } from "./dealer.js";
export { SecretMatrix, type PublicWeightOptions, type SecretShape } from "./secret-matrix.js";
export { SecretBits, type BitsShape } from "./secret-bits.js";
export { ReusableOperand, type ProductOptions } from "./products.js";
export type { Scheme } from "./scheme.js";
export type { ScaleOptions, Term } from "./combination.js";
export type { RealValues } from "./values.js";
export type {
  CorrelatedRandomness,
  Correlation,
  CorrelationShares,
  OwnedMatrixRequest,
  OwnedProducts,
} from "./correlation.js";
export {
  addToColumns,
  columnRange,
  pickColumns,
  prefixSums,
  repeatRow,
  scaleColumns,
  scaleRows,
} from "./columns.js";
export * from "./operations/index.js";
