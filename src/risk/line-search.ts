/**
 * How far a step goes, and how much of the last direction is kept: both out of public lists, so that comparisons choose them and
 * nothing is divided. A comparison of secret with secret is one of sums of them by public whole numbers, all of which share their
 * rounds.
 */

/** A length as a quotient of two small whole numbers. */
export interface StepLength {
  readonly numerator: number;
  readonly denominator: number;
}

const mantissas = 8;

/** 2^-5 up to 30, about a tenth apart: ascending. */
export const stepLengths: readonly StepLength[] = Array.from({ length: 10 * mantissas }, (_, at) => {
  const exponent = Math.floor(at / mantissas) - 5;
  const mantissa = mantissas + (at % mantissas);
  return exponent < 0
    ? { numerator: mantissa, denominator: mantissas * 2 ** -exponent }
    : { numerator: mantissa * 2 ** exponent, denominator: mantissas };
});

/** Fractional bits that all lengths have. */
export const stepBits = 8;

/** Beyond this length a step is not kept back for risks that grow along it. */
export const guardedLength = 4;

/** Sixteenths of the last direction that may be kept: none to all. */
export const keptSteps = 16;

/** A direction longer than this is halved, up to {@link halvings} times. */
export const longest = 32;
export const halvings = 5;

/** As a number. */
export function lengthOf({ numerator, denominator }: StepLength): number {
  return numerator / denominator;
}

/** What a step along a direction d is worth: of the mean loss f at t d, -f', f'', and what f'' grows by at most. */
export interface LineShape {
  readonly slope: number;
  readonly curvature: number;
  readonly growth: number;
  /** Slopes below are as good as this. */
  readonly slack: number;
}

/** The longest length whose quadratic and cubic terms both stay below the slope; in the clear. */
export function chooseLength({ slope, curvature, growth, slack }: LineShape): number {
  let chosen = 0;
  for (const step of stepLengths) {
    const length = lengthOf(step);
    const guarded = Math.min(length, guardedLength);
    if (slope >= length * curvature && slope + slack >= guarded ** 2 * growth) chosen = length;
  }
  return chosen;
}

/** The part of the last direction whose product with the change of the gradient makes up for the new one's; in the clear. */
export function chooseKept(numerator: number, denominator: number): number {
  let kept = 0;
  while (kept < keptSteps && numerator * 2 * keptSteps >= (2 * kept + 1) * denominator) kept++;
  return kept / keptSteps;
}

/** Which part of a direction of a squared length is left; in the clear. */
export function chooseShortening(squaredLength: number): number {
  let part = 1;
  for (let halved = 0; halved < halvings; halved++) {
    if (squaredLength >= longest ** 2 * 4 ** halved) part /= 2;
  }
  return part;
}
