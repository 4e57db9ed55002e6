export { maxParties, secureSum, type SecureSumOptions, type SumVector } from "./secure-sum.js";
export * from "./verified/index.js";
export * from "./resilient/index.js";
export * from "./federated/index.js";
