/** The buyer of a verified Scope 3 total, in a session with the aggregators; `aggregator.ts` is their end. */

import { collectBatch } from "../../aggregation/verified/collect-batch.js";
import { batchRoles } from "../../aggregation/verified/task.js";
import type { Party } from "../../channel/party.js";
import { invalidArgument } from "../../errors.js";
import type { Scope3Report } from "../report/report.js";
import { agreedVerifiedPlan, tooFewReports, totalProtocol } from "./steps.js";
import { planVerifiedAmounts, verifiedScope3Report, type Scope3VerifiedPlan } from "./plan.js";

/** Options of {@link collectScope3Verified}; the same at the aggregators. */
export interface CollectScope3VerifiedOptions {
  /** Names the release: the aggregators give out each once. Default: the plan's period. */
  readonly release?: string;
}

/** What the buyer has in the end. */
export interface CollectedScope3 {
  readonly report: Scope3Report;
  /** Suppliers that are in the counts. */
  readonly counted: number;
  /** Suppliers that are in the amounts; those of the counts where no amount is shown. */
  readonly included: number;
  /** Reports that were refused: not proved to be in range, or used before. */
  readonly refused: { readonly counts: number; readonly amounts: number };
}

/**
 * Collects the total.
 *
 * @param party - A session of the aggregators and this buyer.
 * @throws VeilshareError PEERS_LOST when too few valid reports came for one of the batches; PEER_UNEXPECTED when the figures
 *   contradict each other, so that a supplier lied or an aggregator did not follow the protocol; all of `collectBatch`.
 *
 * **Security.** See {@link planScope3Verified}. The buyer can't tell whether aggregators added up what they should.
 */
export async function collectScope3Verified(
  party: Party,
  plan: Scope3VerifiedPlan,
  { release = plan.period }: CollectScope3VerifiedOptions = {},
): Promise<CollectedScope3> {
  const caller = "collectScope3Verified";
  const roles = batchRoles(caller, party, plan.counting, party.index);
  const aggregators = roles.aggregators.map((index) => party.names[index] ?? "");
  const agreed = agreedVerifiedPlan(caller, plan, { collector: party.name, aggregators });
  if (release === "") throw invalidArgument(caller, "a name of the release", "an empty one");
  const outcome = await party.run(totalProtocol, async (run) => {
    await run.agree({ ...agreed, release });
    const common = { collector: run.index };
    const counted = await collectBatch(run, plan.counting, {
      ...common,
      batch: `${release}/counts`,
      reveal: "all",
    });
    if (!counted.released) return tooFewReports("counts", plan.counting.minReports);
    const planned = planVerifiedAmounts(plan, counted);
    const about = { counted: counted.reports, refused: { counts: counted.rejected, amounts: 0 } };
    const { amounts } = planned;
    if (amounts === undefined) {
      const report = verifiedScope3Report(plan, planned, undefined);
      return { ...about, report, included: counted.reports };
    }
    const collected = await collectBatch(run, amounts, { ...common, batch: `${release}/amounts` });
    if (!collected.released) return tooFewReports("amounts", amounts.minReports);
    const report = verifiedScope3Report(plan, planned, collected);
    const refused = { counts: counted.rejected, amounts: collected.rejected };
    return { ...about, report, included: collected.reports, refused };
  });
  if ("code" in outcome) throw outcome; // outside the run, which has come to its end at all parties
  return outcome;
}
