export * from "./scope3/index.js";
export * from "./joint-risk-model/index.js";
