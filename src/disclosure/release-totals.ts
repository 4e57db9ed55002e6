/**
 * Totals of cells, of which only those leave the contributors' circle that say too much about nobody. Run by the
 * contributors; whoever the totals are for is not among them.
 *
 *   all -> all   parameters: number of cells, bound, rules                                       (agree)
 *   all -> all   the sum of 0 and 1: who contributes to which cell                               (a sum)
 *   all -> all   the sum of the cells with enough contributors; the others are never added up    (a sum)
 *   each         compares its own contribution with its cell's total
 *   all -> all   the sum of 0 and 1: who is above the limit in which cell                        (a sum)
 *
 * or, with `comparers`, so that no dominated cell is ever opened:
 *
 *   three        compare all contributions with the limits on shares              (compare-on-shares.ts)
 *   all -> all   the sum of the cells that are neither small nor dominated        (a sum)
 *
 * Adversary: semi-honest; see {@link releaseTotals} for who learns what.
 */

import type { Party } from "../channel/party.js";
import { checkArgument, checkOptions, partyRule, type RulesOf } from "../checks/options.js";
import {
  anything,
  bigint,
  callback,
  either,
  instanceOf,
  listOf,
  number,
  optional,
  text,
} from "../checks/rules.js";
import { invalidArgument, VeilshareError } from "../errors.js";
import { canonicalJson } from "../bytes/canonical-json.js";
import { sumBySecureSum, type VectorSum } from "../aggregation/vector-sum.js";
import type { Rational } from "../random/rational.js";
import { seriesGuardRule } from "./arguments.js";
import { dominatedCells, planComparison } from "./compare-on-shares.js";
import { throughGate } from "./gate.js";
import { flags, PeerSums } from "./peer-sums.js";
import type { OwnTable } from "./query-ledger.js";
import { RunGuard, type SeriesGuard } from "./release-guard.js";
import {
  checkMinContributors,
  defaultDominance,
  defaultMinContributors,
  dominanceRule,
  exceedsShare,
  localShare,
  type DominanceRule,
} from "./rules.js";

/** Options of {@link releaseTotals}; the same at all parties. */
export interface ReleaseOptions {
  /** No contribution is above this. */
  readonly maxAbs: bigint;
  /** Fewest contributors of a released cell, at least 2. Default 3. */
  readonly minContributors?: number;
  /** Default: nobody above 50 % of a cell. */
  readonly dominance?: DominanceRule;
  /**
   * Three of the contributors, by name or index, who compare on shares, so that the total of a dominated cell is opened to
   * nobody. Any two of them together could learn all contributions to cells with enough contributors. Default: none;
   * totals are opened among the contributors, and each compares on its own side.
   */
  readonly comparers?: readonly (number | string)[];
  /** How vectors are added. Default: by secure sums. */
  readonly sum?: VectorSum;
  /** Names of the cells, the same in all releases of a series. Default: their positions. */
  readonly cells?: readonly string[];
  /**
   * The own ledger: what is to be opened is recorded there once the numbers of contributors are known, and before a total is
   * added up. This option may differ between parties: who has one and is refused by it ends the run for all. Default: none.
   */
  readonly guard?: SeriesGuard;
}

const releaseRules: RulesOf<ReleaseOptions> = {
  maxAbs: bigint(),
  minContributors: optional(number()),
  dominance: optional(dominanceRule),
  comparers: optional(listOf(either(text, number()))),
  sum: optional(callback),
  cells: optional(listOf(anything)),
  guard: optional(seriesGuardRule),
};
const vectorRule = instanceOf(BigInt64Array, "a BigInt64Array");

/** What becomes of a cell. */
export type ReleasedCell =
  | {
      readonly status: "released";
      /** No noise protects it. */
      readonly kind: "exact";
      readonly total: bigint;
      readonly contributors: number;
    }
  /** Nobody contributes. */
  | { readonly status: "empty" }
  /** It has too few contributors and was never added up. */
  | { readonly status: "withheld-small"; readonly contributors: number }
  /** A contributor is above the limit; the total stays in the circle, or with `comparers` is never opened. */
  | { readonly status: "withheld-dominated"; readonly contributors: number };

