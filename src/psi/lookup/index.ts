export type { LookupAnswer, LookupClient, LookupOutcome } from "./client.js";
export { EvaluationBudget, type EvaluationBudgetOptions, type EvaluationGrant } from "./evaluation-budget.js";
export { lookup, lookupSession, type LookupOptions, type LookupResult } from "./lookup.js";
export {
  deriveLookupKey,
  publishSet,
  updateSet,
  type LookupEntry,
  type PublishSetOptions,
  type PublishWork,
  type SetChanges,
} from "./publish.js";
export type { PublishedSet, SetInfo } from "./published-set.js";
export { serveLookup, type ServedLookups, type ServeLookupOptions } from "./serve.js";
export { decodeSet, encodeSet, type ExpectedSet } from "./set-file.js";
export { LookupStore, type StoreVersion } from "./store.js";
