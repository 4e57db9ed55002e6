/**
 * The part of a joint model that all who compute run as one program: sharing, checking, training, measuring, and telling
 * each party what was agreed and nothing else.
 */

import type { ProtocolRun } from "../channel/party.js";
import type { Engine } from "../mpc/engine.js";
import { withFractionalBits } from "../mpc/operations/fixed-point.js";
import { SecretMatrix } from "../mpc/secret-matrix.js";
import { openComputation } from "../owners/computation.js";
import type { RiskHelperReport } from "./inputs-and-reports.js";
import { chooseColumns, needsChoice } from "./column-choice.js";
import { checkLeverage } from "./leverage.js";
import { tellMeasures, type ToldMeasures } from "./measures.js";
import { divideModel, type ModelShares } from "./model-shares.js";
import { fitPreconditioner } from "./preconditioner.js";
import { tellPoints } from "./disclosure.js";
import { scoreHeldBack, shareHeldBack, type HeldBackRows } from "./held-back.js";
import { scoreBits } from "./logistic.js";
import type { OwnerRoles } from "./roles.js";
import { bandsOfRows, chooseBands, type SecretBands } from "./score-bands.js";
import { countScores, type CountedScores } from "./score-counts.js";
import { measureCuts, scaleOfPieces, type ScoreScale } from "./score-scale.js";
import { shareDesign, type DesignParts } from "./secret-design.js";
import { shareLabels, shareLabelScalars, type OwnLabels } from "./secret-labels.js";
import { trainOnShares, type Trained } from "./secret-training.js";
import type { OwnTrainingRows, TrainingSettings } from "./training-parts.js";
import { planTraining, type TrainingPlan } from "./training-plan.js";
import { hearSize, type TrainingSize } from "./training-size.js";

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
  // One after the other: nothing else may be under way while columns are made ready for products.
  const design = await shareDesign(engine, designParts(run, roles, size, plan, own));
  const heldBack = await shareHeldBack(engine, { run, roles, size, own });
  const [labels, scalars] = await Promise.all([
    shareLabels(engine, roles.lender, size.rows, own.labels),
    shareLabelScalars(engine, roles.lender, plan, own.labels),
  ]);
  const [preconditioner] = await Promise.all([
    fitPreconditioner(engine, design, scalars.start, plan),
    checkLeverage(engine, design, { rows: size.rows, roles, names: run.names }),
  ]);
  const shares = { design, preconditioner, labels, scalars };
  const trained = await trainOnShares(engine, shares, plan, {
    onIteration: (done) => {
      run.progress({ step: "joint-risk-model/train", done, total: plan.iterations });
    },
    beforeLast: (pieces) => scaleOfPieces(engine, pieces),
  });
  const results = await tellResults(engine, {
    run,
    roles,
    settings,
    size,
    own,
    plan,
    labels,
    trained,
    heldBack,
  });
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
  readonly trained: Trained<ScoreScale>;
  readonly heldBack: HeldBackRows | undefined;
}

async function tellResults(engine: Engine, told: Told): Promise<OwnResults> {
  const { run, roles, settings, own, plan, labels, trained, heldBack } = told;
  const { early: scale } = trained;
  const how = { scale, cuts: measureCuts(plan.rows), computation: settings.computation };
  const trainingRows = async (): Promise<Counted> => {
    const scores = (await withFractionalBits(engine, trained.logits, scoreBits)).assumeBound(
      trained.logits.bound,
    );
    const counted = await countScores(engine, { scores, labels }, how);
    return { scores, counted, own: own.labels };
  };
  const otherRows = async (): Promise<Counted | undefined> => {
    if (heldBack === undefined) return undefined;
    const rows = await scoreHeldBack(engine, heldBack, plan, trained);
    return { scores: rows.scores, counted: await countScores(engine, rows, how), own: own.heldBackLabels };
  };
  const [training, other] = await Promise.all([trainingRows(), otherRows()]);
  const bands = chooseBands(engine, training.counted, scale);
  const [converged, chosen, ofTraining, ofOther, weights] = await Promise.all([
    trained.converged().then((secret) => engine.reveal(secret)),
    bands,
    tellRows(engine, told, training, bands),
    other === undefined ? undefined : tellRows(engine, told, other, bands),
    settings.isMain ? tellWeights(engine, told) : {},
  ]);
  const { edges } = chosen;
  return {
    converged: converged[0] === 1,
    bands: chosen.bands,
    ...(ofTraining === undefined ? {} : { training: ofTraining }),
    ...(ofOther === undefined ? {} : { heldBack: ofOther }),
    ...weights,
    ...(settings.isMain ? await divideModel(engine, { run, roles, trained, edges }) : {}),
  };
}

/** Scored rows of one set, counted. */
interface Counted {
  readonly scores: SecretMatrix;
  readonly counted: CountedScores;
  readonly own: OwnLabels | undefined;
}

/** What the lender learns of one set of rows. */
async function tellRows(
  engine: Engine,
  { roles, settings, trained }: Told,
  { scores, counted, own }: Counted,
  bands: Promise<SecretBands>,
): Promise<ToldRows | undefined> {
  const { lender } = roles;
  const { isMain, disclose } = settings;
  const tellBands = async (): Promise<Float64Array | undefined> =>
    engine.revealTo(lender, await bandsOfRows(engine, counted, await bands));
  const [measures, ofRows, points] = await Promise.all([
    tellMeasures(engine, lender, counted, { own, scale: trained.early }),
    isMain ? tellBands() : undefined,
    isMain && disclose.includes("points") ? tellPoints(engine, lender, scores) : undefined,
  ]);
  if (measures === undefined) return undefined;
  return { measures, bands: ofRows === undefined ? undefined : Uint8Array.from(ofRows), points };
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
