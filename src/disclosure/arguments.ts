/** What a guard must be. */

import type { RulesOf } from "../checks/options.js";
import { object, rule, text, type Rule } from "../checks/rules.js";
import { QueryLedger } from "./query-ledger.js";
import type { ReleaseGuard, SeriesGuard } from "./release-guard.js";

const ledger = rule("a QueryLedger, as QueryLedger.open gives it", (value) => value instanceof QueryLedger);
const ledgerRules: RulesOf<ReleaseGuard> = { ledger };
const seriesRules: RulesOf<SeriesGuard> = { ledger, series: text, period: text };

/** A guard where the function names series and period itself. */
export const ledgerGuardRule: Rule = object(ledgerRules);

/** A guard with series and period. */
export const seriesGuardRule: Rule = object(seriesRules);
