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
export {
  sumScope3WithServer,
  type SumScope3WithServerOptions,
  type Scope3Contribution,
} from "./server/supplier.js";
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
export {
  planScope3WithServer,
  type Scope3WithServerPlan,
  type PlanScope3WithServerOptions,
} from "./server/plan.js";
export { serveScope3Sum, type Scope3Outcome, type ServeScope3SumOptions } from "./server/server.js";
export { formatScope3Csv } from "./report/report-csv.js";
export { formatScope3Text, type Scope3TextOptions } from "./report/report-text.js";
export type { DataQualityMeans, Emissions, Money, Scope3Cell, Scope3Report } from "./report/report.js";
export { sumScope3AmongPeers, type SumScope3AmongPeersOptions } from "./peers/sum-among-peers.js";
export {
  planVerifiedAmounts,
  planScope3Verified,
  verifiedAmounts,
  verifiedCounts,
  verifiedScope3Report,
  type Scope3Task,
  type VerifiedAmountsPlan,
  type VerifiedCounts,
  type PlanScope3VerifiedOptions,
  type Scope3VerifiedPlan,
} from "./verified/plan.js";
export {
  aggregateScope3Verified,
  type RefusedSupplier,
  type Scope3Aggregation,
} from "./verified/aggregator.js";
export type { AggregateScope3VerifiedOptions } from "./verified/aggregation-options.js";
export {
  collectScope3Verified,
  type CollectedScope3,
  type CollectScope3VerifiedOptions,
} from "./verified/collector.js";
export {
  sumScope3Verified,
  type SumScope3VerifiedOptions,
  type VerifiedContribution,
} from "./verified/supplier.js";
export {
  yearOnYear,
  type CategoryChange,
  type ChangeRefusal,
  type EmissionsChange,
  type YearOnYear,
} from "./report/year-on-year.js";
