/**
 * How much noise each contributor adds so that the sum is private although some of them leave and some collude.
 *
 * Each adds discrete Gaussian noise of the same variance to each element of its vector. Whoever colludes knows its own
 * noise, and whoever left has added none: what protects is the noise of the fewest survivors less the colluders. A sum of
 * discrete Gaussians is not quite a discrete Gaussian; tau bounds the difference, and it is negligible for a sigma above 2.
 *
 * Aggregators who add noise each to its own share of a total (verified aggregation) are the contributors of noise of this
 * plan: two of them, one of whom may collude, plan with `fewestSurvivors: 2, maxColluders: 1`, and each adds it all.
 *
 * **Source.** Kairouz, Liu, Steinke: The Distributed Discrete Gaussian Mechanism for Federated Learning with Secure
 * Aggregation, ICML 2021, proposition 14.
 */

import { checkOptions, type RulesOf } from "../checks/options.js";
import { bigint, number, oneOf, optional } from "../checks/rules.js";
import { invalidArgument, VeilshareError } from "../errors.js";
import { discreteGaussian } from "../random/discrete-gaussian.js";
import { checkCount, type RandomSource } from "../random/csprng.js";
import { numberFromRational, rational, type Rational } from "../random/rational.js";
import { checkDelta, epsilonOfZcdp, rhoOf, type PrivacyLoss } from "./zcdp.js";

/** Whose change the noise hides. */
export type Neighbours =
  /** Any contributor's vector becomes any other within the bounds. */
  | "replace"
  /** Any contributor's vector becomes zeros: whether it took part with anything. Half the noise. */
  | "zero-out";

/** Options of {@link planNoise}; the same at all parties. */
export interface NoisePlanOptions extends PrivacyLoss {
  /** Elements of a vector. */
  readonly length: number;
  /** No element of anybody's vector is above this or below its negative. */
  readonly maxAbs: bigint;
  /** The largest sum of squares of anybody's vector. Default: length x maxAbs^2. A smaller one asks for less noise. */
  readonly maxSquares?: bigint;
  /** How many contributors certainly stay to the end, colluding ones included. */
  readonly fewestSurvivors: number;
  /** How many of them may pool what they know with whoever sees the result. */
  readonly maxColluders: number;
  /** Default `replace`. */
  readonly neighbours?: Neighbours;
}

/** Rules of {@link NoisePlanOptions}. */
export const noisePlanRules: RulesOf<NoisePlanOptions> = {
  epsilon: number(),
  delta: number(),
  length: number(),
  maxAbs: bigint(),
  maxSquares: optional(bigint()),
  fewestSurvivors: number(),
  maxColluders: number(),
  neighbours: optional(oneOf("replace", "zero-out")),
};

const summedNoiseRules: RulesOf<SummedNoise> = {
  variance: number(),
  summands: number(),
  length: number(),
  l2: number(),
  l1: optional(number()),
};

/** Noise and what it is good for. */
export interface NoisePlan extends PrivacyLoss {
  readonly length: number;
  /** The largest absolute value and sum of squares of a vector that the plan holds for. */
  readonly maxAbs: bigint;
  readonly maxSquares: bigint;
  /** sigma^2 of what each contributor adds to each element. */
  readonly variance: Rational;
  /** With fewer contributors the plan does not hold. */
  readonly fewestSurvivors: number;
  /** Contributors whose noise the guarantee counts. */
  readonly honest: number;
  readonly neighbours: Neighbours;
  /** The cost in zCDP; its conversion at `delta` is `epsilon`. */
  readonly rho: number;
}

/** What {@link rhoOfSum} needs. */
export interface SummedNoise {
  /** sigma^2 of each summand, at least 1/4. */
  readonly variance: number;
  /** Number of summands. */
  readonly summands: number;
  /** Elements of the vector. */
  readonly length: number;
  /** How far neighbours can be apart: the Euclidean norm. */
  readonly l2: number;
  /** The same, as a sum of absolute values. Default: sqrt(length) l2, the most it can be. */
  readonly l1?: number;
}

/**
 * tau of Kairouz, Liu and Steinke: 10 times the sum of exp(-2 pi^2 variance k / (k + 1)) over k from 1 to summands - 1.
 */
export function convolutionGap(variance: number, summands: number): number {
  let sum = 0;
  for (let k = 1; k < summands; k++) sum += Math.exp((-2 * Math.PI ** 2 * variance * k) / (k + 1));
  return 10 * sum;
}

/**
 * The cost in zCDP of a vector with a sum of discrete Gaussians on each element. The proposition bounds the Renyi
 * divergence of order alpha by the least of alpha s^2 / 2 + tau d, alpha / 2 (s^2 + 2 s1 tau + tau^2 d) and
 * alpha / 2 (s + tau sqrt(d))^2, where s and s1 are the distances in units of sqrt(summands) sigma and d the length; the
 * first is at most alpha (s^2 / 2 + tau d), as alpha > 1.
 *
 * @throws VeilshareError INVALID_ARGUMENT for a variance below 1/4 or a count below 1.
 */
