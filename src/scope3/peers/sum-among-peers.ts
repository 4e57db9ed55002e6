/**
 * A consortium's Scope 3 total. Every supplier holds its own activity lines; all learn the totals, none another's
 * lines.
 *
 *   all -> all   parameters: currency, minimum number of contributors     (agree)
 *   all -> all   secure sum of 0/1: who has emissions in which category   (the counts)
 *   three        compare all amounts with the limits on shares, with a dominance rule   (dominance.ts)
 *   all -> all   commitments to the addends of what may be shown          (evidence.ts)
 *   all -> all   secure sum of grams and money, of the cells that may be shown only
 *   all -> all   the opening of the commitments' sum                      (evidence.ts)
 *
 * Adversary: semi-honest; see {@link sumScope3AmongPeers}.
 */

import { checkArgument, checkOptions, partyRule, type RulesOf } from "../../checks/options.js";
import { callback, number, optional, text } from "../../checks/rules.js";
import { ledgerGuardRule } from "../../disclosure/arguments.js";
import type { Comparison } from "../../disclosure/compare-on-shares.js";
import { throughGate, type GateSum, type SumBackend } from "../../disclosure/gate.js";
import { PeerSums } from "../../disclosure/peer-sums.js";
import type { ReleaseGuard } from "../../disclosure/release-guard.js";
import type { ReleasedTable } from "../../disclosure/released-table.js";
import { sumBySecureSum, type SummedVectors } from "../../aggregation/vector-sum.js";
import type { Party, ProtocolRun } from "../../channel/party.js";
import { invalidArgument } from "../../errors.js";
import type { PedersenOpening } from "../../sharing/pedersen.js";
import { checkFootprint, choiceRules, scope3DominanceRule } from "../figures/arguments.js";
import { planDominance, withholdDominated, type Scope3Dominance } from "../figures/dominance.js";
import { openCommitments, postCommitments, type TotalEvidence } from "../report/evidence.js";
import { checkAmounts, readAmounts } from "../figures/figures.js";
import { gatedFigures, scope3Guard } from "../figures/gated-figures.js";
import { sumFootprint, type Footprint } from "../lines/footprint.js";
import { scope3Report, type Scope3Report } from "../report/report.js";
import { checkBound, checkMinimum, leastMinContributors } from "../figures/run-options.js";

/** Options of {@link sumScope3AmongPeers}; the same at all parties. */
export interface SumScope3AmongPeersOptions {
  /** How many parties must have emissions in a cell for it to be shown. Default 3, which is also the least. */
  readonly minContributors?: number;
  /**
   * Whether the total spend, the intensity and the primary-data share are computed too. Default false: whoever knows each
   * other's emission factors has a further equation about the same spends with every further sum. Where it is true, a figure is
   * shown only if the total and every shown category have as many contributors more than `minContributors` as there are
   * further sums: one for the spend, one more for its primary part.
   */
  readonly spendFigures?: boolean;
  /**
   * Whether the share of the emissions that rests on primary data and the mean data quality ratings, weighted with
   * emissions, are computed too. Default false: each is a further sum over the same emissions (one, and four for the ratings),
   * which `minContributors` counts as with `spendFigures`; and whoever knows everybody's ratings can work out the amount of a
   * party whose rating stands alone, however many there are.
   */
  readonly qualityFigures?: boolean;
  /**
   * Withholds figures of which one supplier has too large a share. Default: no such rule. *Its price*: two of the three
   * who compare, pooling what they saw, know all amounts that are compared, and of the others n - 1 may pool.
   */
  readonly dominance?: Scope3Dominance;
  /** What the lines are of, e.g. `2026`; repeated in the report. */
  readonly period?: string;
  /**
   * The own ledger of released totals, in which what is about to be shown is recorded before any amount is sent; it
   * needs a period. This option may differ between parties: who has one and is refused by it ends the run for all.
   */
  readonly guard?: ReleaseGuard;
  /**
   * Told what opens the own commitment in the report's evidence, to be kept as confidentially as the lines: with it
   * the own part of the total can be shown to an auditor. This option may differ between parties.
   */
  readonly onOpening?: (opening: PedersenOpening) => void;
}

const rules: RulesOf<SumScope3AmongPeersOptions> = {
  ...choiceRules,
  minContributors: optional(number()),
  dominance: optional(scope3DominanceRule),
  period: optional(text),
  guard: optional(ledgerGuardRule),
  onOpening: optional(callback),
};

