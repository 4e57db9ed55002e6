export * from "./scope3/index.js";
