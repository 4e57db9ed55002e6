/**
 * The part of a joint model that all who compute run as one program: sharing, checking, training, measuring, and telling
 * each party what was agreed and nothing else.
 */

import type { ProtocolRun } from "../channel/party.js";
import type { Engine } from "../mpc/engine.js";
import { SecretMatrix } from "../mpc/secret-matrix.js";
import { openComputation } from "../owners/computation.js";
import type { RiskHelperReport } from "./inputs-and-reports.js";
import { chooseColumns, needsChoice } from "./column-choice.js";
import { checkLeverage } from "./leverage.js";
import { tellMeasures, type EvaluatedRows, type ToldMeasures } from "./measures.js";
import { divideModel, type ModelShares } from "./model-shares.js";
import { fitPreconditioner } from "./preconditioner.js";
import { tellPoints } from "./disclosure.js";
import { shareLabels, shareLabelScalars, type OwnLabels } from "./secret-labels.js";
import {
  bandsOfRows,
  chooseBands,
  countScores,
  cutsFor,
  scaleOfScores,
  type ScoreScale,
  type SecretBands,
} from "./secret-evaluation.js";
import type { OwnerRoles } from "./roles.js";
import { shareDesign, type DesignParts } from "./secret-design.js";
import type { OwnTrainingRows, TrainingSettings } from "./training-parts.js";
import { trainOnShares, type Trained } from "./secret-training.js";
import { hearSize, type TrainingSize } from "./training-size.js";
import { scoreHeldBack } from "./held-back.js";
import { changeSquares, logitBound, maxStep, planTraining, type TrainingPlan } from "./training-plan.js";

/** What a third party that computes does: the owners' program, without rows. */
export async function helpTraining(
  run: ProtocolRun,
  roles: OwnerRoles,
  settings: Omit<TrainingSettings, "isMain"> & { readonly folds: number },
): Promise<RiskHelperReport> {
  const owners = [roles.lender, roles.platform];
  const help = async (isMain: boolean): Promise<TrainingSize> => {
    let size = await hearSize(run, owners);
    if (needsChoice(size)) {
      await chooseColumns(run, roles, settings, size, {});
      size = await hearSize(run, owners);
    }
    await trainTogether(run, roles, { ...settings, isMain }, size, {});
    return size;
  };
  const { rows, lenderColumns, platformColumns } = await help(true);
  for (let fold = 0; fold < settings.folds; fold++) await help(false);
  return { role: "helper", trainingRows: rows, columns: lenderColumns + platformColumns };
}

/** What the training tells one party. */
export interface OwnResults {
  readonly converged: boolean;
  readonly bands: number;
  /** At the owners. */
  readonly shares?: ModelShares;
  /** At an owner, those of its whitened columns, where weights are disclosed. */
  readonly weights?: Float64Array;
  /** At the lender, where weights are disclosed. */
  readonly intercept?: number;
  /** At the lender. */
  readonly training?: ToldRows;
  readonly heldBack?: ToldRows;
}

/** What the lender learns of rows. */
export interface ToldRows {
  readonly measures: ToldMeasures;
  readonly bands: Uint8Array | undefined;
  readonly points: Int32Array | undefined;
}

/** The program that all who compute run. */
export async function trainTogether(
  run: ProtocolRun,
  roles: OwnerRoles,
  settings: TrainingSettings,
  size: TrainingSize,
  own: OwnTrainingRows,
): Promise<OwnResults> {
  const columns = size.lenderColumns + size.platformColumns;
  const plan = planTraining(size.rows, columns, settings);
  const engine = await openComputation(run, settings.computation, roles);
  const labels = await shareLabels(engine, roles.lender, size.rows, own.labels);
  const design = await shareDesign(engine, designParts(run, roles, size, plan, own));
  await checkLeverage(engine, design, {
    rows: size.rows,
    roles,
    names: run.names,
    computation: settings.computation,
  });
  const scalars = await shareLabelScalars(engine, roles.lender, size.rows, own.labels);
  const preconditioner = await fitPreconditioner(engine, design, size.rows);
  const trained = await trainOnShares(
    engine,
    { design, preconditioner, labels, ...scalars },
    plan,
    (done) => {
      run.progress({ step: "joint-risk-model/train", done, total: plan.iterations });
    },
  );
  const results = await tellResults(engine, { run, roles, settings, size, own, plan, labels, trained });
  await engine.close();
  return results;
}

