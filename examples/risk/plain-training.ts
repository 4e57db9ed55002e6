/** The check that only an example can do: both owners' rows in one place, trained in the clear. */

import {
  discrimination,
  fitPreparation,
  keepColumns,
  logLoss,
  prepareColumns,
  preparedNames,
  scoreInTheClear,
  trainInTheClear,
  type DesignMatrix,
  type LenderInput,
  type PlatformInput,
  type Preparation,
} from "veilshare/risk";
import type { LenderOutcome, PlainPerformance, PlatformOutcome } from "./outcomes.js";
import { measureRanges, scoreSlack, type Range } from "./score-range.js";

/** What measures of one set of rows may be. */
export type PlainRanges = Readonly<Record<"auc" | "ks" | "logLoss", Range>>;

/** By training in the clear; null where there are no rows, or one label only. */
export type PlainCheck = Readonly<{ training: PlainRanges | null; holdout: PlainRanges | null }>;

/**
 * Joins on id in the clear and trains on the rows that the parties trained on, by the same steps; that these come to what exact
 * logistic regression gives is what the benchmark `calibration` measures.
 */
export function trainPlain(
  lender: LenderInput,
  platform: PlatformInput,
  joint: { readonly lender: LenderOutcome; readonly platform: PlatformOutcome },
): PlainCheck {
  const { rows, heldBack } = joint.lender;
  const platformRow = new Map(platform.ids.map((id, row) => [id, row]));
  const pairs = rows.map((row) => ({ row, other: platformRow.get(lender.ids[row] ?? "") ?? 0 }));
  const training = pairs.filter((_, i) => heldBack[i] === 0);
  const holdout = pairs.filter((_, i) => heldBack[i] === 1);
  const preparations = [
    fitAs(
      joint.lender,
      lender.columns,
      Uint32Array.from(training, ({ row }) => row),
    ),
    fitAs(
      joint.platform,
      platform.columns,
      Uint32Array.from(training, ({ other }) => other),
    ),
  ] as const;
  const design = (of: typeof pairs): readonly [DesignMatrix, DesignMatrix] =>
    designs(of, lender, platform, preparations);
  const labels = (of: typeof pairs): Uint8Array => Uint8Array.from(of, ({ row }) => lender.labels[row] ?? 0);
  const model = trainInTheClear(design(training), labels(training));
  const scoresOf = (of: typeof pairs): Float64Array => {
    const [own, other] = design(of);
    const split = own.columns;
    const first = scoreInTheClear(own, { ...model, weights: model.weights.subarray(0, split) });
    const second = scoreInTheClear(other, { weights: model.weights.subarray(split), intercept: 0 });
    return first.map((score, i) => score + (second[i] ?? NaN));
  };
  const slack = scoreSlack(scoresOf(training));
  const ranges = (of: typeof pairs): PlainRanges | null => {
    const [scores, own] = [scoresOf(of), labels(of)];
    if (discrimination(scores, own) === undefined) return null;
    const loss = logLoss(scores, own);
    const logLossRange = {
      least: Math.min(4, loss - slack.logLoss),
      most: Math.min(4, loss + slack.logLoss),
    };
    return { ...measureRanges(scores, own, slack.score), logLoss: logLossRange };
  };
  return { training: ranges(training), holdout: ranges(holdout) };
}

/** The preparation of an owner's rows, with the columns that it trained on. */
function fitAs(
  { columnNames }: LenderOutcome | PlatformOutcome,
  columns: LenderInput["columns"],
  rows: Uint32Array,
): Preparation {
  const preparation = fitPreparation(columns, rows);
  return keepColumns(
    preparation,
    preparedNames(preparation).kept.map((name) => columnNames.includes(name)),
  );
}

function designs(
  pairs: readonly { readonly row: number; readonly other: number }[],
  lender: LenderInput,
  platform: PlatformInput,
  [first, second]: readonly [Preparation, Preparation],
): readonly [DesignMatrix, DesignMatrix] {
  return [
    prepareColumns(
      first,
      lender.columns,
      Uint32Array.from(pairs, ({ row }) => row),
    ),
    prepareColumns(
      second,
      platform.columns,
      Uint32Array.from(pairs, ({ other }) => other),
    ),
  ];
}

/**
 * The largest distance of a told measure from the range of plain training, in halves of its last decimal, so that 1 is what rounding
 * alone explains.
 */
export function largestDifference(plain: PlainCheck, joint: PlainPerformance): number {
  let largest = 0;
  for (const set of ["training", "holdout"] as const) {
    const [told, ranges] = [joint[set], plain[set]];
    if ((told === null) !== (ranges === null)) return Infinity;
    if (told === null || ranges === null) continue;
    const half = 0.5 * 10 ** -told.decimals;
    for (const measure of ["auc", "ks", "logLoss"] as const) {
      const { least, most } = ranges[measure];
      const beyond = Math.max(least - told[measure], told[measure] - most);
      largest = Math.max(largest, beyond / half);
    }
  }
  return largest;
}

/** What floating point adds to a half, which is rounded up. */
const exactly = 1 + 1e-9;

/** Whether the joint run's measures are those of training in the clear. */
export function isWithin(difference: number): boolean {
  return difference <= exactly;
}
