/** A supplier of a verified Scope 3 total, in a session with each aggregator; `aggregator.ts` is their end. */

import type { ReportShare } from "../../aggregation/verified/report-message.js";
import { prepareReport, uploadReports } from "../../aggregation/verified/upload.js";
import { equalBytes } from "../../bytes/encoding.js";
import { Latch, withinLimits } from "../../waiting/wait.js";
import type { Party, ProtocolRun } from "../../channel/party.js";
import { checkArgument, checkOptions, partyRule, type RulesOf } from "../../checks/options.js";
import { callback, listOf, optional, text } from "../../checks/rules.js";
import { ledgerGuardRule } from "../../disclosure/arguments.js";
import { invalidArgument, toVeilshareError, VeilshareError } from "../../errors.js";
import type { RandomSource } from "../../random/csprng.js";
import type { ReleaseGuard, RunGuard } from "../../disclosure/release-guard.js";
import { checkFootprint, planRule } from "../figures/arguments.js";
import { scope3Guard } from "../figures/gated-figures.js";
import { sumFootprint, type Footprint } from "../lines/footprint.js";
import {
  agreedVerifiedPlan,
  countsNoticeBytes,
  decodeCountsNotice,
  endings,
  supplyProtocol,
  tooFewReports,
} from "./steps.js";
import {
  planVerifiedAmounts,
  verifiedAmounts,
  verifiedCounts,
  type Scope3Task,
  type VerifiedAmountsPlan,
  type Scope3VerifiedPlan,
} from "./plan.js";

/** Options of {@link sumScope3Verified}; the first two as at the aggregators. */
export interface SumScope3VerifiedOptions {
  /** Name of the buyer: who gets the totals. */
  readonly collector: string;
  /** Names the release. Default: the plan's period. */
  readonly release?: string;
  /** Where shares come from; other than the default only to replay a run. */
  readonly random?: RandomSource;
  /**
   * The own ledger: where the own figures are others than in an earlier run of the plan's period, this supplier objects, and
   * nothing is opened. How many object becomes known, not who. Who came and left is for the aggregators' guards.
   */
  readonly guard?: ReleaseGuard;
}

const rules: RulesOf<SumScope3VerifiedOptions> = {
  collector: text,
  release: optional(text),
  random: optional(callback),
  guard: optional(ledgerGuardRule),
};

/** What a supplier knows in the end. */
export interface VerifiedContribution {
  /** False when its report of counts was refused, or not all aggregators held it: it sent no amounts then. */
  readonly counted: boolean;
  /** Whether its amounts are in the total; where no amount is shown, whether it was counted. */
  readonly included: boolean;
  /** What the counts lead to, as all aggregators say them. */
  readonly planned: VerifiedAmountsPlan;
}

/**
 * Takes part in a verified Scope 3 total with the own lines.
 *
 * @param parties - By aggregator id, a session of that aggregator and this supplier alone.
 * @param footprint - The own lines; it may have none.
 * @throws VeilshareError INVALID_DATA with the line's place; BOUND_EXCEEDED for an own amount above the plan's `maxAmount`;
 *   INVALID_ARGUMENT for another currency, or aggregators that are not the plan's number of different parties: nothing is sent
 *   in any of these cases. PEER_MISMATCH when an aggregator has another plan, or says something else than the others;
 *   PEER_UNEXPECTED when counts contradict each other, or a report is not taken; PEERS_LOST when too few valid reports came;
 *   PEER_CLOSED, PEER_ABORTED and the others of `Party.receive`. All sessions are over then.
 *
 * **Security.** See {@link planScope3Verified}. Amounts are sent only once all aggregators have said the same counts, so that
 * one that is honest keeps the others from having more shown than the counts allow. Whether a report was found valid is what
 * they say.
 *
 * @example
 * const { included } = await sumScope3Verified(parties, { currency: "USD", lines }, plan, { collector: "buyer" });
 */
export async function sumScope3Verified(
  parties: readonly Party[],
  footprint: Footprint,
  plan: Scope3VerifiedPlan,
  options: SumScope3VerifiedOptions,
): Promise<VerifiedContribution> {
  const caller = "sumScope3Verified";
  checkArgument(caller, "parties", parties, listOf(partyRule));
  checkFootprint(caller, footprint);
  checkArgument(caller, "plan", plan, planRule("planScope3Verified"));
  checkOptions(caller, options, rules);
  for (const { size } of parties) {
    if (size !== 2) throw invalidArgument(caller, "sessions of two", String(size));
  }
  const { collector, release = plan.period, random } = options;
  const aggregators = parties.map((party) => party.names[1 - party.index] ?? "");
  const agreed = { ...agreedVerifiedPlan(caller, plan, { collector, aggregators }), release };
  const guard = scope3Guard(options.guard, plan.period, sumFootprint(footprint));
  const first = prepareReport<ArrayLike<number | bigint>, bigint[]>(
    plan.counting,
    verifiedCounts(plan, footprint, guard?.objects ?? false),
    random,
  );
  const supply = new Supply({ plan, footprint, random, aggregators, guard });
  let failure: VeilshareError | undefined;
  const ends = await Promise.allSettled(
    parties.map(async (party, aggregatorId) => {
      try {
        return await party.run(supplyProtocol, async (run) => {
          await run.agree({ ...agreed, aggregatorId });
          return supply.converse(run, aggregatorId, first);
        });
      } catch (thrown) {
        failure ??= toVeilshareError(thrown);
        for (const other of parties) other.abort(failure);
        throw thrown;
      }
    }),
  );
  if (failure !== undefined) throw failure;
  return supply.outcome(ends.flatMap((end) => (end.status === "fulfilled" ? [end.value] : [])));
}

