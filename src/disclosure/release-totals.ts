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
import { invalidArgument, VeilshareError } from "../errors.js";
import { sumBySecureSum, type VectorSum } from "../aggregation/vector-sum.js";
import type { Rational } from "../random/rational.js";
import { Circle, flags } from "./circle.js";
import { dominatedCells, planComparison } from "./compare-on-shares.js";
import { defaultDominance, exceedsShare, localShare, type DominanceRule } from "./rules.js";

/** Fewest contributors where a caller names none. */
export const defaultMinContributors = 3;

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
}

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
 * **Cost.** Three sums of as many elements as there are cells: 15 rounds. With `comparers` two sums, of every contributor 48
 * bytes a cell to the three, and of each of them some 40 bytes for every cell and contributor (maxAbs of 2^40): 27 rounds.
 *
 * **Source.** The rules are those of Hundepool et al. (2012), chapter 4; comparison on replicated shares: Araki et al., CCS 2016.
 */
export async function releaseTotals(
  party: Party,
  contributions: BigInt64Array,
  options: ReleaseOptions,
): Promise<ReleasedCell[]> {
  const { maxAbs, minContributors = defaultMinContributors, sum = sumBySecureSum } = options;
  const { dominance = defaultDominance } = options;
  return party.run({ name: "veilshare/release-totals", version: 1 }, async (run) => {
    const share = localShare(dominance);
    const own = contributions.slice();
    checkContributions(own, maxAbs, run.size);
    checkMinContributors("releaseTotals", minContributors);
    const limit = `${share.numerator}/${share.denominator}`;
    const { comparers } = options;
    const comparison =
      comparers === undefined
        ? undefined
        : planComparison("releaseTotals", run, comparers, { share, maxAbs });
    const compared = comparison === undefined ? "in the circle" : [...comparison.members];
    await run.agree({ cells: own.length, maxAbs: maxAbs.toString(), minContributors, limit, compared });
    const circle = new Circle(run, sum);
    const counts = await circle.add(
      flags(own, (value) => value > 0n),
      1n,
    );
    const open = [...own.keys()].filter((cell) => Number(counts[cell]) >= minContributors);
    const values = BigInt64Array.from(open, (cell) => own[cell] as bigint); // open holds positions in own
    const { dominated, totals } =
      comparison === undefined
        ? await compareInCircle(circle, values, maxAbs, share)
        : await openUndominated(circle, values, maxAbs, await dominatedCells(run, values, comparison));
    const cells = [...counts].map((count): ReleasedCell =>
      count === 0n ? { status: "empty" } : { status: "withheld-small", contributors: Number(count) },
    );
    for (const [i, cell] of open.entries()) {
      const contributors = Number(counts[cell]);
      const total = totals[i] ?? 0n;
      cells[cell] =
        dominated[i] === false
          ? { status: "released", kind: "exact", total, contributors }
          : { status: "withheld-dominated", contributors };
    }
    return cells;
  });
}

/** What of the open cells may leave the circle, by position. */
interface Checked {
  readonly dominated: readonly boolean[];
  readonly totals: ArrayLike<bigint>;
}

/** Opens the totals among the contributors; each objects to those that it dominates. */
async function compareInCircle(
  circle: Circle,
  values: BigInt64Array,
  maxAbs: bigint,
  share: Rational,
): Promise<Checked> {
  const totals = await circle.add(values, maxAbs);
  const vetoes = await circle.add(
    flags(values, (value, i) => exceedsShare(value, totals[i] ?? 0n, share)),
    1n,
  );
  return { dominated: [...vetoes].map((count) => count !== 0n), totals };
}

/** Opens the totals of the other cells; a dominated one has no place in the sum. */
async function openUndominated(
  circle: Circle,
  values: BigInt64Array,
  maxAbs: bigint,
  dominated: readonly boolean[],
): Promise<Checked> {
  const opened = await circle.add(
    values.filter((_, i) => dominated[i] === false),
    maxAbs,
  );
  let next = 0;
  return { dominated, totals: dominated.map((isDominated) => (isDominated ? 0n : (opened[next++] ?? 0n))) };
}

/** @throws VeilshareError INVALID_ARGUMENT for a minimum below 2: with one, every contribution would be shown. */
export function checkMinContributors(caller: string, minContributors: number): void {
  if (Number.isSafeInteger(minContributors) && minContributors >= 2) return;
  throw invalidArgument(caller, "minContributors of at least 2", String(minContributors));
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
