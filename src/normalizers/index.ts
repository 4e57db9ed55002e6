export { companyNameNormalizer, normalizeCompanyName, type CompanyNameOptions } from "./company-name.js";
export { creditCodeCheck, creditCodeNormalizer, normalizeCreditCode } from "./credit-code.js";
export { emailNormalizer, normalizeEmail } from "./email.js";
export { ibanNormalizer, normalizeIban } from "./iban.js";
export { leiNormalizer, normalizeLei } from "./lei.js";
export { normalizePhone, phoneNormalizer, type PhoneCountry } from "./phone.js";
export { normalizeResidentIdentity, residentIdentityNormalizer } from "./resident-identity.js";
export { normalizeVatNumber, vatNumberNormalizer, type VatCountry } from "./vat-number.js";
export { Normalizer, type NormalizerIdentity, type NormalizerParts } from "./normalizer.js";