function designParts(
  run: ProtocolRun,
  roles: OwnerRoles,
  size: TrainingSize,
  plan: TrainingPlan,
  own: OwnTrainingRows,
): DesignParts {
  return {
    rows: size.rows,
    trainingRows: size.rows,
    products: plan.iterations,
    transposedProducts: plan.iterations,
    lender: {
      index: roles.lender,
      columns: size.lenderColumns,
      moreTransposed: size.platformColumns,
      asSecret: true,
    },
    platform: { index: roles.platform, columns: size.platformColumns, asSecret: true },
    ...(own.values === undefined ? {} : { own: { index: run.index, values: own.values } }),
  };
}

/** What {@link tellResults} needs. */
interface Told {
  readonly run: ProtocolRun;
  readonly roles: OwnerRoles;
  readonly settings: TrainingSettings;
  readonly size: TrainingSize;
  readonly own: OwnTrainingRows;
  readonly plan: TrainingPlan;
  readonly labels: SecretMatrix;
  readonly trained: Trained;
}

async function tellResults(engine: Engine, told: Told): Promise<OwnResults> {
  const { run, roles, settings, size, own, plan, labels, trained } = told;
  const [converged] = await engine.reveal(trained.converged);
  const scale = await scaleOfScores(engine, trained.logits, squaresOfLogits(plan));
  const cuts = cutsFor(size.rows);
  const counted = await countScores(engine, trained.logits, scale, cuts);
  const bands = await chooseBands(engine, counted, scale);
  const heldBack = await scoreHeldBack(engine, { run, roles, size, plan, own, trained });
  const sets: { readonly rows: EvaluatedRows; readonly own: OwnLabels | undefined }[] = [
    { rows: { scores: trained.logits, labels, counted }, own: own.labels },
  ];
  if (heldBack !== undefined) {
    const counts = await countScores(engine, heldBack.scores, scale, cuts);
    sets.push({ rows: { ...heldBack, counted: counts }, own: own.heldBackLabels });
  }
  const rowsTold: (ToldRows | undefined)[] = [];
  for (const set of sets) rowsTold.push(await tellRows(engine, told, { ...set, scale, bands }));
  const [training, other] = rowsTold;
  return {
    converged: converged === 1,
    bands: bands.bands,
    ...(training === undefined ? {} : { training }),
    ...(other === undefined ? {} : { heldBack: other }),
    ...(settings.isMain ? await tellWeights(engine, told) : {}),
    ...(settings.isMain ? await divideModel(engine, { run, roles, trained, edges: bands.edges }) : {}),
  };
}

/** What the lender learns of one set of rows. */
async function tellRows(
  engine: Engine,
  { roles, settings }: Told,
  set: {
    readonly rows: EvaluatedRows;
    readonly own: OwnLabels | undefined;
    readonly scale: ScoreScale;
    readonly bands: SecretBands;
  },
): Promise<ToldRows | undefined> {
  const { lender } = roles;
  const measures = await tellMeasures(engine, lender, set);
  if (!settings.isMain)
    return measures === undefined ? undefined : { measures, bands: undefined, points: undefined };
  const bands = await engine.revealTo(lender, await bandsOfRows(engine, set.rows.counted, set.bands));
  const points = settings.disclose.includes("points")
    ? await tellPoints(engine, lender, set.rows.scores)
    : undefined;
  if (measures === undefined || bands === undefined) return undefined;
  return { measures, bands: Uint8Array.from(bands), points };
}

/** Each owner the weights of its own columns, where all agreed to that. */
async function tellWeights(
  engine: Engine,
  { roles, settings, size, trained }: Told,
): Promise<Pick<OwnResults, "weights" | "intercept">> {
  if (!settings.disclose.includes("weights")) return {};
  const { lenderColumns, platformColumns } = size;
  const ofLender =
    lenderColumns === 0
      ? trained.intercept
      : SecretMatrix.concatRows([trained.weights.rowRange(0, lenderColumns), trained.intercept]);
  const [toLender, toPlatform] = await Promise.all([
    engine.revealTo(roles.lender, ofLender),
    engine.revealTo(roles.platform, trained.weights.rowRange(lenderColumns, lenderColumns + platformColumns)),
  ]);
  if (toPlatform !== undefined) return { weights: toPlatform };
  if (toLender === undefined) return {};
  return { weights: toLender.slice(0, lenderColumns), intercept: toLender[lenderColumns] ?? 0 };
}

/** The sum of the squares of training logits is at most this, less that of their prior part. */
function squaresOfLogits(plan: TrainingPlan): number {
  let length = 0;
  for (let k = 0; k < plan.iterations; k++) length += maxStep * Math.sqrt(changeSquares(plan.rows, k));
  return Math.min((1.1 * length) ** 2, plan.rows * logitBound(plan.rows, plan.iterations) ** 2);
}
