/**
 * Which cells of a Scope 3 total are shown. Pure: from the numbers of contributors, which all parties know, everybody
 * comes to the same answer.
 *
 * A *cell* is a category's total. What becomes known of the amounts is, besides nothing, a set of disjoint *blocks*:
 * each revealed cell, and the sum of all withheld cells (the overall total less the revealed ones). Every block must
 * have at least `minContributors` contributors, and a withheld cell must not follow from its block:
 *
 * - A cell with fewer than `minContributors` contributors (and at least one) is withheld.
 * - If any is, the cell with the fewest contributors of those left (of equals, the lowest category) is withheld with
 *   them. It has `minContributors` of its own, so the block has too. And whoever subtracts all he knows still finds its
 *   contributors in the way: up to minContributors - 2 parties together, whatever cells they are in, learn no
 *   withheld small cell and nobody's amount. (That the small cells together have enough contributors would not do: someone
 *   who is alone in one of two small cells would get the other by subtraction.)
 * - If no cell is left to withhold with them, only the overall total is shown, if it has enough contributors: a party
 *   may then learn a small cell if it is alone in all others, as it may learn the rest of any total.
 * - A cell without contributors is 0 and hides nothing.
 *
 * **Source.** The rules for primary and complementary suppression of tables of magnitude data, e.g. Hundepool et al.,
 * Statistical Disclosure Control (2012), chapter 4, for a table of one dimension and its margin.
 */

/** What happens to a category's total. */
export type CellStatus =
  /** It is shown. */
  | "revealed"
  /** Nobody reports emissions in it. */
  | "empty"
  /** It has too few contributors. */
  | "withheld-small"
  /** It is withheld so that those with too few contributors do not follow by subtraction. */
  | "withheld-complement"
  /** One supplier has too large a share of it. */
  | "withheld-dominated";

/** The decision on all cells. */
export interface Disclosure {
  /** By category; category 1 at index 0. */
  readonly cells: readonly CellStatus[];
  /** Whether the overall total is shown. */
  readonly overall: boolean;
}

/**
 * Decides.
 *
 * @param contributors - By category, how many parties have emissions in it.
 * @param overallContributors - How many parties have emissions at all.
 */
export function decideDisclosure(
  contributors: readonly number[],
  overallContributors: number,
  minContributors: number,
): Disclosure {
  const overall = overallContributors >= minContributors;
  const cells = contributors.map((count): CellStatus => {
    if (count === 0) return "empty";
    return overall && count >= minContributors ? "revealed" : "withheld-small";
  });
  if (!cells.includes("withheld-small")) return { cells, overall };
  let complement = -1;
  for (const [i, status] of cells.entries()) {
    const fewest = contributors[complement] ?? Infinity;
    if (status === "revealed" && (contributors[i] ?? 0) < fewest) complement = i;
  }
  if (complement >= 0) cells[complement] = "withheld-complement";
  return { cells, overall };
}

/**
 * Whether a part of a sum that is shown may be shown too: both the part and the rest must have enough contributors,
 * or none at all.
 */
export function mayShowPart(
  partContributors: number,
  restContributors: number,
  minContributors: number,
): boolean {
  return [partContributors, restContributors].every((count) => count === 0 || count >= minContributors);
}