export function rhoOfSum(noise: SummedNoise): number {
  checkOptions("rhoOfSum", noise, summedNoiseRules);
  const { variance, summands, length, l2, l1 } = noise;
  if (!(variance >= 0.25) || !(summands >= 1) || !(length >= 1) || !(l2 >= 0)) {
    throw invalidArgument("rhoOfSum", "a variance of at least 1/4 and counts of at least 1", "less");
  }
  const tau = convolutionGap(variance, summands);
  const scale = Math.sqrt(summands * variance);
  const s = l2 / scale;
  const s1 = (l1 ?? Math.sqrt(length) * l2) / scale;
  return Math.min(
    s ** 2 / 2 + tau * length,
    (s ** 2 + 2 * s1 * tau + tau ** 2 * length) / 2,
    (s + tau * Math.sqrt(length)) ** 2 / 2,
  );
}

/**
 * The least noise (up to a thousandth) that keeps within epsilon and delta.
 *
 * **Security.** Holds against whoever sees the sum and up to `maxColluders` contributors, as long as at least
 * `fewestSurvivors` contributors added their noise and everyone's vector is within the bounds. Semi-honest: a contributor
 * that adds less noise than planned takes from everybody's privacy, and nobody can tell.
 *
 * @throws VeilshareError INVALID_ARGUMENT for a parameter out of range, or when colluders leave no honest contributor;
 *   BOUND_EXCEEDED when the noise would have a variance above 2^100.
 *
 * @example
 * const plan = planNoise({
 *   epsilon: 1, delta: 1e-6, length: 12, maxAbs: 365n, fewestSurvivors: 40, maxColluders: 5,
 * });
 */
export function planNoise(options: NoisePlanOptions): NoisePlan {
  checkOptions("planNoise", options, noisePlanRules);
  const { length, maxAbs, neighbours = "replace", delta } = options;
  const maxSquares = options.maxSquares ?? BigInt(checkedLength(length)) * maxAbs ** 2n;
  checkPlan(options, maxSquares);
  const honest = options.fewestSurvivors - options.maxColluders;
  const l2 = Math.sqrt(Number(maxSquares)) * (neighbours === "replace" ? 2 : 1) * (1 + 1e-12);
  const target = rhoOf({ epsilon: options.epsilon, delta });
  const cost = (variance: number): number => rhoOfSum({ variance, summands: honest, length, l2 });
  let low = 0.25;
  let high = Math.max(0.25, l2 ** 2 / (2 * target * honest));
  while (cost(high) > target) high *= 2;
  if (cost(low) <= target) high = low;
  while (high / low > 1.0005) {
    const middle = Math.sqrt(low * high);
    if (cost(middle) <= target) high = middle;
    else low = middle;
  }
  const variance = roundedUp(high);
  const rho = cost(numberFromRational(variance)) * (1 + 1e-12);
  return {
    length,
    maxAbs,
    maxSquares,
    variance,
    fewestSurvivors: options.fewestSurvivors,
    honest,
    neighbours,
    rho,
    delta,
    epsilon: epsilonOfZcdp(rho, delta),
  };
}

/**
 * One contributor's noise.
 *
 * @param random - Default: the CSPRNG.
 */
export function sampleNoise(plan: NoisePlan, random?: RandomSource): BigInt64Array {
  return discreteGaussian({
    variance: plan.variance,
    length: plan.length,
    ...(random === undefined ? {} : { random }),
  });
}

/** The standard deviation of each element's noise when so many contributors have added theirs. */
export function noiseSigma(plan: NoisePlan, contributors: number): number {
  return Math.sqrt(contributors * numberFromRational(plan.variance));
}

/** No sample of one contributor is larger, except with a probability below 2^-1000: 40 sigma. */
export function noiseBound(plan: NoisePlan): bigint {
  return BigInt(Math.ceil(40 * Math.sqrt(numberFromRational(plan.variance)))) + 1n;
}

function checkPlan(options: NoisePlanOptions, maxSquares: bigint): void {
  const { maxAbs, fewestSurvivors, maxColluders, delta } = options;
  const caller = "planNoise";
  checkDelta(caller, delta);
  if (typeof maxAbs !== "bigint" || maxAbs < 1n)
    throw invalidArgument(caller, "maxAbs of at least 1", "less");
  if (maxSquares < 1n) throw invalidArgument(caller, "maxSquares of at least 1", "less");
  checkCount(caller, maxColluders);
  checkCount(caller, fewestSurvivors);
  if (fewestSurvivors - maxColluders < 1) {
    const got = `${fewestSurvivors} less ${maxColluders}`;
    throw invalidArgument(caller, "at least one honest contributor among the fewest survivors", got);
  }
}

function checkedLength(length: number): number {
  if (Number.isSafeInteger(length) && length >= 1) return length;
  throw invalidArgument("planNoise", "a length of 1 or more", String(length));
}

/** The next multiple of 1/1024, or of 1 where numbers are large. */
function roundedUp(variance: number): Rational {
  if (!(variance <= 2 ** 100)) {
    const text = "planNoise: expected noise of a variance of at most 2^100, got more";
    throw new VeilshareError("BOUND_EXCEEDED", text, { field: "maxAbs" });
  }
  if (variance > 2 ** 40) return rational(BigInt(Math.ceil(variance)));
  return rational(BigInt(Math.ceil(variance * 1024)), 1024n);
}
