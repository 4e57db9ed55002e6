/** A supplier of a Scope 3 total over its session with the server; `server.ts` is the other end. */

import { resilientSum } from "../../aggregation/resilient/client.js";
import { pinnedOthers } from "../../aggregation/resilient/plan.js";
import type { SigningKey } from "../../channel/identity/signing-key.js";
import type { SummedVectors } from "../../aggregation/vector-sum.js";
import type { Party } from "../../channel/party.js";
import { checkArgument, checkOptions, partyRule, type RulesOf } from "../../checks/options.js";
import { callback, optional, text } from "../../checks/rules.js";
import { signingKeyRule } from "../../aggregation/resilient/option-rules.js";
import { ledgerGuardRule } from "../../disclosure/arguments.js";
import { throughGate, type GateSum, type SumBackend } from "../../disclosure/gate.js";
import type { ReleaseGuard } from "../../disclosure/release-guard.js";
import type { ReleasedTable } from "../../disclosure/released-table.js";
import { invalidArgument, VeilshareError } from "../../errors.js";
import type { RandomSource } from "../../random/csprng.js";
import { checkFootprint, planRule } from "../figures/arguments.js";
import { checkAmounts, contradiction, readAmounts } from "../figures/figures.js";
import { gatedFigures, scope3Guard } from "../figures/gated-figures.js";
import { sumFootprint, type Footprint, type FootprintSums } from "../lines/footprint.js";
import { scope3Report, type Scope3Report } from "../report/report.js";
import { checkBound } from "../figures/run-options.js";
import {
  agreedScope3Plan,
  countsAfterLosses,
  lateDropoutsOf,
  planAmounts,
  type Scope3WithServerPlan,
} from "./plan.js";
import { resilientScope3Protocol } from "./server.js";

/** Options of {@link sumScope3WithServer}. */
export interface SumScope3WithServerOptions {
  /** Where masks come from; other than the default only to replay a run. */
  readonly random?: RandomSource;
  /** With an active server: the own key, the public part of which is in the plan. */
  readonly signingKey?: SigningKey;
  /** What the lines are of, e.g. `2026`; needed with a guard. */
  readonly period?: string;
  /**
   * The own ledger: where the own figures are others than in an earlier run of the period, this supplier objects, without
   * saying who it is, and nothing is opened. A supplier does not know who else takes part, so who came and left is for the
   * server's guard.
   */
  readonly guard?: ReleaseGuard;
}

const rules: RulesOf<SumScope3WithServerOptions> = {
  random: optional(callback),
  signingKey: optional(signingKeyRule),
  period: optional(text),
  guard: optional(ledgerGuardRule),
};

/** What a supplier knows in the end. */
export interface Scope3Contribution {
  /** How many suppliers are in the amounts, this one among them; in the counts where no amount is shown. */
  readonly suppliers: number;
  /** How many *other* suppliers the plan pins by signing keys; 0 with a semi-honest server, which may have invented them. */
  readonly pinnedOthers: number;
  /** With `reveal: "all"`, as the server says it; without the suppliers' names, which a supplier does not know. */
  readonly report: Scope3Report | undefined;
}

/**
 * Takes part in a Scope 3 total with the own lines.
 *
 * @param party - A session of this supplier and the server alone.
 * @param footprint - The own lines; it may have none.
 * @param plan - The same numbers as the server's, made from the same options.
 * @throws VeilshareError INVALID_DATA with the line's place; BOUND_EXCEEDED for an own amount above the plan's `maxAmount`;
 *   INVALID_ARGUMENT for another currency than the plan's: nothing is sent in any of these cases. PEER_MISMATCH for another
 *   plan at the server, or when it lost more suppliers than the plan tolerates; PEER_UNEXPECTED when its figures contradict each
 *   other; all of {@link resilientSum}.
 *
 * **Security.** See `serveScope3Sum`.
 *
 * @example
 * const { suppliers } = await sumScope3WithServer(party, { currency: "USD", lines }, plan);
 */
