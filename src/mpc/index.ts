export { compute, type ComputeOptions } from "./compute.js";
export { Engine, openEngine, type ConstantOptions, type EngineOptions, type InputOptions } from "./engine.js";
export { serveDealer, type DealerReport, type ServeDealerOptions } from "./dealer.js";
export { SecretMatrix, type SecretShape } from "./secret-matrix.js";
export { FixedOperand, type ProductOptions } from "./products.js";
export type { Term } from "./combination.js";
export type { RealValues } from "./values.js";
export type { CorrelatedRandomness, Correlation, CorrelationShares } from "./correlation.js";
