/**
 * Pearson's chi-square test of uniformity with one stated false-alarm rate.
 *
 * The threshold is Laurent and Massart's tail bound (2000, lemma 1): a chi-square variable with k degrees of freedom
 * exceeds k + 2 sqrt(k x) + 2 x with a probability of at most e^-x. With x = 20.8 an honest sampler fails one test in
 * 10^9. The statistic is chi-square only in the limit: every cell expects at least 50.
 */
const tailExponent = 20.8; // e^-20.8 < 10^-9

export interface ChiSquareResult {
  readonly statistic: number;
  readonly threshold: number;
  /** True when the counts are not those of a uniform sampler. */
  readonly exceeds: boolean;
}

/** Compares counts with the uniform distribution over their cells. */
export function chiSquare(counts: ArrayLike<number>): ChiSquareResult {
  const uniform = new Float64Array(counts.length).fill(1 / counts.length);
  return chiSquareAgainst(counts, uniform);
}

/** Compares counts with given probabilities of their cells, which sum to 1. */
export function chiSquareAgainst(
  counts: ArrayLike<number>,
  probabilities: ArrayLike<number>,
): ChiSquareResult {
  const cells = counts.length;
  let total = 0;
  for (let i = 0; i < cells; i++) total += counts[i] ?? 0;
  let statistic = 0;
  for (let i = 0; i < cells; i++) {
    const expected = total * (probabilities[i] ?? 0);
    if (expected < 50) throw new Error(`chiSquare: ${expected} draws a cell are too few`);
    statistic += ((counts[i] ?? 0) - expected) ** 2 / expected;
  }
  const freedom = cells - 1;
  const threshold = freedom + 2 * Math.sqrt(freedom * tailExponent) + 2 * tailExponent;
  return { statistic, threshold, exceeds: statistic > threshold };
}
