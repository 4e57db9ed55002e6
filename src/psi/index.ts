export { intersect, type Intersection, type IntersectOptions, type SenderReport } from "./intersect.js";
export type { CommonRows } from "./common-items.js";
export type { PsiField, PsiItem, PsiItems } from "./items.js";
export type { Normalization } from "./normalization.js";
export {
  intersectCardinality,
  type Cardinality,
  type CardinalityOptions,
  type NoCardinality,
} from "./cardinality.js";
