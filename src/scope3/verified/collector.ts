/** The buyer of a verified Scope 3 total, in a session with the aggregators; `aggregator.ts` is their end. */

import { collectBatch } from "../../aggregation/verified/collect-batch.js";
import { batchRoles } from "../../aggregation/verified/task.js";
import type { SummedVectors } from "../../aggregation/vector-sum.js";
import type { Party, ProtocolRun } from "../../channel/party.js";
import { checkArgument, checkOptions, partyRule } from "../../checks/options.js";
import { optional, text } from "../../checks/rules.js";
import { throughGate, type GateSum, type SumBackend } from "../../disclosure/gate.js";
import type { ReleasedTable } from "../../disclosure/released-table.js";
import { invalidArgument, type VeilshareError } from "../../errors.js";
import { planRule } from "../figures/arguments.js";
import { gatedFigures } from "../figures/gated-figures.js";
import type { Scope3Report } from "../report/report.js";
import { agreedVerifiedPlan, TooFewReports, totalProtocol } from "./steps.js";
import {
  amountsTask,
  neededContributors,
  verifiedScope3Report,
  type Scope3VerifiedPlan,
  type VerifiedCounts,
} from "./plan.js";

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
  options: CollectScope3VerifiedOptions = {},
): Promise<CollectedScope3> {
  const caller = "collectScope3Verified";
  checkArgument(caller, "party", party, partyRule);
  checkArgument(caller, "plan", plan, planRule("planScope3Verified"));
  checkOptions<CollectScope3VerifiedOptions>(caller, options, { release: optional(text) });
  const { release = plan.period } = options;
  const roles = batchRoles(caller, party, plan.counting, party.index);
  const aggregators = roles.aggregators.map((index) => party.names[index] ?? "");
  const agreed = agreedVerifiedPlan(caller, plan, { collector: party.name, aggregators });
  if (release === "") throw invalidArgument(caller, "a name of the release", "an empty one");
  const outcome = await party.run(totalProtocol, async (run) => {
    await run.agree({ ...agreed, release });
    return new Collection(run, plan, release).collect();
  });
  if ("code" in outcome) throw outcome; // outside the run, which has come to its end at all parties
  return outcome;
}

/** The buyer's end of the two batches. */
class Collection implements SumBackend {
  readonly canWrap = false;
  readonly #run: ProtocolRun;
  readonly #plan: Scope3VerifiedPlan;
  readonly #release: string;
  readonly #refused = { counts: 0, amounts: 0 };
  #counts: VerifiedCounts = { result: [], reports: 0 };
  #collected: VerifiedCounts | undefined;

  constructor(run: ProtocolRun, plan: Scope3VerifiedPlan, release: string) {
    this.#run = run;
    this.#plan = plan;
    this.#release = release;
  }

  /** Gives the error of a batch with too few reports, which all parties come to. */
  async collect(): Promise<CollectedScope3 | VeilshareError> {
    const plan = this.#plan;
    const rule = gatedFigures({
      choice: plan,
      maxAbs: plan.maxAmount,
      needed: () => neededContributors(plan),
    });
    try {
      const { decision, counted } = await throughGate(this, rule, undefined);
      const report = verifiedScope3Report(plan, { ...decision, reports: counted }, this.#collected);
      return { report, counted, included: this.#collected?.reports ?? counted, refused: this.#refused };
    } catch (thrown) {
      if (thrown instanceof TooFewReports) return thrown.error;
      throw thrown;
    }
  }

  async add({ step, length }: GateSum): Promise<SummedVectors> {
    const task = step === "counts" ? this.#plan.counting : amountsTask(this.#plan, this.#counts, length);
    const batch = { batch: `${this.#release}/${step}`, collector: this.#run.index };
    const reveal = step === "counts" ? ({ reveal: "all" } as const) : {};
    const collected = await collectBatch(this.#run, task, { ...batch, ...reveal });
    if (!collected.released) throw new TooFewReports(step, task.minReports);
    const { result, reports, rejected } = collected;
    this.#refused[step] = rejected;
    if (step === "counts") this.#counts = { result, reports };
    else this.#collected = { result, reports };
    return { sum: BigInt64Array.from(result), contributors: reports };
  }

  /** The buyer knows how many suppliers there are, not who. */
  members(): undefined {
    return undefined;
  }

  exchangeHistory(): Promise<readonly ReleasedTable[]> {
    return Promise.resolve([]);
  }
}
