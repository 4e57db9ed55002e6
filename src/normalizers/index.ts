export { normalizeCompanyName, type CompanyNameOptions } from "./company-name.js";
export { creditCodeCheck, normalizeCreditCode } from "./credit-code.js";
export { normalizeEmail } from "./email.js";
export { normalizePhone, type KnownPhoneCountry, type PhoneCountry } from "./phone.js";
