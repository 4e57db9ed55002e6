export type { GroupStatus } from "./admission.js";
export type { HistogramPercentile } from "./histogram.js";
export type { Measure } from "./measure.js";
export {
  sumRegression,
  type Regression,
  type RegressionOptions,
  type RegressionRow,
} from "./sum-regression.js";
export {
  sumStatistics,
  type GroupStatistics,
  type ShownGroup,
  type StatisticsOptions,
  type StatisticsReport,
  type StatisticsRow,
  type WithheldGroup,
} from "./sum-statistics.js";
