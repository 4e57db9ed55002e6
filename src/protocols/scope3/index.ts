export { readFootprint, readFootprints, type ReadFootprintOptions } from "./activity-table.js";
export { categoryNames } from "./categories.js";
export type { CellStatus } from "./disclosure.js";
export type { Scope3Dominance } from "./dominance.js";
export {
  readEmissionFactors,
  type EmissionFactor,
  type ReadEmissionFactorsOptions,
} from "./emission-factors.js";
export type {
  ActivityLine,
  ActivityLineBase,
  AllocatedLine,
  QuantityLine,
  SpendLine,
} from "./activity-line.js";
export type { DataQuality } from "./data-quality.js";
export type { Footprint } from "./footprint.js";
export { joinScope3Total, type JoinScope3Options, type Scope3Contribution } from "./join-total.js";
export { verifyContribution, verifyTotalEvidence, type TotalEvidence } from "./evidence.js";
export {
  readProductFootprint,
  readProductFootprints,
  type ProductFootprint,
  type ReadProductFootprintsOptions,
} from "./product-footprint.js";
export {
  scope3FootprintDocument,
  upstreamLine,
  type FootprintDocumentOptions,
  type UpstreamLineOptions,
} from "./report-footprint.js";
export type { ReleaseGuard } from "../../aggregation/disclosure/release-guard.js";
export { planScope3Total, type Scope3Plan, type Scope3PlanOptions } from "./resilient-plan.js";
export { serveScope3Total, type Scope3Outcome, type ServeScope3Options } from "./serve-total.js";
export { formatScope3Csv, formatScope3Text } from "./report-formats.js";
export type { DataQualityMeans, Emissions, Money, Scope3Cell, Scope3Report } from "./report.js";
export { scope3Total, type Scope3Options } from "./total.js";
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
} from "./verified-total.js";
export {
  aggregateVerifiedScope3,
  type AggregateVerifiedScope3Options,
  type RefusedSupplier,
  type Scope3Aggregation,
} from "./verified-aggregate.js";
export {
  collectVerifiedScope3,
  type CollectedScope3,
  type CollectVerifiedScope3Options,
} from "./verified-collect.js";
export {
  joinVerifiedScope3,
  type JoinVerifiedScope3Options,
  type VerifiedContribution,
} from "./verified-join.js";
export {
  yearOnYear,
  type CategoryChange,
  type ChangeRefusal,
  type EmissionsChange,
  type YearOnYear,
} from "./year-on-year.js";
