/**
 * A consortium's Scope 3 total. Every supplier holds its own activity lines; all learn the totals, none another's
 * lines.
 *
 *   all -> all   parameters: currency, minimum number of contributors     (agree)
 *   all -> all   secure sum of 0/1: who has emissions in which category   (the counts)
 *   all -> all   secure sum of grams and money, of the cells that may be shown only
 *
 * Adversary: semi-honest; see {@link scope3Total}.
 */

import { secureSum } from "../../aggregation/secure-sum.js";
import type { Party, ProtocolRun } from "../../channel/party.js";
import { invalidArgument, VeilshareError } from "../../errors.js";
import { categoryCount } from "./categories.js";
import { decideDisclosure, mayShowPart, type Disclosure } from "./disclosure.js";
import { sumFootprint, type Footprint, type FootprintSums } from "./footprint.js";
import { scope3Report, type ContributorCounts, type Scope3Report, type Scope3Sums } from "./report.js";

/** The least that `minContributors` can be: with two, each would learn the other's amount. */
const leastMinContributors = 3;

/** Options of {@link scope3Total}; the same at all parties. */
export interface Scope3Options {
  /** How many parties must have emissions in a cell for it to be shown. Default 3, which is also the least. */
  readonly minContributors?: number;
  /**
   * Whether the total spend, the intensity and the primary-data share are computed too. Default true. False where
   * suppliers may know each other's emission factors: every further sum over the same spends is a further equation.
   */
  readonly spendFigures?: boolean;
}

/**
 * The Scope 3 emissions of all suppliers together, overall and by category, exact to the gram; with them the
 * intensity (kg CO2e per unit of the currency) and the share of the spend that rests on primary data.
 *
 * @param footprint - The own lines; it may have none.
 * @returns The same report at every party.
 * @throws VeilshareError INVALID_DATA with the line's place when a line can't be read; INVALID_ARGUMENT for
 *   `minContributors` below 3 or above the number of parties; BOUND_EXCEEDED when the own grams or hundredths of the
 *   currency reach 2^63 / parties (nothing is sent then); PEER_MISMATCH when parties differ in currency or options;
 *   PEER_UNEXPECTED when the sums contradict each other, so that some party lied.
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
 * supplier came, left or changed, differ by that supplier. (3) One contributor far larger than all others is nearly
 * its cell's total. (4) A party may lie about its lines; a count of its own making lets a cell be shown that should
 * not be. Counts that can't be are found, plausible ones are not.
 *
 * **Cost.** 9 rounds; among twelve, each party sends each other one 1.7 kB, among a hundred 7.3 kB (a hash a party).
 *
 * **Source.** GHG Protocol Scope 3 Standard; the secure sum of {@link secureSum}.
 *
 * @example
 * const report = await scope3Total(party, { currency: "USD", lines });
 */
export async function scope3Total(
  party: Party,
  footprint: Footprint,
  options: Scope3Options = {},
): Promise<Scope3Report> {
  return party.run({ name: "veilshare/scope3-total", version: 1 }, async (run) => {
    const { minContributors = leastMinContributors, spendFigures = true } = options;
    checkMinimum(minContributors, run.size);
    const own = sumFootprint(footprint);
    const maxAbs = (2n ** 63n - 1n) / BigInt(run.size);
    checkBound(own, maxAbs);
    await run.agree({
      currency: footprint.currency,
      minContributors,
      spendFigures,
      rounding: "line-half-even-gram",
    });
    const counts = await countContributors(run, own, spendFigures);
    const disclosure = decideDisclosure(counts.byCategory, counts.overall, minContributors);
    const sums = await sumShown(run, own, whatIsShown(counts, disclosure, minContributors), maxAbs);
    checkSums(sums, counts, disclosure);
    return scope3Report({ currency: footprint.currency, minContributors, counts, disclosure, sums });
  });
}

function checkMinimum(minContributors: number, parties: number): void {
  const caller = "scope3Total";
  if (!Number.isInteger(minContributors) || minContributors < leastMinContributors) {
    throw invalidArgument(
      caller,
      `minContributors of at least ${leastMinContributors}`,
      `${minContributors}`,
    );
  }
  if (minContributors > parties) {
    throw invalidArgument(caller, `at least minContributors (${minContributors}) parties`, `${parties}`);
  }
}

