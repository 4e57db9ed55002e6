export { intersect, type Intersection, type IntersectOptions, type SenderReport } from "./intersect.js";
export type { CommonRows } from "./common-items.js";
export type { PsiField, PsiItem, PsiItems } from "../items/items.js";
export type { FieldNormalization, KeyNormalization, Normalization } from "../items/normalization.js";
export {
  intersectCardinality,
  type Cardinality,
  type CardinalityOptions,
  type NoCardinality,
} from "./cardinality.js";
export { join, type Join, type JoinKey, type JoinOptions, type JoinRow, type NoJoin } from "./join.js";
export type { KeyConflict } from "./join-exchanges.js";
export type { OptionalKey } from "./key-column.js";
export type { JoinedRows, OwnDuplicates } from "./row-matches.js";
export type { PeerBudget } from "./peer-budget.js";
