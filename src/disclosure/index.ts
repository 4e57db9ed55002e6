export {
  QueryLedger,
  type QueryLedgerOptions,
  type QueryRefusal,
  type QueryVerdict,
  type TotalQuery,
} from "./query-ledger.js";
export type { ReleaseGuard } from "./release-guard.js";
export { releaseTotals, type ReleasedCell, type ReleaseOptions } from "./release-totals.js";
export { isSensitive, localShare, type DominanceRule } from "./rules.js";
