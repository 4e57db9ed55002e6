/**
 * Accounting. A release costs rho in zero-concentrated differential privacy (rho-zCDP: for every alpha > 1 the Renyi
 * divergence of order alpha between the outputs on neighbouring inputs is at most rho alpha). Costs of releases add up,
 * whatever later ones make of earlier ones. People read epsilon and delta, so rho is converted.
 *
 * **Source.** zCDP: Bun, Steinke, TCC 2016. Conversion: Canonne, Kamath, Steinke, NeurIPS 2020, section 2.3: for every
 * alpha > 1, delta = exp((alpha - 1)(alpha rho - epsilon)) / (alpha - 1) (1 - 1/alpha)^alpha.
 */

import { checkArgument } from "../checks/options.js";
import { number } from "../checks/rules.js";
import { invalidArgument } from "../errors.js";

/** What neighbouring inputs may differ by in the distribution of what is published. */
export interface PrivacyLoss {
  /** Probabilities differ by at most a factor of exp(epsilon), ... */
  readonly epsilon: number;
  /** ... but for a part of this probability. */
  readonly delta: number;
}

/** Halvings of an interval of orders, and of epsilons or rhos: to the end of a double. */
const halvings = 200;

/**
 * The smallest delta that the conversion gives for an epsilon. Every order gives a valid one, so an order that is not quite
 * the best makes it a little larger, never smaller; a relative 10^-12 covers the rounding.
 *
 * @param rho - 0 or more.
 * @param epsilon - 0 or more.
 * @throws VeilshareError INVALID_ARGUMENT.
 */
export function deltaOfZcdp(rho: number, epsilon: number): number {
  checkArgument("deltaOfZcdp", "rho", rho, number());
  checkArgument("deltaOfZcdp", "epsilon", epsilon, number());
  if (!(rho >= 0) || !(epsilon >= 0)) {
    throw invalidArgument("deltaOfZcdp", "rho and epsilon of 0 or more", `${rho} and ${epsilon}`);
  }
  if (rho === 0) return 0;
  const order = bestOrder(rho, epsilon);
  const exponent =
    (order - 1) * (order * rho - epsilon) + order * Math.log1p(-1 / order) - Math.log(order - 1);
  return Math.min(1, Math.exp(exponent) * (1 + 1e-12));
}

/** Where the derivative of the logarithm of delta in the order changes its sign. */
function bestOrder(rho: number, epsilon: number): number {
  let low = 1 + 1e-6; // below, the formula loses its digits
  let high = Math.max((epsilon + 1) / (2 * rho) + 2, 4);
  for (let i = 0; i < halvings; i++) {
    const order = (low + high) / 2;
    const slope = (2 * order - 1) * rho - epsilon + Math.log1p(-1 / order);
    if (slope < 0) low = order;
    else high = order;
  }
  return high;
}

/**
 * The smallest epsilon that the conversion gives for a delta, rounded up.
 *
 * @param rho - 0 or more.
 * @param delta - Above 0, below 1.
 * @throws VeilshareError INVALID_ARGUMENT.
 */
export function epsilonOfZcdp(rho: number, delta: number): number {
  checkDelta("epsilonOfZcdp", delta);
  if (deltaOfZcdp(rho, 0) <= delta) return 0;
  let low = 0;
  let high = rho + 2 * Math.sqrt(rho * Math.log(1 / delta)); // enough: Bun and Steinke, proposition 1.3
  for (let i = 0; i < halvings; i++) {
    const epsilon = (low + high) / 2;
    if (deltaOfZcdp(rho, epsilon) <= delta) high = epsilon;
    else low = epsilon;
  }
  return high;
}

/**
 * The largest rho whose conversion stays within epsilon and delta, rounded down.
 *
 * @throws VeilshareError INVALID_ARGUMENT unless epsilon is above 0 and delta above 0 and below 1.
 */
export function rhoOf({ epsilon, delta }: PrivacyLoss): number {
  checkArgument("rhoOf", "epsilon", epsilon, number());
  checkArgument("rhoOf", "delta", delta, number());
  checkDelta("rhoOf", delta);
  if (!(epsilon > 0) || !Number.isFinite(epsilon)) {
    throw invalidArgument("rhoOf", "an epsilon above 0", String(epsilon));
  }
  let low = 0;
  let high = epsilon + 1;
  while (deltaOfZcdp(high, epsilon) <= delta) high *= 2;
  for (let i = 0; i < halvings; i++) {
    const rho = (low + high) / 2;
    if (deltaOfZcdp(rho, epsilon) <= delta) low = rho;
    else high = rho;
  }
  return low;
}

/** @throws VeilshareError INVALID_ARGUMENT unless delta is above 0 and below 1. */
export function checkDelta(caller: string, delta: number): void {
  if (!(delta > 0 && delta < 1)) throw invalidArgument(caller, "a delta above 0 and below 1", String(delta));
}
