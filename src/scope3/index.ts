export { readFootprint, readFootprints, type ReadFootprintOptions } from "./lines/activity-table.js";
export { categoryNames } from "./lines/categories.js";
export type { CellStatus } from "./figures/disclosure.js";
export type { Scope3Dominance } from "./figures/dominance.js";
export {
  readEmissionFactors,
  type EmissionFactor,
  type ReadEmissionFactorsOptions,
} from "./lines/emission-factors.js";
export type {
  ActivityLine,
  ActivityLineBase,
  AllocatedLine,
  QuantityLine,
  SpendLine,
} from "./lines/activity-line.js";
export type { DataQuality } from "./lines/data-quality.js";
export type { Footprint } from "./lines/footprint.js";
export { joinScope3Total, type JoinScope3Options, type Scope3Contribution } from "./total/join-total.js";
export { verifyContribution, verifyTotalEvidence, type TotalEvidence } from "./report/evidence.js";
export {
  readProductFootprint,
  readProductFootprints,
  type ProductFootprint,
  type ReadProductFootprintsOptions,
} from "./product/product-footprint.js";
export {
  scope3FootprintDocument,
  upstreamLine,
  type FootprintDocumentOptions,
  type UpstreamLineOptions,
} from "./product/report-footprint.js";
export type { ReleaseGuard } from "../disclosure/release-guard.js";
export { planScope3Total, type Scope3Plan, type Scope3PlanOptions } from "./total/resilient-plan.js";
export { serveScope3Total, type Scope3Outcome, type ServeScope3Options } from "./total/serve-total.js";
export { formatScope3Csv, formatScope3Text } from "./report/report-formats.js";
export type { DataQualityMeans, Emissions, Money, Scope3Cell, Scope3Report } from "./report/report.js";
export { scope3Total, type Scope3Options } from "./total/total.js";
export {
  planVerifiedAmounts,
  planVerifiedScope3,
  verifiedAmounts,
  verifiedCounts,
  verifiedScope3Report,
  type Scope3Task,
  type VerifiedAmountsPlan,
  type VerifiedCounts,
  type VerifiedScope3Options,
  type VerifiedScope3Plan,
} from "./verified/verified-total.js";
export {
  aggregateVerifiedScope3,
  type AggregateVerifiedScope3Options,
  type RefusedSupplier,
  type Scope3Aggregation,
} from "./verified/verified-aggregate.js";
export {
  collectVerifiedScope3,
  type CollectedScope3,
  type CollectVerifiedScope3Options,
} from "./verified/verified-collect.js";
export {
  joinVerifiedScope3,
  type JoinVerifiedScope3Options,
  type VerifiedContribution,
} from "./verified/verified-join.js";
export {
  yearOnYear,
  type CategoryChange,
  type ChangeRefusal,
  type EmissionsChange,
  type YearOnYear,
} from "./report/year-on-year.js";
