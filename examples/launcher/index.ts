export { exitWithError } from "./exit.js";
export type { Json } from "./messages.js";
export { runParties, type PartyPlan, type PartyProgress, type RunPartiesOptions } from "./run-parties.js";
export { serveParty, type PartyTask } from "./serve-party.js";
