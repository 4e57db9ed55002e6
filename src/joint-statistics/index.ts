export type { AlignmentOptions } from "../owners/alignment.js";
export type { CategoryColumn, FeatureColumn, NumericColumn } from "../owners/columns.js";
export { computations, defaultComputation, type Computation } from "../mpc/computation.js";
export { thirdRoles } from "../owners/computation.js";
export { jointStatistics } from "./joint-statistics.js";
export type {
  JointStatisticsInput,
  JointStatisticsOptions,
  JointStatisticsReport,
  StatisticsDealerReport,
  StatisticsHelperReport,
  StatisticsOwnerInput,
  StatisticsOwnerReport,
  StatisticsRole,
  StatisticsThirdInput,
} from "./inputs-and-reports.js";
export type {
  Answer,
  ColumnDeclaration,
  ColumnDeclarations,
  ColumnName,
  GroupMean,
  OwnerRole,
  Quantity,
  QuantityTerm,
  Question,
} from "./questions.js";