/**
 * The Scope 3 emissions of all suppliers together, overall and by category, exact to the gram; with them the
 * intensity (kg CO2e per unit of the currency) and the share of the spend that rests on primary data.
 *
 * @param footprint - The own lines; it may have none.
 * @returns The same report at every party.
 * @throws VeilshareError INVALID_DATA with the line's place when a line can't be read; INVALID_ARGUMENT for
 *   `minContributors` below 3 or above the number of parties, a guard without period, or other than three comparers; BOUND_EXCEEDED when the own grams or hundredths of the
 *   currency reach 2^63 / parties (nothing is sent then); PEER_MISMATCH when parties differ in currency or options;
 *   DISCLOSURE_REFUSED by the own guard, before any amount is sent; PEER_UNEXPECTED when the sums contradict each other or the commitments, so that some party lied.
 *
 * **Security.** 3 to 100 parties, semi-honest; no one but the parties learns anything. *Every party learns*: the
 * currency and options; for every category, and overall, how many parties have emissions there (a count of 1 or 2
 * included: who is alone in a category learns that it is); how many have spend, spend on primary data and spend on
 * other data; each revealed category total; the overall total; the total spend and its primary part where shown.
 * *What is withheld is not computed*: the second sum has no place for it. Everyone can subtract the revealed cells
 * from the overall total and gets the withheld ones' sum; `disclosure.ts` says why that has enough contributors and
 * which cells are withheld. Up to minContributors - 2 parties that pool all they know learn no other party's amount
 * in any cell from the emissions; minContributors - 1 may, as they may from any total. *Not covered*: (1) with `spendFigures` or
 * `qualityFigures` there are more sums over the same purchases. Whoever knows the factors that others use has as many more equations,
 * which the minimum counts; but a supplier whose factor stands alone among those of all others can be solved for,
 * however many they are. (2) Totals of two runs, between which one supplier came, left or changed, differ by that supplier:
 * give a `guard`. It refuses the second where that can be computed from the names and the numbers of contributors, and where
 * any party's own figures changed within the period (that party alone must have one; nobody learns who it is). (3) One contributor far larger than all others is nearly
 * its cell's total, unless there is a rule of `dominance`; that a figure is withheld by it says that somebody is. (4) A party may lie about its lines; a count of its own making lets a cell be shown that should
 * not be. Counts that can't be are found, plausible ones are not. The commitments in the report's evidence hide
 * perfectly and open to the published amounts only in sum.
 *
 * **Cost.** 16 rounds; a hash of 32 bytes a party in three of them. A commitment is a hash to the group and a multiplication a cell.
 *
 * **Source.** GHG Protocol Scope 3 Standard; the secure sum of {@link secureSum}.
 *
 * @example
 * const report = await sumScope3AmongPeers(party, { currency: "USD", lines });
 */
export async function sumScope3AmongPeers(
  party: Party,
  footprint: Footprint,
  options: SumScope3AmongPeersOptions = {},
): Promise<Scope3Report> {
  const caller = "sumScope3AmongPeers";
  checkArgument(caller, "party", party, partyRule);
  return party.run({ name: "veilshare/scope3-among-peers", version: 3 }, async (run) => {
    checkFootprint(caller, footprint);
    checkOptions(caller, options, rules);
    const { minContributors = leastMinContributors, spendFigures = false, qualityFigures = false } = options;
    const choice = { spendFigures, qualityFigures };
    const { period, guard } = options;
    if (guard !== undefined && period === undefined) {
      throw invalidArgument("sumScope3AmongPeers", "a period with the guard", "none");
    }
    checkMinimum("sumScope3AmongPeers", minContributors, run.size);
    const own = sumFootprint(footprint);
    const { dominance } = options;
    const summable = (2n ** 63n - 1n) / BigInt(run.size);
    const comparison = dominance === undefined ? undefined : planDominance(run, dominance);
    const maxAbs = comparison?.maxAbs ?? summable;
    const bound = comparison === undefined ? "2^63 / parties" : "what can be compared";
    checkBound("sumScope3AmongPeers", own, maxAbs, bound);
    await run.agree({
      currency: footprint.currency,
      minContributors,
      ...choice,
      rounding: "line-half-even-gram",
      ...(period === undefined ? {} : { period }),
      ...(comparison === undefined ? {} : { dominance: agreedComparison(comparison) }),
    });
    const evidenced = new EvidencedSums(run, options.onOpening);
    const rule = gatedFigures({
      choice,
      own,
      maxAbs,
      needed: () => minContributors,
      withhold:
        comparison &&
        (async (decision) => ({
          ...decision,
          ...(await withholdDominated(run, comparison, own, decision)),
        })),
    });
    const { decision, amounts } = await throughGate(evidenced, rule, scope3Guard(guard, period, own));
    const { counts, disclosure, shown } = decision;
    const sums = readAmounts(amounts?.sum ?? new BigInt64Array(0), shown);
    const { evidence } = evidenced;
    checkAmounts(sums, counts, disclosure);
    const { currency } = footprint;
    const about = { currency, minContributors, suppliers: run.names, period };
    return scope3Report({ ...about, counts, disclosure, sums, evidence });
  });
}

function agreedComparison({ limit, members }: Comparison): string {
  return `${limit.numerator}/${limit.denominator} by ${members.join()}`;
}

/** Sums among peers, the second of which is between the commitments to its addends and their opening. */
class EvidencedSums implements SumBackend {
  readonly canWrap = true;
  readonly #run: ProtocolRun;
  readonly #sums: PeerSums;
  readonly #onOpening: SumScope3AmongPeersOptions["onOpening"];
  #evidence: TotalEvidence | undefined;

  constructor(run: ProtocolRun, onOpening: SumScope3AmongPeersOptions["onOpening"]) {
    this.#run = run;
    this.#sums = new PeerSums(run, sumBySecureSum);
    this.#onOpening = onOpening;
  }

  /** Of the second sum; undefined before it. */
  get evidence(): TotalEvidence | undefined {
    return this.#evidence;
  }

  members(): readonly string[] {
    return this.#sums.members();
  }

  exchangeHistory(own: readonly ReleasedTable[]): Promise<readonly ReleasedTable[]> {
    return this.#sums.exchangeHistory(own);
  }

  async add(sum: GateSum): Promise<SummedVectors> {
    const { step, own } = sum;
    if (step === "counts" || own === undefined) return this.#sums.add(sum);
    const posted = await postCommitments(this.#run, own);
    const summed = await this.#sums.add(sum);
    this.#evidence = await openCommitments(this.#run, posted, summed.sum);
    this.#onOpening?.(posted.opening);
    return summed;
  }
}