function checkBound(own: FootprintSums, maxAbs: bigint): void {
  for (const field of ["grams", "spend"] as const) {
    if (own[field] <= maxAbs) continue;
    const text = `scope3Total: expected own ${field} of at most 2^63 / parties (${maxAbs}), got more`;
    throw new VeilshareError("BOUND_EXCEEDED", text, { field });
  }
}

/** The first secure sum: 0 or 1 a party and question. */
async function countContributors(
  run: ProtocolRun,
  own: FootprintSums,
  spendFigures: boolean,
): Promise<ContributorCounts> {
  const amounts = [...own.gramsByCategory, own.grams];
  if (spendFigures) amounts.push(own.spend, own.primarySpend, own.spend - own.primarySpend);
  const bits = BigInt64Array.from(amounts, (amount) => (amount > 0n ? 1n : 0n));
  const sums = Array.from(await secureSum(run, bits, { maxAbs: 1n }), Number);
  if (sums.some((count) => count < 0 || count > run.size)) throw contradiction("counts");
  const byCategory = sums.slice(0, categoryCount);
  const [overall = 0, spend = 0, primarySpend = 0, otherSpend = 0] = sums.slice(categoryCount);
  const inSomeCategory = byCategory.reduce((sum, count) => sum + count, 0);
  const possible =
    overall >= Math.max(...byCategory) &&
    overall <= inSomeCategory &&
    spend >= Math.max(primarySpend, otherSpend) &&
    spend <= primarySpend + otherSpend;
  if (!possible) throw contradiction("counts");
  return { byCategory, overall, spend, primarySpend, otherSpend };
}

/** Which sums may be computed at all, known from the counts. */
interface Shown {
  /** Indices of the revealed categories. */
  readonly cells: readonly number[];
  readonly overall: boolean;
  readonly spend: boolean;
  readonly primarySpend: boolean;
}

function whatIsShown(counts: ContributorCounts, disclosure: Disclosure, minContributors: number): Shown {
  const spend = disclosure.overall && counts.spend >= minContributors;
  return {
    cells: disclosure.cells.flatMap((status, index) => (status === "revealed" ? [index] : [])),
    overall: disclosure.overall,
    spend,
    primarySpend: spend && mayShowPart(counts.primarySpend, counts.otherSpend, minContributors),
  };
}

/** The second secure sum: only what may be shown. */
async function sumShown(
  run: ProtocolRun,
  own: FootprintSums,
  shown: Shown,
  maxAbs: bigint,
): Promise<Scope3Sums> {
  const amounts = shown.cells.map((index) => own.gramsByCategory[index] as bigint); // indices of categories
  if (shown.overall) amounts.push(own.grams);
  if (shown.spend) amounts.push(own.spend);
  if (shown.primarySpend) amounts.push(own.primarySpend);
  if (amounts.length === 0) return { gramsByCategory: new Map() };
  const sums = [...(await secureSum(run, BigInt64Array.from(amounts), { maxAbs }))];
  const gramsByCategory = new Map(shown.cells.map((index, i) => [index, sums[i] as bigint])); // one sum a cell
  let next = shown.cells.length;
  const take = (isShown: boolean): bigint | undefined => (isShown ? sums[next++] : undefined);
  const [grams, spend, primarySpend] = [take(shown.overall), take(shown.spend), take(shown.primarySpend)];
  return {
    gramsByCategory,
    ...(grams === undefined ? {} : { grams }),
    ...(spend === undefined ? {} : { spend }),
    ...(primarySpend === undefined ? {} : { primarySpend }),
  };
}

/** Honest parties' sums fit their counts: everyone who counts has at least one unit. */
function checkSums(sums: Scope3Sums, counts: ContributorCounts, disclosure: Disclosure): void {
  let revealed = 0n;
  for (const [index, grams] of sums.gramsByCategory) {
    if (grams < BigInt(counts.byCategory[index] ?? 0)) throw contradiction("emissions");
    revealed += grams;
  }
  const withheld = disclosure.cells.some((status) => status.startsWith("withheld"));
  if (sums.grams !== undefined && (withheld ? sums.grams <= revealed : sums.grams !== revealed)) {
    throw contradiction("emissions");
  }
  const { spend = 0n, primarySpend = 0n } = sums;
  if (spend < 0n || primarySpend < 0n || primarySpend > spend) throw contradiction("spend");
}

function contradiction(field: string): VeilshareError {
  const text = `scope3Total: the parties' ${field} contradict each other: at least one party did not follow the protocol`;
  return new VeilshareError("PEER_UNEXPECTED", text, { step: "scope3-total", field });
}
