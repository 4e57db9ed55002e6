/** The line search of `line-search.ts` on secrets: comparisons with all of a list at once choose, and nothing is divided. */

import type { Engine } from "../mpc/engine.js";
import { scaleRows } from "../mpc/columns.js";
import { signBits } from "../mpc/operations/bits.js";
import { SecretMatrix } from "../mpc/secret-matrix.js";
import {
  guardedLength,
  halvings,
  keptSteps,
  lengthOf,
  longest,
  stepBits,
  stepLengths,
  type StepLength,
} from "./line-search.js";
import { broadcast } from "./matrix-products.js";

/** Fractional bits of the factors of a direction. */
export const keptBits = 5;

/** A slope etc. as means by 2^e, 1 x 1 each: -f', f'' and growth with the plan's bits; the slack with as many as growth. */
export interface SecretLine {
  readonly slope: SecretMatrix;
  readonly coarseSlope: SecretMatrix;
  readonly slack: SecretMatrix;
  readonly curvature: SecretMatrix;
  readonly growth: SecretMatrix;
}

/**
 * How far to go, 1 x 1, from 0 to 30, with {@link stepBits}.
 *
 * **Cost.** 160 comparisons, a bit conversion for each length.
 */
export async function searchLine(engine: Engine, line: SecretLine): Promise<SecretMatrix> {
  const bend = difference(line.slope, line.curvature, stepLengths, ({ numerator, denominator }) => [
    denominator,
    numerator,
  ]);
  const guarded = stepLengths.filter((step) => lengthOf(step) <= guardedLength);
  const last = guarded[guarded.length - 1] as StepLength; // the list begins far below
  const kept = stepLengths.map((step) => (lengthOf(step) <= guardedLength ? step : last));
  const growing = difference(line.coarseSlope.add(line.slack), line.growth, kept, (step) => [
    step.denominator ** 2,
    step.numerator ** 2,
  ]);
  const count = stepLengths.length;
  const both = await signBits(engine, stacked([bend, growing]));
  const positions = (from: number): number[] => Array.from({ length: count }, (_, i) => from + i);
  const fits = await engine.and(
    both.pickElements(positions(0)).not(),
    both.pickElements(positions(count)).not(),
  );
  const chosen = (await engine.bitsToArithmetic(fits)).reshape(count, 1);
  const increments = stepLengths.map(
    (step, at) => lengthOf(step) - (at === 0 ? 0 : lengthOf(stepLengths[at - 1] as StepLength)), // at > 0
  );
  const largest = lengthOf(stepLengths[count - 1] as StepLength); // never empty
  return chosen.combinePublicRows(increments, { fractionalBits: stepBits, provenBound: largest });
}

/** What {@link chooseFactors} compares, 1 x 1 each, of the same fractional bits. */
export interface SecretProducts {
  /** -s y and d y, for the change y of the gradient. */
  readonly opposed: SecretMatrix;
  readonly along: SecretMatrix;
  /** -s g, and the least curvature, which together bound the length of s. */
  readonly descent: SecretMatrix;
  readonly curvature: SecretMatrix;
}

/**
 * What the new direction and the last one are multiplied by, 2 x 1 with {@link keptBits}: 1 or less where the new one is too
 * long, and 0 to 1.
 *
 * **Cost.** 21 comparisons.
 */
export async function chooseFactors(engine: Engine, products: SecretProducts): Promise<SecretMatrix> {
  const { opposed, along, descent, curvature } = products;
  const parts = Array.from({ length: keptSteps }, (_, at) => ({
    numerator: 2 * at + 1,
    denominator: 2 * keptSteps,
  }));
  const kept = difference(opposed, along, parts, ({ numerator, denominator }) => [denominator, numerator]);
  const limits = Array.from({ length: halvings }, (_, at) => ({
    numerator: longest ** 2 * 4 ** at,
    denominator: 1,
  }));
  const long = difference(descent, curvature, limits, ({ numerator, denominator }) => [
    denominator,
    numerator,
  ]);
  const below = await signBits(engine, stacked([kept, long]));
  const reached = (await engine.bitsToArithmetic(below.not())).reshape(keptSteps + halvings, 1);
  const part = reached
    .rowRange(0, keptSteps)
    .columnSums()
    .scale(2 ** keptBits / keptSteps)
    .timesPowerOfTwo(-keptBits);
  const shorter = reached
    .rowRange(keptSteps, keptSteps + halvings)
    .combinePublicRows(
      Array.from({ length: halvings }, (_, at) => -(2 ** -(at + 1))),
      { fractionalBits: keptBits, provenBound: 1 },
    )
    .addPublic([1]);
  return SecretMatrix.concatRows([shorter, part]).assumeBound(1);
}

/** x times one whole number less y times another, for each of a list. */
function difference(
  x: SecretMatrix,
  y: SecretMatrix,
  steps: readonly StepLength[],
  factors: (step: StepLength) => readonly [number, number],
): SecretMatrix {
  const [first, second] = [0, 1].map((at) => steps.map((step) => factors(step)[at] as number)) as [
    number[],
    number[],
  ];
  return scaleRows(broadcast(x, steps.length), first).subtract(scaleRows(broadcast(y, steps.length), second));
}

/** Numbers of which only the signs are looked at, one below the other. */
function stacked(parts: readonly SecretMatrix[]): SecretMatrix {
  return SecretMatrix.concatRows(parts.map((part) => part.timesPowerOfTwo(part.fractionalBits)));
}
