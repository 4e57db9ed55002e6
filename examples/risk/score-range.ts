/**
 * Between what a measure of scores lies when each score may be off by a little: told measures are read at cuts, where near scores count
 * as equal, and rows are few or many. With few rows one pair more or less in order is much, so that the range, not a fixed
 * tolerance, is what a told measure is compared with.
 */

import { measureCuts } from "veilshare/risk";

/** Two numbers. */
export interface Range {
  readonly least: number;
  readonly most: number;
}

/** Scores are told apart at cuts between these multiples of a deviation that is at most a fifth too large. */
const deviationsAcross = 8;
const largestExcess = 1.2;

/** Of the deviation: how far a training on shares may be from the same one in the clear. */
const rounding = 0.005;

/** What is added to the variance, at most, as it is worked out from the whole numbers between which scores lie. */
const ofWholeNumbers = 1 / 6;

/** More than sums of floating point are off by. */
const exactly = 1e-9;

/** Scores beyond these count as these. */
const [lowest, highest] = [-13, 9] as const;

/** What a log loss that is read at cuts and from a logistic function in pieces may be off by beside. */
const lossRounding = 0.0005;

/** How far scores may be off. */
export interface Slack {
  /** Each by itself, as far as their order goes. */
  readonly score: number;
  /** The mean log loss: half a cut more for some scores is half a cut less for others, but for the curve between them. */
  readonly logLoss: number;
}

/** The slack that goes with these scores of the training rows. */
export function scoreSlack(trainingScores: Float64Array): Slack {
  const rows = trainingScores.length;
  const clipped = trainingScores.map((score) => Math.max(lowest, Math.min(highest, score)));
  const mean = clipped.reduce((sum, score) => sum + score, 0) / rows;
  const variance = clipped.reduce((sum, score) => sum + (score - mean) ** 2, 0) / rows;
  const deviation = Math.sqrt(variance + ofWholeNumbers);
  const cut = (deviation * deviationsAcross * largestExcess) / measureCuts(rows);
  const ofTraining = deviation * rounding;
  return { score: cut / 2 + ofTraining, logLoss: cut ** 2 / 24 + ofTraining + lossRounding };
}

/** AUC and KS, least and most, when every score may be off by the slack. */
export function measureRanges(
  scores: Float64Array,
  labels: Uint8Array,
  slack: number,
): Readonly<Record<"auc" | "ks", Range>> {
  const of = (label: number): Float64Array => scores.filter((_, row) => labels[row] === label).sort();
  const [good, bad] = [of(0), of(1)];
  let [least, most] = [0, 0];
  for (const score of bad) {
    least += countBelow(good, score - 2 * slack);
    most += countBelow(good, score + 2 * slack, true);
  }
  const pairs = good.length * bad.length;
  return { auc: { least: least / pairs, most: most / pairs }, ks: ksRange(good, bad, slack) };
}

function ksRange(good: Float64Array, bad: Float64Array, slack: number): Range {
  let [least, most] = [0, 0];
  for (const cut of [...good, ...bad]) {
    for (const at of [cut - slack, cut, cut + slack]) {
      const part = (scores: Float64Array, move: number): number =>
        countBelow(scores, at + move + exactly, true) / scores.length;
      const [goodLeast, goodMost] = [part(good, -slack), part(good, slack)];
      const [badLeast, badMost] = [part(bad, -slack), part(bad, slack)];
      least = Math.max(least, goodLeast - badMost, badLeast - goodMost);
      most = Math.max(most, goodMost - badLeast, badMost - goodLeast);
    }
  }
  return { least, most };
}

/** How many of ascending numbers are below another, or not above it. */
function countBelow(ascending: Float64Array, limit: number, orEqual = false): number {
  let [from, to] = [0, ascending.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    const value = ascending[middle] as number; // from <= middle < to
    if (value < limit || (orEqual && value === limit)) from = middle + 1;
    else to = middle;
  }
  return from;
}
