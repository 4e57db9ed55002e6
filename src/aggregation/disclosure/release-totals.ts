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
 * Adversary: semi-honest; see {@link releaseTotals} for who learns what.
 */

import type { Party } from "../../channel/party.js";
import { invalidArgument, VeilshareError } from "../../errors.js";
import { sumBySecureSum, type VectorSum } from "../vector-sum.js";
import { Circle, flags } from "./circle.js";
import { exceedsShare, localShare, type DominanceRule } from "./rules.js";

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
  /** A contributor is above the limit; the total stays in the circle. */
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
 *   the totals of those that are neither;
 * - every contributor, besides: how many of them are above the limit in each cell (not who; with a limit of 50 % or more
 *   at most one can be, and it learns that it is), *and the totals of the dominated cells*: they are opened in the circle,
 *   since everyone compares with them, and this function does not return them. A dominated cell is thus protected
 *   against others than its contributors; against a rival in the same cell only `minContributors` and the number of
 *   those who would have to collude protect.
 * - A contributor that deviates can keep quiet where it should object (its own loss), object where it should not (a cell is
 *   withheld), or tell others what stays in the circle.
 * No margin over cells may be released beside them: with all other cells it gives the withheld one. The limit is tested by
 * each on its own, so it is {@link localShare}: stricter than the rule.
 *
 * **Cost.** Three sums of as many elements as there are cells.
 *
 * **Source.** The rules are those of Hundepool et al. (2012), chapter 4.
 */
export async function releaseTotals(
  party: Party,
  contributions: BigInt64Array,
  options: ReleaseOptions,
): Promise<ReleasedCell[]> {
  const { maxAbs, minContributors = defaultMinContributors, sum = sumBySecureSum } = options;
  const dominance = options.dominance ?? { rule: "n-k", n: 1, percent: 50 };
  return party.run({ name: "veilshare/release-totals", version: 1 }, async (run) => {
    const share = localShare(dominance);
    const own = contributions.slice();
    checkContributions(own, maxAbs, run.size);
    checkMinContributors("releaseTotals", minContributors);
    const limit = `${share.numerator}/${share.denominator}`;
    await run.agree({ cells: own.length, maxAbs: maxAbs.toString(), minContributors, limit });
    const circle = new Circle(run, sum);
    const counts = await circle.add(
      flags(own, (value) => value > 0n),
      1n,
    );
    const open = [...own.keys()].filter((cell) => Number(counts[cell]) >= minContributors);
    const values = BigInt64Array.from(open, (cell) => own[cell] as bigint); // open holds positions in own
    const totals = await circle.add(values, maxAbs);
    const vetoes = await circle.add(
      flags(values, (value, i) => exceedsShare(value, totals[i] ?? 0n, share)),
      1n,
    );
    const cells = [...counts].map((count): ReleasedCell =>
      count === 0n ? { status: "empty" } : { status: "withheld-small", contributors: Number(count) },
    );
    for (const [i, cell] of open.entries()) {
      const contributors = Number(counts[cell]);
      const total = totals[i] ?? 0n;
      cells[cell] =
        vetoes[i] === 0n
          ? { status: "released", kind: "exact", total, contributors }
          : { status: "withheld-dominated", contributors };
    }
    return cells;
  });
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
