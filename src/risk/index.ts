export type { AlignmentOptions } from "../owners/alignment.js";
export type { CategoryColumn, FeatureColumn, NumericColumn } from "../owners/columns.js";
export { computations, defaultComputation, type Computation } from "../mpc/computation.js";
export { thirdRoles } from "../owners/computation.js";
export { jointRiskModel } from "./joint-risk-model.js";
export type {
  ColumnCounts,
  DealerInput,
  ExactMeasures,
  HelperInput,
  JointRiskModelOptions,
  LenderInput,
  LenderReport,
  OwnedRows,
  OwnerReport,
  Performance,
  PlatformInput,
  PlatformReport,
  RiskDealerReport,
  RiskHelperReport,
  RiskInput,
  RiskReport,
  Validation,
} from "./inputs-and-reports.js";
export { fitLogisticRegression } from "./baseline.js";
export {
  jointScore,
  type JointScoreOptions,
  type ScoreHelperReport,
  type ScoreInput,
  type ScoreReport,
} from "./joint-score.js";
export type { ApplicantGuard } from "./applicants.js";
export type { Disclosure } from "./disclosure.js";
export type { ToldMeasures } from "./measures.js";
export { measureCuts } from "./score-scale.js";
export { loadModelPart, saveModelPart, type RiskModelPart } from "./model.js";
export { openModelPart, sealModelPart } from "./sealed-part.js";
export { discrimination, logLoss, type Discrimination } from "./metrics.js";
export { scoreInTheClear, trainInTheClear, type LinearModel } from "./clear-training.js";
export {
  fitPreparation,
  keepColumns,
  prepareColumns,
  preparedNames,
  type CategoryPreparation,
  type DesignMatrix,
  type NumericPreparation,
  type Preparation,
  type Standardisation,
} from "./preparation.js";
export { foldRows, splitRows, type Split } from "./split.js";
export type { TrainingOptions } from "./training-plan.js";
export type { RiskRole, RoleNames } from "./roles.js";