export async function sumScope3WithServer(
  party: Party,
  footprint: Footprint,
  plan: Scope3WithServerPlan,
  options: SumScope3WithServerOptions = {},
): Promise<Scope3Contribution> {
  const caller = "sumScope3WithServer";
  checkArgument(caller, "party", party, partyRule);
  checkFootprint(caller, footprint);
  checkArgument(caller, "plan", plan, planRule("planScope3WithServer"));
  checkOptions(caller, options, rules);
  if (party.size !== 2) throw invalidArgument(caller, "a session of two", String(party.size));
  const own = sumFootprint(footprint);
  if (footprint.currency !== plan.currency) {
    throw invalidArgument(caller, `a footprint in ${plan.currency}`, footprint.currency);
  }
  checkBound(caller, own, plan.maxAmount, "maxAmount");
  if (options.guard !== undefined && options.period === undefined) {
    throw invalidArgument(caller, "a period with the guard", "none");
  }
  try {
    return await contribute(party, own, plan, options);
  } catch (thrown) {
    party.abort(thrown); // what went wrong between two runs, the server would wait for
    throw thrown;
  }
}

async function contribute(
  party: Party,
  own: FootprintSums,
  plan: Scope3WithServerPlan,
  options: SumScope3WithServerOptions,
): Promise<Scope3Contribution> {
  await party.run(resilientScope3Protocol, (run) => run.agree(agreedScope3Plan(plan)));
  const sums = new ClientSums(party, plan, options);
  const needed = (counted: number): number => plan.minContributors + lateDropoutsOf(plan, counted);
  const rule = gatedFigures({ choice: plan, own, maxAbs: plan.maxAmount, needed });
  const guard = scope3Guard(options.guard, options.period, own);
  const { decision, counted, amounts } = await throughGate(sums, rule, guard);
  party.progress({ step: "scope3-total", done: 1, total: 1 });
  const { counts, disclosure, shown } = decision;
  const suppliers = amounts?.contributors ?? counted;
  const pinned = pinnedOthers(plan.counting);
  if (amounts !== undefined && plan.reveal === "server")
    return { suppliers, pinnedOthers: pinned, report: undefined };
  const read = readAmounts(amounts?.sum ?? new BigInt64Array(0), shown);
  if (amounts !== undefined) checkAmounts(read, countsAfterLosses(counts, counted - suppliers), disclosure);
  if (plan.reveal === "server") return { suppliers, pinnedOthers: pinned, report: undefined };
  const { currency, minContributors } = plan;
  const about = { currency, minContributors, lateDropouts: lateDropoutsOf(plan, counted) };
  return {
    suppliers,
    pinnedOthers: pinned,
    report: scope3Report({ ...about, counts, disclosure, sums: read }),
  };
}

/** A client's end of the two sums. */
class ClientSums implements SumBackend {
  readonly canWrap = true;
  readonly #party: Party;
  readonly #plan: Scope3WithServerPlan;
  readonly #options: SumScope3WithServerOptions;
  #counted = 0;

  constructor(party: Party, plan: Scope3WithServerPlan, options: SumScope3WithServerOptions) {
    this.#party = party;
    this.#plan = plan;
    this.#options = options;
  }

  async add({ step, own, length }: GateSum): Promise<SummedVectors> {
    const plan = step === "counts" ? this.#plan.counting : planAmounts(this.#plan, length, this.#counted);
    if (own === undefined)
      throw new VeilshareError("INTERNAL", "sumScope3WithServer: expected an own vector");
    const { random, signingKey } = this.#options;
    const { contributors, totals } = await resilientSum(this.#party, own, plan, {
      ...(random === undefined ? {} : { random }),
      ...(signingKey === undefined ? {} : { signingKey }),
    });
    if (step === "counts") {
      if (contributors < plan.minimum) throw contradiction("counts");
      this.#counted = contributors;
    }
    return { sum: totals ?? new BigInt64Array(0), contributors };
  }

  /** A client knows how many others there are, not who. */
  members(): undefined {
    return undefined;
  }

  exchangeHistory(): Promise<readonly ReleasedTable[]> {
    return Promise.resolve([]);
  }
}
