export { chooseGraph, type GraphOptions, type GraphParameters, type ServerModel } from "./choose-graph.js";
export type { ClientOptions, ClientPlace } from "./client-place.js";
export { ResilientClient } from "./client-state.js";
export { resilientSum, type ResilientContribution, type ResilientSumOptions } from "./client.js";
export { planResilientSum, type ResilientPlan, type ResilientPlanOptions } from "./plan.js";
export type { SummableVector } from "./ring.js";
export {
  serveResilientSum,
  type LostClient,
  type ResilientOutcome,
  type ServeResilientSumOptions,
} from "./server.js";
export type { ServerOptions } from "./server-options.js";
export { ResilientServer } from "./server-state.js";
export { SigningKey } from "../../channel/identity/signing-key.js";
export type { ResilientTotal } from "./unmasking.js";
