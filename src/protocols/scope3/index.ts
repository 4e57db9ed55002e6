export { readFootprint, readFootprints, type ReadFootprintOptions } from "./activity-table.js";
export { categoryNames } from "./categories.js";
export type { CellStatus } from "./disclosure.js";
export {
  readEmissionFactors,
  type EmissionFactor,
  type ReadEmissionFactorsOptions,
} from "./emission-factors.js";
export type { ActivityLine, ActivityLineBase, Footprint, QuantityLine, SpendLine } from "./footprint.js";
export {
  readProductFootprint,
  readProductFootprints,
  type ProductFootprint,
  type ReadProductFootprintsOptions,
} from "./product-footprint.js";
export type { Emissions, Money, Scope3Cell, Scope3Report } from "./report.js";
export { scope3Total, type Scope3Options } from "./total.js";
