export type { LookupAnswer, LookupClient, LookupOutcome } from "./client.js";
export { DownloadBudget, EvaluationBudget } from "./budgets.js";
export type { ClientBudgetGrant, ClientBudgetOptions } from "./client-budget.js";
export type { SetDownload } from "./fetch-set.js";
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
export type { LookupRefusal } from "./refusal.js";
export { serveLookup, type ServedLookups, type ServeLookupOptions } from "./serve.js";
export { decodeSet, encodeSet, type ExpectedSet } from "./set-file.js";
export { LookupStore, type LookupStoreOptions, type StoreVersion } from "./store.js";
export { lookupSession, verifiedLookup, type LookupOptions, type LookupResult } from "./verified-lookup.js";
