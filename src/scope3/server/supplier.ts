/** A supplier of a Scope 3 total over its session with the server; `server.ts` is the other end. */

import { resilientSum } from "../../aggregation/resilient/client.js";
import type { Party } from "../../channel/party.js";
import { invalidArgument, VeilshareError } from "../../errors.js";
import type { RandomSource } from "../../random/csprng.js";
import {
  amountVector,
  checkAmounts,
  contradiction,
  countingVector,
  readAmounts,
  readCounts,
} from "../figures/figures.js";
import { sumFootprint, type Footprint, type FootprintSums } from "../lines/footprint.js";
import { scope3Report, type Scope3Report, type Scope3Sums } from "../report/report.js";
import { agreedScope3Plan, countsAfterLosses, planAmounts, type Scope3WithServerPlan } from "./plan.js";
import { checkBound } from "../figures/run-options.js";
import { resilientScope3Protocol } from "./server.js";

/** Options of {@link sumScope3WithServer}. */
export interface SumScope3WithServerOptions {
  /** Where masks come from; other than the default only to replay a run. */
  readonly random?: RandomSource;
}

/** What a supplier knows in the end. */
export interface Scope3Contribution {
  /** How many suppliers are in the amounts, this one among them; in the counts where no amount is shown. */
  readonly suppliers: number;
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
  if (party.size !== 2) throw invalidArgument(caller, "a session of two", String(party.size));
  const own = sumFootprint(footprint);
  if (footprint.currency !== plan.currency) {
    throw invalidArgument(caller, `a footprint in ${plan.currency}`, footprint.currency);
  }
  checkBound(caller, own, plan.maxAmount, "maxAmount");
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
  const counted = await resilientSum(party, countingVector(own, plan), plan.counting, options);
  const counts = readCounts(known(counted.totals), plan, counted.contributors);
  if (counted.contributors < plan.counting.minimum) throw contradiction("counts");
  const { sum, shown, disclosure, lateDropouts } = planAmounts(plan, counts, counted.contributors);
  let suppliers = counted.contributors;
  let sums: Scope3Sums | undefined = { gramsByCategory: new Map() };
  if (sum !== undefined) {
    const result = await resilientSum(party, amountVector(own, shown), sum, options);
    suppliers = result.contributors;
    sums = result.totals === undefined ? undefined : readAmounts(result.totals, shown);
    const lost = counted.contributors - suppliers;
    if (sums !== undefined) checkAmounts(sums, countsAfterLosses(counts, lost), disclosure);
  }
  party.progress({ step: "scope3-total", done: 1, total: 1 });
  if (plan.reveal === "server" || sums === undefined) return { suppliers, report: undefined };
  const { currency, minContributors } = plan;
  const about = { currency, minContributors, lateDropouts };
  return { suppliers, report: scope3Report({ ...about, counts, disclosure, sums }) };
}

/** The counts, which the plan reveals to all. */
function known(totals: BigInt64Array | undefined): BigInt64Array {
  if (totals !== undefined) return totals;
  throw new VeilshareError("INTERNAL", "sumScope3WithServer: expected counts, got none");
}
