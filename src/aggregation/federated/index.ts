export { federatedAveraging, type ClientTraining, type FederatedContribution } from "./client.js";
export { planFederatedAveraging, type FederatedPlan, type FederatedPlanOptions } from "./plan.js";
export { serveFederatedAveraging, type FederatedRound, type ServeFederatedOptions } from "./server.js";
export type { ClientUpdate } from "./update.js";
