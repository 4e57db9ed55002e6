/**
 * The server of a Scope 3 total whose suppliers come and go; `supplier.ts` is a supplier's end. Each supplier has a
 * session with the server alone.
 *
 *   server <-> supplier   the plan                                                    (agree)
 *   all                   resilient sum of 0/1: who has emissions in which category   (resilient-sum)
 *   server -> supplier    the counts
 *   all                   resilient sum of the amounts of the cells that may be shown (resilient-sum)
 *   server -> supplier    these, with `reveal: "all"`
 */

import { checkArgument, checkOptions, type RulesOf } from "../../checks/options.js";
import { optional, text } from "../../checks/rules.js";
import { ledgerGuardRule } from "../../disclosure/arguments.js";
import { throughGate, type GateSum, type SumBackend } from "../../disclosure/gate.js";
import type { ReleaseGuard } from "../../disclosure/release-guard.js";
import type { ReleasedTable } from "../../disclosure/released-table.js";
import {
  serveResilientSum,
  type LostClient,
  type ServeResilientSumOptions,
  serveResilientSumRules,
} from "../../aggregation/resilient/server.js";
import type { SummedVectors } from "../../aggregation/vector-sum.js";
import type { Party } from "../../channel/party.js";
import { invalidArgument, toVeilshareError, VeilshareError } from "../../errors.js";
import { planRule, sessionsRule } from "../figures/arguments.js";
import { checkAmounts, readAmounts } from "../figures/figures.js";
import { gatedFigures, scope3Guard } from "../figures/gated-figures.js";
import { scope3Report, type Scope3Report } from "../report/report.js";
import {
  agreedScope3Plan,
  countsAfterLosses,
  lateDropoutsOf,
  planAmounts,
  type Scope3WithServerPlan,
} from "./plan.js";

/** Runs in each session before the two sums. */
export const resilientScope3Protocol = { name: "veilshare/scope3-with-server", version: 1 } as const;

/** Options of {@link serveScope3Sum}. */
export interface ServeScope3SumOptions extends ServeResilientSumOptions {
  /** What the lines are of, e.g. `2026`: repeated in the report. */
  readonly period?: string;
  /**
   * Records the release before it is opened. It needs a period and `lateDropouts: 0`, as it must be known before whose
   * amounts will be in.
   */
  readonly guard?: ReleaseGuard;
}

const rules: RulesOf<ServeScope3SumOptions> = {
  ...serveResilientSumRules,
  period: optional(text),
  guard: optional(ledgerGuardRule),
};

/** What the server has in the end. */
export interface Scope3Outcome {
  readonly report: Scope3Report;
  /** Indices of the suppliers whose amounts are in the report; of those that were counted where no amount is shown. */
  readonly included: readonly number[];
  /** Who was lost, by index; one that was lost after its amounts were in is among `included` too. */
  readonly lost: readonly LostClient[];
}

/**
 * The Scope 3 emissions of all suppliers that stay. They may leave, fall silent or break the rules at any step.
 *
 * @param sessions - For each supplier a session of this server and that supplier alone, or the error for which there is none.
 * @throws VeilshareError PEERS_LOST when more suppliers are lost than the plan tolerates: in all before the counts, or
 *   `lateDropouts` between counts and amounts. The sum in question is not opened then. PEER_UNEXPECTED when sums contradict each
 *   other; DISCLOSURE_REFUSED by the guard; INVALID_ARGUMENT; ABORTED.
 *
 * **Security.** Semi-honest suppliers, and an active server unless the plan says otherwise: suppliers check signatures of all others
 * under keys that they have from elsewhere (`signingKeys`), so that it can't tell them different survivors and read one; each is
 * told how many others are pinned, as a server that brings the others itself knows what is left of any total. Up to `corrupt` x suppliers may pool what they saw with the server.
 * *The server learns* who is in each sum, the counts by category (1 and 2 included), and the amounts of the shown cells;
 * *suppliers* learn the counts, how many are in each sum, and with `reveal: "all"` the same amounts, both as the server says.
 * Nobody learns a supplier's own figure. *Losses between the sums*: a cell is shown only if its count less
 * `lateDropouts` is still `minContributors`, and suppliers refuse to open the second sum with more lost, so every amount that is
 * opened is of `minContributors` suppliers, whoever left. Counts of a run that is repeated after a loss differ by the counts of
 * those lost. *Not here*: counts are as the server says them; evidence (Pedersen commitments), which only
 * `sumScope3AmongPeers` gives; ranges, which each supplier checks on its own side only. What `sumScope3AmongPeers` says about spend
 * figures, about differences between runs and about lies of suppliers holds here too.
 *
 * **Cost.** Two resilient sums of at most 23 elements: 8 rounds; see {@link serveResilientSum}.
 *
 * **Source.** GHG Protocol Scope 3 Standard; Bonawitz et al. (CCS 2017); Bell et al. (CCS 2020).
 *
 * @example
 * const plan = planScope3WithServer({ suppliers: sessions.length, currency: "USD" });
 * const { report, lost } = await serveScope3Sum(sessions, plan);
 */