/**
 * The totals that may be given to others than the contributors.
 *
 * @param contributions - Own contribution to each cell, 0 to maxAbs. 0 counts as none.
 * @returns The same at every contributor: one entry a cell.
 * @throws VeilshareError VALUE_OUT_OF_RANGE for a contribution below 0 or above maxAbs, before anything is sent;
 *   INVALID_ARGUMENT for rules that are none; PEER_MISMATCH when parties differ in them, or when contributors left between
 *   the sums; and whatever the sum throws.
 *
 * **Security.** Semi-honest. Who learns what:
 * - whoever is given the result: for each cell its number of contributors and whether it is empty, small or dominated, and
 *   the totals of those that are neither. *That a cell is dominated tells something itself*: its largest contribution is more
 *   than the limit's share of all, so that who knows what the others are at least, knows what that one is at least.
 * - every contributor, without `comparers`, besides: how many are above the limit in each cell (not who; with a limit of 50 %
 *   or more at most one can be, and it learns that it is), *and the totals of the dominated cells*: they are opened in the
 *   circle, since everyone compares with them, and this function does not return them. A dominated cell is thus protected
 *   against others than its contributors; against a rival in the same cell only `minContributors` and the number of
 *   those who would have to collude protect.
 * - every contributor, with `comparers`: no more than whoever is given the result. A contributor that is dominated, or
 *   dominates, is not told so, nor is a total opened with which it could find out. *Two of the three comparers that pool what
 *   they saw* have every contribution to the cells with enough contributors; one of them, with any of the others, has
 *   nothing. Without them, n - 1 may pool what they saw.
 * - A contributor that deviates can keep quiet where it should object (its own loss), object where it should not (a cell is
 *   withheld), or tell others what stays in the circle. A comparer that deviates can have a cell released or withheld.
 * No margin over cells may be released beside them: with all other cells it gives the withheld one. The limit is tested by
 * each on its own, so it is {@link localShare}: stricter than the rule.
 *
 * **Cost.** Three sums of as many elements as there are cells: 16 rounds. With `comparers` two sums, of every contributor 48
 * bytes a cell to the three, and of each of them some 40 bytes for every cell and contributor (maxAbs of 2^40): 28 rounds.
 *
 * **Source.** The rules are those of Hundepool et al. (2012), chapter 4; comparison on replicated shares: Araki et al., CCS 2016.
 */
export async function releaseTotals(
  party: Party,
  contributions: BigInt64Array,
  options: ReleaseOptions,
): Promise<ReleasedCell[]> {
  checkArgument("releaseTotals", "party", party, partyRule);
  return party.run({ name: "veilshare/release-totals", version: 2 }, async (run) => {
    checkArgument("releaseTotals", "contributions", contributions, vectorRule);
    checkOptions("releaseTotals", options, releaseRules);
    const { maxAbs, minContributors = defaultMinContributors, sum = sumBySecureSum, guard } = options;
    const { dominance = defaultDominance, comparers } = options;
    const share = localShare(dominance);
    const own = contributions.slice();
    checkContributions(own, maxAbs, run.size);
    checkMinContributors("releaseTotals", minContributors);
    const cells = namesOf(own.length, options.cells);
    const comparison =
      comparers === undefined
        ? undefined
        : planComparison("releaseTotals", run, comparers, { share, maxAbs });
    await run.agree({
      cells: own.length,
      names: options.cells === undefined ? null : canonicalJson(cells),
      maxAbs: maxAbs.toString(),
      minContributors,
      limit: `${share.numerator}/${share.denominator}`,
      compared: comparison === undefined ? "in the circle" : [...comparison.members],
    });
    const sums = new PeerSums(run, sum);
    const valuesOf = (open: readonly number[]): BigInt64Array =>
      BigInt64Array.from(open, (cell) => own[cell] as bigint); // positions in own
    const gated = {
      questions: { length: own.length, own: flags(own, (value) => value > 0n) },
      async decide(counted: BigInt64Array): Promise<Decided> {
        const counts = [...counted].map(Number);
        const open = [...own.keys()].filter((cell) => (counts[cell] ?? 0) >= minContributors);
        if (comparison === undefined) return { counts, opened: open, dominated: [] };
        const verdicts = await dominatedCells(run, valuesOf(open), comparison);
        const opened = open.filter((_, i) => verdicts[i] === false);
        return { counts, opened, dominated: open.filter((_, i) => verdicts[i] !== false) };
      },
      amounts: ({ opened }: Decided) => ({ length: opened.length, own: valuesOf(opened), maxAbs }),
      table: ({ counts, opened }: Decided) => ({
        cells: cells.map((cell, i) => ({ cell, contributors: counts[i] ?? 0, shown: opened.includes(i) })),
      }),
    };
    const runGuard = guard === undefined ? undefined : new RunGuard(guard, ownTable(cells, own));
    const { decision, amounts } = await throughGate(sums, gated, runGuard);
    const totals = amounts?.sum ?? new BigInt64Array(0);
    const vetoed =
      comparison === undefined ? await vetoes(sums, valuesOf(decision.opened), totals, share) : [];
    return describe(decision, totals, vetoed);
  });
}

