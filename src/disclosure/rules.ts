/**
 * When the total of a cell says too much about one of its contributors: the rules of official statistics. They need all
 * contributions in the clear; {@link localShare} gives what each contributor can test on its own and what implies them.
 *
 * **Source.** Hundepool et al., Statistical Disclosure Control (2012), chapter 4: threshold rule, (n,k)-dominance rule,
 * p%-rule.
 */

import { checkArgument } from "../checks/options.js";
import { number, object, oneOf, rule, type Rule } from "../checks/rules.js";
import { invalidArgument } from "../errors.js";
import { rational, rationalFromNumber, type Rational } from "../random/rational.js";

/** A rule for magnitudes of 0 or more. Percentages are above 0 and at most 100. */
export type DominanceRule =
  /** Sensitive when the `n` largest contributions together exceed `percent` of the total. */
  | { readonly rule: "n-k"; readonly n: number; readonly percent: number }
  /** Sensitive when the second largest contributor can estimate the largest to within `percent` of it. */
  | { readonly rule: "p-percent"; readonly percent: number };

const ruleShapes: Readonly<Record<DominanceRule["rule"], Rule>> = {
  "n-k": object({ rule: oneOf("n-k"), n: number(), percent: number() }),
  "p-percent": object({ rule: oneOf("p-percent"), percent: number() }),
};

/** A rule of dominance; its numbers are checked where it is used. */
export const dominanceRule: Rule = rule(
  'a rule such as { rule: "n-k", n: 1, percent: 50 } or { rule: "p-percent", percent: 10 }',
  (value) => Object.values(ruleShapes).some((shape) => shape.faultOf(value) === undefined),
);

/** Fewest contributors where a caller names none. */
export const defaultMinContributors = 3;

/** @throws VeilshareError INVALID_ARGUMENT for a minimum below 2: with one, every contribution would be shown. */
export function checkMinContributors(caller: string, minContributors: number): void {
  if (Number.isSafeInteger(minContributors) && minContributors >= 2) return;
  throw invalidArgument(caller, "minContributors of at least 2", String(minContributors));
}

/** The rule where a caller names none: nobody above half of a total. */
export const defaultDominance: DominanceRule = { rule: "n-k", n: 1, percent: 50 };

/**
 * Whether a cell is sensitive, from all its contributions.
 *
 * @param contributions - Of 0 or more.
 * @throws VeilshareError INVALID_ARGUMENT for a rule that is none, or a negative contribution.
 */
export function isSensitive(contributions: Iterable<bigint>, rule: DominanceRule): boolean {
  checkRule(rule);
  const sorted = [...contributions].sort((a, b) => (a < b ? 1 : a > b ? -1 : 0));
  if ((sorted.at(-1) ?? 0n) < 0n)
    throw invalidArgument("isSensitive", "contributions of 0 or more", "another");
  const sum = (values: readonly bigint[]): bigint => values.reduce((total, value) => total + value, 0n);
  const total = sum(sorted);
  const { numerator, denominator } = rationalFromNumber(rule.percent);
  if (rule.rule === "n-k") {
    return 100n * denominator * sum(sorted.slice(0, rule.n)) > numerator * total;
  }
  const [largest = 0n, second = 0n] = sorted;
  return 100n * denominator * (total - largest - second) < numerator * largest;
}

/**
 * The share of the total that no contribution may exceed so that the rule is satisfied whatever the others are. Stricter
 * than the rule, since nobody knows its rivals' contributions:
 *
 * - (n,k): n contributions of at most k/n percent are at most k percent together.
 * - p%: the rest after the two largest is at least total - 2 largest, which is at least p% of the largest when that is
 *   at most total / (2 + p/100).
 */
export function localShare(rule: DominanceRule): Rational {
  checkRule(rule);
  const { numerator, denominator } = rationalFromNumber(rule.percent);
  return rule.rule === "n-k"
    ? rational(numerator, 100n * denominator * BigInt(rule.n))
    : rational(100n * denominator, 200n * denominator + numerator);
}

/** Whether a contribution is above a share of the total, exactly. */
export function exceedsShare(own: bigint, total: bigint, { numerator, denominator }: Rational): boolean {
  return own * denominator > total * numerator;
}

function checkRule(rule: DominanceRule): void {
  checkArgument("DominanceRule", "rule", rule, dominanceRule);
  if (!(rule.percent > 0 && rule.percent <= 100)) {
    throw invalidArgument("DominanceRule", "a percentage above 0 and at most 100", String(rule.percent));
  }
  if (rule.rule === "n-k" && (!Number.isSafeInteger(rule.n) || rule.n < 1)) {
    throw invalidArgument("DominanceRule", "an n of 1 or more", String(rule.n));
  }
}
