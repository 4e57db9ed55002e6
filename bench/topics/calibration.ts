import {
  discrimination,
  fitLogisticRegression,
  fitPreparation,
  logLoss,
  prepareColumns,
  scoreInTheClear,
  type DesignMatrix,
  type LenderInput,
  type PlatformInput,
  type Preparation,
} from "veilshare/risk";
import { shareFigures } from "../calibration/shares.js";
import type { BenchContext } from "../context.js";
import { round, sum, summarise, type Measurement, type Topic } from "../measurement.js";
import type { CalibrationOutcome, CalibrationTask } from "../risk/calibration-party.js";
import { inventOwners, type CalibrationCase } from "../risk/calibration-rows.js";
import { runPartiesOver } from "../slow-link.js";

/** Odds that give bad rates of about 6.4, 2.4, 0.8 and 0.3 percent. */
const odds = [0.0245, 0.0082, 0.0024, 0.00082] as const;
const correlations = [0.9, 0.95, 0.99, 0.995] as const;

/** Seeds, of which there are as many as repeats; the median of their figures is what is told. */
const defaultRepeats = 3;

const computations = ["replicated", "two-party"] as const;

const rows = 20_000;

/**
 * Log loss and AUC of joint models beside exact logistic regression by Newton's method on the joined rows: at low bad rates, on
 * rows that were not trained on, and where columns of the two owners go together. Every party is a process of its own, over
 * encrypted WebSockets on this machine. With --repeats one seed or more are tried instead of three; with --quick three parties and
 * one seed only.
 */
export const calibrationTopic: Topic = {
  name: "calibration",
  title: "Calibration of the joint risk model, all parties on this machine",
  async run(context) {
    const results: Measurement[] = [];
    const [ratios, gaps]: [number[], number[]] = [[], []];
    for (const computation of context.quick ? (["replicated"] as const) : computations) {
      for (const odd of odds) {
        const told = await each(context, async (seed) => {
          const of = { kind: "rate", odds: odd, rows, seed } as const;
          const { measurement, joint, plain } = await measure(context, computation, of);
          results.push(measurement);
          return joint.logLoss / plain.logLoss;
        });
        ratios.push(told);
      }
      for (const correlation of correlations) {
        const told = await each(context, async (seed) => {
          const of = { kind: "correlated", correlation, rows, seed } as const;
          const { measurement, joint, plain } = await measure(context, computation, of);
          results.push(measurement);
          return Math.abs(plain.auc - joint.auc);
        });
        gaps.push(told);
      }
    }
    context.note("three parties sort 30,000 rows; quotients, means and percentiles over their whole range");
    const shares = await shareFigures({ quick: context.quick || context.repeats === 1 });
    const figures = {
      calibrationWorst: Math.max(...ratios),
      correlatedWorst: Math.max(...gaps),
      ...shares.figures,
    };
    return { results: [...results, ...shares.results], ratios: {}, figures };
  },
};

/** The median over seeds. */
async function each(context: BenchContext, run: (seed: number) => Promise<number>): Promise<number> {
  const values: number[] = [];
  const repeats = context.quick ? 1 : (context.repeats ?? defaultRepeats);
  for (let seed = 1; seed <= repeats; seed++) values.push(await run(seed));
  return values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}

interface Quality {
  readonly auc: number;
  readonly logLoss: number;
}

async function measure(
  context: BenchContext,
  computation: (typeof computations)[number],
  of: CalibrationCase,
): Promise<{ readonly measurement: Measurement; readonly joint: Quality; readonly plain: Quality }> {
  const what = of.kind === "rate" ? `odds ${of.odds}` : `correlation ${of.correlation}`;
  context.note(`joint model, ${computation}, ${what}, seed ${of.seed}`);
  const task = (role: CalibrationTask["role"]): { name: string; task: CalibrationTask } => ({
    name: role,
    task: { role, computation, of },
  });
  const parties = [
    task("lender"),
    task("platform"),
    ...(computation === "replicated" ? [task("helper")] : []),
  ];
  const script = new URL("../risk/calibration-party.js", import.meta.url);
  const all = await runPartiesOver(undefined, { script, parties, timeoutMs: 3_600_000 });
  const outcomes = all as unknown as CalibrationOutcome[]; // calibration-party.ts is what ran
  const [lender, platform] = outcomes;
  const weights = Float64Array.of(...(lender?.weights ?? []), ...(platform?.weights ?? []));
  const { joint, plain } = compare(of, { weights, intercept: lender?.intercept ?? NaN });
  const name = `${computation}, ${what}: log loss ${joint.logLoss.toFixed(5)} (plain ${plain.logLoss.toFixed(5)}), AUC ${joint.auc.toFixed(4)} (plain ${plain.auc.toFixed(4)})`;
  const measurement = summarise(
    {
      name,
      items: of.rows / 2,
      unit: "rows",
      threads: parties.length,
      bytes: sum(outcomes.map(({ bytesSent }) => bytesSent)),
      rounds: Math.max(...outcomes.map(({ rounds }) => rounds)),
    },
    [round(Math.max(...outcomes.map(({ ms }) => ms)), 0)],
  );
  return { measurement, joint, plain };
}

/** Both models on the rows that were not trained on. */
function compare(
  of: CalibrationCase,
  weights: { readonly weights: Float64Array; readonly intercept: number },
): { readonly joint: Quality; readonly plain: Quality } {
  const { training, test } = inventOwners(of);
  const every = Uint32Array.from({ length: of.rows / 2 }, (_, i) => i);
  const preparations = [
    fitPreparation(training.lender.columns, every),
    fitPreparation(training.platform.columns, every),
  ] as const;
  const labels = Uint8Array.from(training.lender.labels);
  const newton = fitLogisticRegression(joined(training, preparations, every), labels, 1 / every.length);
  const design = joined(test, preparations, every);
  const testLabels = Uint8Array.from(test.lender.labels);
  const quality = (model: typeof newton): Quality => {
    const scores = scoreInTheClear(design, model);
    return { auc: discrimination(scores, testLabels)?.auc ?? NaN, logLoss: logLoss(scores, testLabels) };
  };
  return { joint: quality(weights), plain: quality(newton) };
}

function joined(
  { lender, platform }: { readonly lender: LenderInput; readonly platform: PlatformInput },
  [first, second]: readonly [Preparation, Preparation],
  rowsOf: Uint32Array,
): DesignMatrix {
  const own = prepareColumns(first, lender.columns, rowsOf);
  const other = prepareColumns(second, platform.columns, rowsOf);
  const columns = own.columns + other.columns;
  const values = new Float64Array(own.rows * columns);
  for (let i = 0; i < own.rows; i++) {
    values.set(own.values.subarray(i * own.columns, (i + 1) * own.columns), i * columns);
    values.set(other.values.subarray(i * other.columns, (i + 1) * other.columns), i * columns + own.columns);
  }
  return { rows: own.rows, columns, values };
}
