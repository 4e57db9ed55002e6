export * from "./scope3/index.js";
export * from "./owners/index.js";
export * from "./joint-risk-model/index.js";
export * from "./joint-statistics/index.js";
