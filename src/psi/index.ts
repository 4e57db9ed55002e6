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
export { normalizeCompanyName, type CompanyNameOptions } from "./normalizers/company-name.js";
export { creditCodeCheck, normalizeCreditCode } from "./normalizers/credit-code.js";
export { normalizeEmail } from "./normalizers/email.js";
export { normalizePhone, type KnownPhoneCountry, type PhoneCountry } from "./normalizers/phone.js";
export { join, type Join, type JoinOptions, type JoinRow, type NoJoin } from "./join.js";
export type { OptionalKey } from "./key-column.js";
export type { JoinedRows, OwnDuplicates } from "./row-matches.js";
