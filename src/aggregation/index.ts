export { maxParties, secureSum, type SecureSumOptions } from "./secure-sum.js";
