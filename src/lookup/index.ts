export type { LookupAnswer, LookupClient, LookupOutcome } from "./session/client.js";
export { DownloadBudget, EvaluationBudget } from "./session/budgets.js";
export type { ClientBudgetGrant, ClientBudgetOptions } from "./session/client-budget.js";
export type { SetDownload } from "./session/fetch-set.js";
export {
  deriveLookupKey,
  publishSet,
  updateSet,
  type LookupEntry,
  type PublishSetOptions,
  type PublishWork,
  type SetChanges,
} from "./set/publish.js";
export type { LookupLabel } from "./set/labels.js";
export type { PublishedSet, SetInfo } from "./set/published-set.js";
export type { LookupRefusal } from "./session/refusal.js";
export { serveLookup, type ServedLookups, type ServeLookupOptions } from "./session/serve.js";
export { decodeSet, encodeSet, type ExpectedSet } from "./set/set-file.js";
export { LookupStore, type LookupStoreOptions, type StoreVersion } from "./set/store.js";
export {
  lookupSession,
  verifiedLookup,
  type LookupOptions,
  type LookupResult,
} from "./session/verified-lookup.js";
