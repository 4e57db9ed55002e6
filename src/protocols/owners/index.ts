export type { AlignmentOptions } from "./alignment.js";
export type { CategoryColumn, FeatureColumn, NumericColumn } from "./columns.js";
export { computations, thirdRoles, type Computation } from "./computation.js";
