/** How well scores tell labels apart. Both measures depend on the order of the scores only; ties are handled. */

import { invalidArgument } from "../errors.js";

/** Measures of a set of scored rows. */
export interface Discrimination {
  /** Area under the ROC curve, 0 to 1; 0.5 is chance. */
  readonly auc: number;
  /** Kolmogorov-Smirnov statistic: the largest distance between the classes' score distributions, 0 to 1. */
  readonly ks: number;
}

/**
 * AUC and KS of scores, where a higher score means label 1.
 *
 * AUC is the probability that a row of label 1 scores higher than one of label 0, a tie counting half (Mann-Whitney);
 * KS is looked at between groups of equal scores only.
 *
 * @returns `undefined` when there are no rows of one of the labels: then neither exists.
 * @throws VeilshareError INVALID_ARGUMENT for lengths that differ, a score that is NaN or a label other than 0 and 1.
 */
export function discrimination(
  scores: ArrayLike<number>,
  labels: ArrayLike<number>,
): Discrimination | undefined {
  if (scores.length !== labels.length) {
    throw invalidArgument("discrimination", `${scores.length} labels`, `${labels.length}`);
  }
  const order = Uint32Array.from({ length: scores.length }, (_, i) => i);
  let positives = 0;
  for (const i of order) {
    if (Number.isNaN(scores[i])) throw invalidArgument("discrimination", "scores that are numbers", "NaN");
    if (labels[i] !== 0 && labels[i] !== 1)
      throw invalidArgument("discrimination", "labels 0 or 1", "another");
    positives += labels[i];
  }
  const negatives = scores.length - positives;
  if (positives === 0 || negatives === 0) return undefined;
  order.sort((a, b) => (scores[a] as number) - (scores[b] as number)); // indices of scores
  let pairs = 0;
  let ks = 0;
  let [seenPositives, seenNegatives] = [0, 0];
  for (let start = 0; start < order.length;) {
    const score = scores[order[start] as number]; // start < length
    let [tiedPositives, tied] = [0, 0];
    while (start + tied < order.length && scores[order[start + tied] as number] === score) {
      tiedPositives += labels[order[start + tied] as number] as number; // in range by the loop's condition
      tied += 1;
    }
    const tiedNegatives = tied - tiedPositives;
    pairs += tiedPositives * (seenNegatives + tiedNegatives / 2);
    seenPositives += tiedPositives;
    seenNegatives += tiedNegatives;
    ks = Math.max(ks, Math.abs(seenPositives / positives - seenNegatives / negatives));
    start += tied;
  }
  return { auc: pairs / (positives * negatives), ks };
}

/**
 * The mean of -log of what log-odds give the true label.
 *
 * @throws VeilshareError INVALID_ARGUMENT for lengths that differ.
 */
export function logLoss(scores: ArrayLike<number>, labels: ArrayLike<number>): number {
  if (scores.length !== labels.length) {
    throw invalidArgument("logLoss", `${scores.length} labels`, `${labels.length}`);
  }
  let sum = 0;
  for (let i = 0; i < scores.length; i++) {
    const against = labels[i] === 1 ? -(scores[i] as number) : (scores[i] as number); // i < length
    sum += Math.max(0, against) + Math.log1p(Math.exp(-Math.abs(against)));
  }
  return sum / scores.length;
}
