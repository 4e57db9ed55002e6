export { joinFederatedAveraging, type ClientTraining, type FederatedContribution } from "./join.js";
export { planFederatedAveraging, type FederatedPlan, type FederatedPlanOptions } from "./plan.js";
export { serveFederatedAveraging, type FederatedRound, type ServeFederatedOptions } from "./serve.js";
export type { ClientUpdate } from "./update.js";