export async function serveScope3Sum(
  sessions: readonly (Party | VeilshareError)[],
  plan: Scope3WithServerPlan,
  options: ServeScope3SumOptions = {},
): Promise<Scope3Outcome> {
  checkArgument("serveScope3Sum", "sessions", sessions, sessionsRule);
  checkArgument("serveScope3Sum", "plan", plan, planRule("planScope3WithServer"));
  checkOptions("serveScope3Sum", options, rules);
  if (sessions.length !== plan.suppliers) {
    throw invalidArgument("serveScope3Sum", `${plan.suppliers} sessions`, String(sessions.length));
  }
  checkGuard(plan, options);
  const present = await Promise.all(sessions.map((session) => agreeWith(session, plan)));
  try {
    return await new Service(plan, options, present).serve();
  } catch (thrown) {
    for (const session of present) if (!(session instanceof VeilshareError)) session.abort(thrown);
    throw thrown;
  }
}

class Service implements SumBackend {
  readonly canWrap = true;
  readonly #plan: Scope3WithServerPlan;
  readonly #options: ServeScope3SumOptions;
  readonly #names: readonly string[];
  /** Sessions, or why there is none any more. */
  readonly #present: (Party | VeilshareError)[];
  /** Who is in the last sum. */
  #included: readonly number[] = [];

  constructor(
    plan: Scope3WithServerPlan,
    options: ServeScope3SumOptions,
    present: (Party | VeilshareError)[],
  ) {
    this.#plan = plan;
    this.#options = options;
    this.#present = present;
    this.#names = present.map((party, index) => {
      if (party instanceof VeilshareError) return party.party ?? `supplier ${index}`;
      return party.names[1 - party.index] ?? `supplier ${index}`;
    });
  }

  async serve(): Promise<Scope3Outcome> {
    const { guard, period } = this.#options;
    const plan = this.#plan;
    const needed = (counted: number): number => plan.minContributors + lateDropoutsOf(plan, counted);
    const rule = gatedFigures({ choice: plan, maxAbs: plan.maxAmount, needed });
    const outcome = await throughGate(this, rule, scope3Guard(guard, period, undefined));
    const { decision, counted, amounts } = outcome;
    const sums = readAmounts(amounts?.sum ?? new BigInt64Array(0), decision.shown);
    if (amounts !== undefined) {
      checkAmounts(
        sums,
        countsAfterLosses(decision.counts, counted - amounts.contributors),
        decision.disclosure,
      );
    }
    const { currency, minContributors } = plan;
    const about = { currency, minContributors, lateDropouts: lateDropoutsOf(plan, counted), period };
    const lost = this.#present.flatMap((session, index) =>
      session instanceof VeilshareError ? [{ index, error: session }] : [],
    );
    const { counts, disclosure } = decision;
    const report = scope3Report({ ...about, suppliers: this.members(), counts, disclosure, sums });
    return { report, included: this.#included, lost };
  }

  /** One sum over those that are there; who is lost in it takes no part in a later one. */
  async add({ step, length }: GateSum): Promise<SummedVectors> {
    const plan =
      step === "counts" ? this.#plan.counting : planAmounts(this.#plan, length, this.#included.length);
    const { guard: _guard, period: _period, ...sumOptions } = this.#options;
    const outcome = await serveResilientSum(this.#present, plan, sumOptions);
    for (const { index, error } of outcome.lost) this.#present[index] = error;
    this.#included = outcome.included;
    return { sum: outcome.totals, contributors: outcome.included.length };
  }

  members(): readonly string[] {
    return this.#included.map((index) => this.#names[index] ?? `supplier ${index}`);
  }

  exchangeHistory(): Promise<readonly ReleasedTable[]> {
    return Promise.resolve([]);
  }
}

/** A supplier with another plan is lost; the others go on. */
async function agreeWith(
  session: Party | VeilshareError,
  plan: Scope3WithServerPlan,
): Promise<Party | VeilshareError> {
  if (session instanceof VeilshareError) return session;
  try {
    await session.run(resilientScope3Protocol, (run) => run.agree(agreedScope3Plan(plan)));
    return session;
  } catch (thrown) {
    return toVeilshareError(thrown);
  }
}

function checkGuard(plan: Scope3WithServerPlan, { guard, period }: ServeScope3SumOptions): void {
  if (guard === undefined || (period !== undefined && plan.lateDropouts === 0)) return;
  const got = `${plan.lateDropouts} and ${period === undefined ? "no period" : "a period"}`;
  throw invalidArgument("serveScope3Sum", "with a guard lateDropouts of 0 and a period", got);
}
