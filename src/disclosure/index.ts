export { QueryLedger, type QueryLedgerOptions, type QueryVerdict, type TotalQuery } from "./query-ledger.js";
export type { ReleaseGuard, SeriesGuard } from "./release-guard.js";
export type { QueryRefusal } from "./released-table.js";
export { releaseTotals, type ReleasedCell, type ReleaseOptions } from "./release-totals.js";
export { isSensitive, localShare, type DominanceRule } from "./rules.js";
