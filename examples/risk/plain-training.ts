/** The check that only an example can do: both owners' rows in one place, trained in the clear. */

import {
  discrimination,
  fitLogisticRegression,
  fitPreparation,
  keepColumns,
  logLoss,
  prepareColumns,
  preparedNames,
  scoreInTheClear,
  type DesignMatrix,
  type LenderInput,
  type PlatformInput,
  type Preparation,
} from "veilshare/risk";
import {
  allDecimals,
  type LenderOutcome,
  type PlainMeasures,
  type PlainPerformance,
  type PlatformOutcome,
} from "./outcomes.js";

/** Joins on id in the clear and trains exact logistic regression on the rows that the parties trained on. */
export function trainPlain(
  lender: LenderInput,
  platform: PlatformInput,
  joint: { readonly lender: LenderOutcome; readonly platform: PlatformOutcome },
): PlainPerformance {
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
  const design = (of: typeof pairs): DesignMatrix => joined(of, lender, platform, preparations);
  const labels = (of: typeof pairs): Uint8Array => Uint8Array.from(of, ({ row }) => lender.labels[row] ?? 0);
  const model = fitLogisticRegression(design(training), labels(training), 1 / training.length);
  const measured = (of: typeof pairs): PlainMeasures | null => {
    const scores = scoreInTheClear(design(of), model);
    const told = discrimination(scores, labels(of));
    return told === undefined
      ? null
      : { ...told, logLoss: logLoss(scores, labels(of)), decimals: allDecimals };
  };
  return { training: measured(training), holdout: measured(holdout) };
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

function joined(
  pairs: readonly { readonly row: number; readonly other: number }[],
  lender: LenderInput,
  platform: PlatformInput,
  [first, second]: readonly [Preparation, Preparation],
): DesignMatrix {
  const own = prepareColumns(
    first,
    lender.columns,
    Uint32Array.from(pairs, ({ row }) => row),
  );
  const other = prepareColumns(
    second,
    platform.columns,
    Uint32Array.from(pairs, ({ other: row }) => row),
  );
  const columns = own.columns + other.columns;
  const values = new Float64Array(pairs.length * columns);
  for (let i = 0; i < pairs.length; i++) {
    values.set(own.values.subarray(i * own.columns, (i + 1) * own.columns), i * columns);
    values.set(other.values.subarray(i * other.columns, (i + 1) * other.columns), i * columns + own.columns);
  }
  return { rows: pairs.length, columns, values };
}

/** How far told measures may be from plain ones beside their rounding: scores are compared at cuts only. */
const tolerance = { auc: 0.002, ks: 0.01, logLoss: 0.002 } as const;

/** The largest difference of a measure of the joint run from plain training, as a part of what is allowed. */
export function largestDifference(plain: PlainPerformance, joint: PlainPerformance): number {
  let largest = 0;
  for (const set of ["training", "holdout"] as const) {
    const [told, exact] = [joint[set], plain[set]];
    if ((told === null) !== (exact === null)) return Infinity;
    if (told === null || exact === null) continue;
    const rounding = 0.5 * 10 ** -told.decimals;
    for (const measure of ["auc", "ks", "logLoss"] as const) {
      const allowed = rounding + tolerance[measure];
      largest = Math.max(largest, Math.abs(told[measure] - Math.min(exact[measure], 4)) / allowed);
    }
  }
  return largest;
}