/** What one aggregator said in the end. */
type Ending = (typeof endings)[number] | "uncounted" | "nothing shown";

interface SupplyParts {
  readonly plan: Scope3VerifiedPlan;
  readonly footprint: Footprint;
  readonly random: RandomSource | undefined;
  readonly aggregators: readonly string[];
  readonly guard: RunGuard | undefined;
}

class Supply {
  readonly #plan: Scope3VerifiedPlan;
  readonly #footprint: Footprint;
  readonly #random: RandomSource | undefined;
  readonly #aggregators: readonly string[];
  readonly #said: readonly Latch<Uint8Array>[];
  readonly #guard: RunGuard | undefined;
  #recorded: Promise<void> | undefined;
  #planned: VerifiedAmountsPlan | undefined;
  #second: readonly ReportShare[] | undefined;

  constructor({ plan, footprint, random, aggregators, guard }: SupplyParts) {
    this.#plan = plan;
    this.#footprint = footprint;
    this.#random = random;
    this.#aggregators = aggregators;
    this.#guard = guard;
    this.#said = aggregators.map(() => new Latch<Uint8Array>());
  }

  /** All that is said with one aggregator after the parameters. */
  async converse(run: ProtocolRun, aggregatorId: number, first: readonly ReportShare[]): Promise<Ending> {
    const aggregator = 1 - run.index;
    await this.#upload(run, aggregatorId, this.#plan.counting, first);
    const said = await run.receive(aggregator, "counts", { byteLength: countsNoticeBytes(this.#plan) });
    await this.#compare(run, aggregatorId, said);
    const { released, counted, counts } = decodeCountsNotice(this.#plan, said);
    if (!released) return "unreleased";
    const planned = (this.#planned ??= planVerifiedAmounts(this.#plan, counts));
    if (!counted) return "uncounted";
    const { amounts } = planned;
    if (amounts === undefined) return "nothing shown";
    this.#recorded ??= this.#guard?.record(undefined, []) ?? Promise.resolve();
    await this.#recorded; // with all aggregators: one record
    this.#second ??= prepareReport<ArrayLike<number | bigint>, bigint[]>(
      amounts,
      verifiedAmounts(this.#plan, planned, this.#footprint),
      this.#random,
    );
    await this.#upload(run, aggregatorId, amounts, this.#second);
    const end = await run.receive(aggregator, "end", { byteLength: 1 });
    const ending = endings[end[0] ?? endings.length];
    if (ending !== undefined) return ending;
    throw fault("PEER_MALFORMED", {
      party: this.#aggregators[aggregatorId],
      step: "end",
      expected: "an ending",
    });
  }

  /** @throws VeilshareError PEERS_LOST when a batch was not released; PEER_MISMATCH when aggregators say different things. */
  outcome(ends: readonly Ending[]): VerifiedContribution {
    const [first] = ends;
    const differs = ends.findIndex((end) => end !== first);
    if (differs >= 0) {
      const party = this.#aggregators[differs];
      throw fault("PEER_MISMATCH", { party, step: "end", expected: "what the others say" });
    }
    const planned = this.#planned;
    if (planned === undefined) throw tooFewReports("counts", this.#plan.counting.minReports);
    if (first === "unreleased") throw tooFewReports("amounts", planned.amounts?.minReports ?? 0);
    const counted = first !== "uncounted";
    return { counted, included: first === "included" || first === "nothing shown", planned };
  }

  async #upload(
    run: ProtocolRun,
    aggregatorId: number,
    task: Scope3Task,
    shares: readonly ReportShare[],
  ): Promise<void> {
    const reports = shares.slice(aggregatorId, aggregatorId + 1);
    const [receipt] = await uploadReports(run, { task, aggregatorId, reports });
    if (receipt === "taken") return;
    const party = this.#aggregators[aggregatorId];
    throw fault("PEER_UNEXPECTED", {
      party,
      step: "receipt",
      expected: "a report to be taken",
      got: receipt,
    });
  }

  /** Waits until all aggregators have spoken. */
  async #compare(run: ProtocolRun, aggregatorId: number, own: Uint8Array): Promise<void> {
    this.#said[aggregatorId]?.open(own);
    const all = await withinLimits(Promise.all(this.#said.map(({ promise }) => promise)), {
      signal: run.signal,
    });
    const differs = all.findIndex((said) => !equalBytes(said, all[0] ?? said));
    if (differs < 0) return;
    const party = this.#aggregators[differs];
    throw fault("PEER_MISMATCH", { party, step: "counts", expected: "the counts that the others say" });
  }
}

function fault(
  code: "PEER_MISMATCH" | "PEER_UNEXPECTED" | "PEER_MALFORMED",
  about: {
    readonly party: string | undefined;
    readonly step: string;
    readonly expected: string;
    readonly got?: string | undefined;
  },
): VeilshareError {
  const { party = "", expected, got = "something else" } = about;
  const step = `scope3-verified/${about.step}`;
  const text = `${step}: party "${party}": expected ${expected}, got ${got}`;
  return new VeilshareError(code, text, { party, step, expected, got });
}