/** What becomes of the cells, by position. */
interface Decided {
  readonly counts: readonly number[];
  /** Cells that are opened: with comparers to all, else in the circle. */
  readonly opened: readonly number[];
  /** Cells that the comparers found dominated. */
  readonly dominated: readonly number[];
}

/** Each contributor objects to the opened cells that it dominates. */
async function vetoes(
  sums: PeerSums,
  values: BigInt64Array,
  totals: BigInt64Array,
  share: Rational,
): Promise<boolean[]> {
  const objections = flags(values, (value, i) => exceedsShare(value, totals[i] ?? 0n, share));
  return [...(await sums.total(objections, 1n))].map((count) => count !== 0n);
}

function describe(
  { counts, opened, dominated }: Decided,
  totals: BigInt64Array,
  vetoed: readonly boolean[],
): ReleasedCell[] {
  const cells = counts.map((contributors): ReleasedCell =>
    contributors === 0 ? { status: "empty" } : { status: "withheld-small", contributors },
  );
  for (const [i, cell] of opened.entries()) {
    const contributors = counts[cell] ?? 0;
    cells[cell] =
      vetoed[i] === true
        ? { status: "withheld-dominated", contributors }
        : { status: "released", kind: "exact", total: totals[i] ?? 0n, contributors };
  }
  for (const cell of dominated) {
    cells[cell] = { status: "withheld-dominated", contributors: counts[cell] ?? 0 };
  }
  return cells;
}

function namesOf(length: number, names: readonly string[] | undefined): readonly string[] {
  const cells = names === undefined ? Array.from({ length }, (_, i) => String(i)) : [...names];
  if (
    cells.length === length &&
    new Set(cells).size === length &&
    cells.every((cell) => typeof cell === "string")
  ) {
    return cells;
  }
  throw invalidArgument("releaseTotals", `${length} different names of cells`, `${cells.length} names`);
}

function ownTable(cells: readonly string[], own: BigInt64Array): OwnTable {
  let whole = 0n;
  for (const value of own) whole += value;
  return { cells: new Map(cells.map((cell, i) => [cell, [own[i] ?? 0n]])), whole: [whole], isWhole: false };
}

function checkContributions(own: BigInt64Array, maxAbs: bigint, parties: number): void {
  if (typeof maxAbs !== "bigint" || maxAbs < 1n) {
    throw invalidArgument("releaseTotals", "maxAbs as a bigint of at least 1", "another");
  }
  if (BigInt(parties) * maxAbs >= 2n ** 63n) {
    const text = `releaseTotals: expected parties x maxAbs below 2^63, got ${parties} x ${maxAbs}`;
    throw new VeilshareError("BOUND_EXCEEDED", text, { field: "maxAbs" });
  }
  for (const [i, value] of own.entries()) {
    if (value >= 0n && value <= maxAbs) continue;
    const text = `releaseTotals: expected contributions from 0 to the declared bound, got another at position ${i}`;
    throw new VeilshareError("VALUE_OUT_OF_RANGE", text, { field: `contributions[${i}]` });
  }
}
