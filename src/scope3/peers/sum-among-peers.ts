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

import type { ReleaseGuard } from "../../disclosure/release-guard.js";
import type { Comparison } from "../../disclosure/compare-on-shares.js";
import { secureSum } from "../../aggregation/secure-sum.js";
import type { Party, ProtocolRun } from "../../channel/party.js";
import { invalidArgument } from "../../errors.js";
import type { PedersenOpening } from "../../sharing/pedersen.js";
import { decideDisclosure } from "../figures/disclosure.js";
import { planDominance, withholdDominated, type Scope3Dominance } from "../figures/dominance.js";
import { openCommitments, postCommitments, type TotalEvidence } from "../report/evidence.js";
import {
  amountVector,
  checkAmounts,
  countingVector,
  readAmounts,
  readCounts,
  whatIsShown,
} from "../figures/figures.js";
import { sumFootprint, type Footprint } from "../lines/footprint.js";
import { recordRelease } from "../figures/release-guard.js";
import { scope3Report, type Scope3Report } from "../report/report.js";
import { checkBound, checkMinimum, leastMinContributors } from "../figures/run-options.js";

/** Options of {@link sumScope3AmongPeers}; the same at all parties. */
export interface SumScope3AmongPeersOptions {
  /** How many parties must have emissions in a cell for it to be shown. Default 3, which is also the least. */
  readonly minContributors?: number;
  /**
   * Whether the total spend, the intensity and the primary-data share are computed too. Default true. False where
   * suppliers may know each other's emission factors: every further sum over the same spends is a further equation.
   */
  readonly spendFigures?: boolean;
  /**
   * Whether the share of the emissions that rests on primary data and the mean data quality ratings, weighted with
   * emissions, are computed too. Default false: each is a further sum over the same emissions, and whoever knows
   * everybody's ratings can work out the amount of a party whose rating stands alone.
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
 * in any cell from the emissions; minContributors - 1 may, as they may from any total. *Not covered*: (1) the spend
 * figures are sums over the same purchases. Whoever knows the factors that others use has two or three equations for
 * them instead of one, so with as few contributors as the minimum a total can be solved for its parts; set
 * `spendFigures: false`, or a larger minimum, where factors are known. (2) Totals of two runs, between which one
 * supplier came, left or changed, differ by that supplier; a `guard` refuses the second where suppliers came or left,
 * not where figures changed. (3) One contributor far larger than all others is nearly
 * its cell's total, unless there is a rule of `dominance`; that a figure is withheld by it says that somebody is. (4) A party may lie about its lines; a count of its own making lets a cell be shown that should
 * not be. Counts that can't be are found, plausible ones are not. The commitments in the report's evidence hide
 * perfectly and open to the published amounts only in sum.
 *
 * **Cost.** 15 rounds; a hash of 32 bytes a party in three of them. A commitment is a hash to the group and a multiplication a cell.
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
  return party.run({ name: "veilshare/scope3-among-peers", version: 2 }, async (run) => {
    const { minContributors = leastMinContributors, spendFigures = true, qualityFigures = false } = options;
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
    const counts = readCounts(
      await secureSum(run, countingVector(own, choice), { maxAbs: 1n }),
      choice,
      run.size,
    );
    const byCounts = decideDisclosure(counts.byCategory, counts.overall, minContributors);
    const all = {
      disclosure: byCounts,
      shown: whatIsShown(counts, byCounts, choice, minContributors),
    };
    const { disclosure, shown } =
      comparison === undefined ? all : await withholdDominated(run, comparison, own, all);
    const amounts = amountVector(own, shown);
    if (guard !== undefined && period !== undefined) {
      await recordRelease(guard, { period, suppliers: run.names, shown });
    }
    const { sum, evidence } = await sumAmounts(run, amounts, maxAbs, options.onOpening);
    const sums = readAmounts(sum, shown);
    checkAmounts(sums, counts, disclosure);
    const { currency } = footprint;
    const about = { currency, minContributors, suppliers: run.names, period };
    return scope3Report({ ...about, counts, disclosure, sums, evidence });
  });
}

function agreedComparison({ limit, members }: Comparison): string {
  return `${limit.numerator}/${limit.denominator} by ${members.join()}`;
}

/** The second sum, between the commitments to its addends and their opening. */
async function sumAmounts(
  run: ProtocolRun,
  amounts: BigInt64Array,
  maxAbs: bigint,
  onOpening: SumScope3AmongPeersOptions["onOpening"],
): Promise<{ readonly sum: BigInt64Array; readonly evidence: TotalEvidence | undefined }> {
  if (amounts.length === 0) return { sum: amounts, evidence: undefined };
  const posted = await postCommitments(run, amounts);
  const sum = await secureSum(run, amounts, { maxAbs });
  const evidence = await openCommitments(run, posted, sum);
  onOpening?.(posted.opening);
  return { sum, evidence };
}
