export { readFootprint, readFootprints, type ReadFootprintOptions } from "./activity-table.js";
export { categoryNames } from "./categories.js";
export type { CellStatus } from "./disclosure.js";
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
export { formatScope3Csv, formatScope3Text } from "./report-formats.js";
export type { DataQualityMeans, Emissions, Money, Scope3Cell, Scope3Report } from "./report.js";
export { scope3Total, type Scope3Options } from "./total.js";
