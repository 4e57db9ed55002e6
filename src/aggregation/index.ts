export { maxParties, secureSum, type SecureSumOptions } from "./secure-sum.js";
export * from "./verified/index.js";
