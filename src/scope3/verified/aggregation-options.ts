/** What an aggregator of a verified Scope 3 total is called with. */

import type { Party } from "../../channel/party.js";
import {
  checkArgument,
  checkOptions,
  partyRule,
  stateStoreRule,
  type RulesOf,
} from "../../checks/options.js";
import { number, optional, text } from "../../checks/rules.js";
import { ledgerGuardRule } from "../../disclosure/arguments.js";
import type { ReleaseGuard } from "../../disclosure/release-guard.js";
import type { VeilshareError } from "../../errors.js";
import type { StateStore } from "../../store/index.js";
import { planRule, sessionsRule } from "../figures/arguments.js";
import type { Scope3VerifiedPlan } from "./plan.js";

/** Options of {@link aggregateScope3Verified}. */
export interface AggregateScope3VerifiedOptions {
  /** Name of the buyer in the aggregators' session. */
  readonly collector: string;
  /** Where this aggregator keeps which reports it has used and what it has released. */
  readonly store: StateStore;
  /** Names the release, which is given out once; the same at all. Default: the plan's period. */
  readonly release?: string;
  /** Longest wait for a supplier to take a step, from the time that it may. Default 60,000. */
  readonly supplierTimeoutMs?: number;
  /** Most bytes of reports that wait. Default 256 MiB: some 10,000 suppliers at the leader. */
  readonly maxPendingBytes?: number;
  /**
   * The own ledger, in which what is to be shown is recorded, under the plan's period and the names of the suppliers that are
   * counted, before amounts are asked for. It needs `lateDropouts` 0, as it must be known before whose amounts will be in.
   */
  readonly guard?: ReleaseGuard;
}

const rules: RulesOf<AggregateScope3VerifiedOptions> = {
  collector: text,
  store: stateStoreRule,
  release: optional(text),
  supplierTimeoutMs: optional(number()),
  maxPendingBytes: optional(number()),
  guard: optional(ledgerGuardRule),
};

/** @throws VeilshareError INVALID_ARGUMENT. */
export function checkAggregation(
  caller: string,
  given: {
    readonly sessions: readonly (Party | VeilshareError)[];
    readonly party: Party;
    readonly plan: Scope3VerifiedPlan;
    readonly options: AggregateScope3VerifiedOptions;
  },
): void {
  checkArgument(caller, "sessions", given.sessions, sessionsRule);
  checkArgument(caller, "party", given.party, partyRule);
  checkArgument(caller, "plan", given.plan, planRule("planScope3Verified"));
  checkOptions(caller, given.options, rules);
}
