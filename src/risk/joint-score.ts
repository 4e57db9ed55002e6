/**
 * Bands of new rows by a joint model: lender and platform each with the own part that the training gave them, alone or with
 * a third party that computes or deals.
 *
 *   lender <-> platform   which ids are common (private set intersection; both learn it)
 *   lender -> platform    a commitment to its columns of each common id
 *   owners -> helper      numbers of rows, columns and bands, where a helper computes
 *   all                   scores on shares, of the columns and of the model
 *   others -> lender      shares of the band of each common row: only the lender learns it
 *
 * Adversary: semi-honest. What each learns:
 *
 *   lender     which of its ids the platform has; the band of each, one of at most ten, whose edges the training fixed.
 *   platform   which of its ids the lender asked for; no band.
 *
 * A lender that asks for one id again and again, each time with other columns of its own, could find out at which of them the
 * band changes, and so the platform's part of the score. With a store, the platform remembers the commitment to each id's
 * columns and refuses an id that comes with others in the same epoch.
 */

import type { Party, ProtocolRun } from "../channel/party.js";
import { invalidArgument } from "../errors.js";
import { computations, defaultComputation, type Computation } from "../mpc/computation.js";
import type { Engine } from "../mpc/engine.js";
import { greaterOrEqual } from "../mpc/operations/comparison.js";
import { withFractionalBits } from "../mpc/operations/fixed-point.js";
import type { SecretMatrix } from "../mpc/secret-matrix.js";
import { alignRows, type AlignmentOptions } from "../owners/alignment.js";
import { checkColumns, checkIds } from "../owners/columns.js";
import { openComputation, thirdRoles } from "../owners/computation.js";
import { assignRoles } from "../owners/roles.js";
import { commitApplicants, type ApplicantGuard } from "./applicants.js";
import { completeDisclosures, tellPoints, type Disclosure } from "./disclosure.js";
import { announceEngine, serveEngines } from "./engines.js";
import type { DealerInput, HelperInput, OwnedRows, RiskDealerReport } from "./inputs-and-reports.js";
import { scoreBits } from "./logistic.js";
import { broadcast } from "./matrix-products.js";
import { joinModel, largestModelNumber } from "./model-shares.js";
import type { RiskModelPart } from "./model.js";
import { checkNames } from "./options.js";
import { withinBound } from "./prepared-rows.js";
import { prepareColumns } from "./preparation.js";
import type { OwnerRoles, RoleNames } from "./roles.js";
import { hearScoreSize, tellScoreSize, type ScoreSize } from "./score-size.js";
import { shareDesign } from "./secret-design.js";
import { valueBound } from "./training-plan.js";
import { whiten } from "../owners/whitening.js";

/** What an owner brings to a scoring. */
export interface ScoreInput extends OwnedRows {
  readonly role: "lender" | "platform";
  /** The own part of the model. */
  readonly model: RiskModelPart;
}

/** Options of {@link jointScore}; the same at all parties, but for `alignment`, `store` and `maxApplicants`. */
export interface JointScoreOptions extends ApplicantGuard {
  /** How secrets are shared, and with it whether there is a third party; may differ from the training's. Default `two-party`. */
  readonly computation?: Computation;
  /** Names of the parties in the roles; default: the roles' own names. */
  readonly parties?: RoleNames;
  /** What is told beside bands: `points`. Default nothing. */
  readonly disclose?: readonly Exclude<Disclosure, "weights">[];
  /** Threads and limits of the own side of the intersection. */
  readonly alignment?: AlignmentOptions;
}

/** What a scoring gives. */
export interface ScoreReport {
  /** Own row of each common id, in the order of the ids' bytes. */
  readonly rows: Uint32Array;
  /** At the lender, the band of each of them, from 0: a higher one points to label 1. */
  readonly bands?: Uint8Array;
  /** At the lender, with `points` disclosed. */
  readonly points?: Int32Array;
}

/** What the helper of a scoring gets. */
export interface ScoreHelperReport {
  readonly role: "helper";
  readonly rows: number;
}

const protocol = { name: "veilshare/joint-score", version: 2 } as const;

/**
 * Scores the common ids of two owners' new rows. A row that the other owner does not have gets no score.
 *
 * @param input - Whose columns have to fit the preparation of the own part.
 * @throws VeilshareError INVALID_ARGUMENT for a part of the other role, or options that do not exist; INVALID_DATA for rows
 *   that do not fit the model; PEER_MISMATCH for parts of two trainings or other options; DISCLOSURE_REFUSED at the platform when
 *   an id comes with other columns than before.
 *
 * **Security.** Semi-honest; with a third party, no two of the three collude. What each learns is at the head of this file.
 *
 * **Cost.** The intersection; for each row a product with each column and a comparison with each edge.
 */
export async function jointScore(
  party: Party,
  input: ScoreInput,
  options?: JointScoreOptions,
): Promise<ScoreReport>;
export async function jointScore(
  party: Party,
  input: ScoreInput | HelperInput | DealerInput,
  options?: JointScoreOptions,
): Promise<ScoreReport | ScoreHelperReport | RiskDealerReport>;
export async function jointScore(
  party: Party,
  input: ScoreInput | HelperInput | DealerInput,
  options: JointScoreOptions = {},
): Promise<ScoreReport | ScoreHelperReport | RiskDealerReport> {
  return party.run(protocol, async (run) => {
    const settings = completeOptions(options);
    const third = thirdRoles[settings.computation];
    const wanted = third === undefined ? owners : ([...owners, third] as const);
    const roles: OwnerRoles = assignRoles(run, wanted, settings.parties, input.role);
    if (input.role === "helper" || input.role === "dealer") {
      await run.agree({ ...settings });
      return input.role === "dealer" ? serveEngines(run, roles) : helpScoring(run, roles, settings);
    }
    const { model, ids, columns, role } = input;
    if (model.role !== role) throw invalidArgument("jointScore", `the ${role}'s part`, `the ${model.role}'s`);
    checkIds(ids);
    checkColumns(columns, ids.length);
    await run.agree({ ...settings });
    const pair = run.between([roles.lender, roles.platform].sort((a, b) => a - b));
    await agreeOnModel(run, roles, model);
    const rows = await alignRows(pair, ids, options.alignment ?? {}, 0);
    await commitApplicants(run, roles, { input, rows, guard: options, epoch: settings.epoch });
    return scoreRows(run, roles, { settings, input, rows });
  });
}

const owners = ["lender", "platform"] as const;

type Settings = Required<Pick<JointScoreOptions, "computation" | "parties" | "disclose" | "epoch">>;

function completeOptions(options: JointScoreOptions): Settings {
  checkNames("jointScore", options, [
    "alignment",
    "computation",
    "disclose",
    "epoch",
    "maxApplicants",
    "parties",
    "store",
  ]);
  const { computation = defaultComputation, parties = {}, disclose = [], epoch = "" } = options;
  if (!computations.includes(computation)) {
    throw invalidArgument("jointScore", `a computation: ${computations.join(" or ")}`, "another name");
  }
  const disclosed = completeDisclosures("jointScore", disclose).filter((name) => name === "points");
  if (disclosed.length !== disclose.length) throw invalidArgument("jointScore", "disclose: points", "others");
  const { maxApplicants = 1 } = options;
  if (!Number.isInteger(maxApplicants) || maxApplicants < 1) {
    throw invalidArgument("jointScore", "maxApplicants from 1", String(maxApplicants));
  }
  if (typeof epoch !== "string") throw invalidArgument("jointScore", "epoch: a text", typeof epoch);
  return { computation, parties, disclose: disclosed, epoch };
}

/** Parts of two trainings are no model: the owners compare. */
function agreeOnModel(run: ProtocolRun, roles: OwnerRoles, model: RiskModelPart): Promise<void> {
  const pair = run.between([roles.lender, roles.platform].sort((a, b) => a - b));
  const { modelId, trainingRows, columns, bandCount } = model;
  return pair.run({ name: "veilshare/joint-score-model", version: 1 }, (compared) =>
    compared.agree({ modelId, trainingRows, columns: { ...columns }, bandCount }),
  );
}

async function helpScoring(
  run: ProtocolRun,
  roles: OwnerRoles,
  settings: Settings,
): Promise<ScoreHelperReport> {
  const size = await hearScoreSize(run, [roles.lender, roles.platform]);
  if (size.rows > 0) await scoreTogether(run, roles, settings, size, undefined);
  return { role: "helper", rows: size.rows };
}

/** What an owner does once it knows the common rows. */
async function scoreRows(
  run: ProtocolRun,
  roles: OwnerRoles,
  at: { readonly settings: Settings; readonly input: ScoreInput; readonly rows: Uint32Array },
): Promise<ScoreReport> {
  const { settings, input, rows } = at;
  const { trainingRows, columns, bandCount, preparation, whitening, shares } = input.model;
  const size: ScoreSize = {
    rows: rows.length,
    trainingRows,
    lenderColumns: columns.lender,
    platformColumns: columns.platform,
    bandCount,
  };
  if (roles.helper !== undefined) await tellScoreSize(run, roles.helper, size);
  const design = prepareColumns(preparation, input.columns, rows);
  const whitened = whiten(design, { columns: design.columns, transform: whitening });
  let told: ToldScores = {};
  if (rows.length > 0) {
    await announceEngine(run, roles, true);
    told = await scoreTogether(run, roles, settings, size, {
      values: withinBound(whitened, trainingRows),
      units: shares,
    });
  }
  await announceEngine(run, roles, false);
  if (input.role === "platform") return { rows };
  const { bands = new Uint8Array(0), points = new Int32Array(0) } = told;
  return settings.disclose.includes("points") ? { rows, bands, points } : { rows, bands };
}

/** What the lender learns. */
interface ToldScores {
  readonly bands?: Uint8Array;
  readonly points?: Int32Array;
}

/** The program that all who compute run. */
async function scoreTogether(
  run: ProtocolRun,
  roles: OwnerRoles,
  settings: Settings,
  size: ScoreSize,
  own: { readonly values: Float64Array; readonly units: Float64Array } | undefined,
): Promise<ToldScores> {
  const { lender, platform } = roles;
  const engine = await openComputation(run, settings.computation, roles);
  const columns = size.lenderColumns + size.platformColumns;
  const model = await joinModel(engine, [lender, platform], {
    rows: columns + size.bandCount,
    own: own === undefined ? undefined : { index: run.index, units: own.units },
  });
  const design = await shareDesign(engine, {
    rows: size.rows,
    trainingRows: size.trainingRows,
    products: 1,
    transposedProducts: 0,
    lender: { index: lender, columns: size.lenderColumns },
    platform: { index: platform, columns: size.platformColumns },
    ...(own === undefined ? {} : { own: { index: run.index, values: own.values } }),
  });
  const bound = Math.min(
    2 ** 36,
    largestModelNumber * valueBound(size.trainingRows) * Math.sqrt(columns) * columns,
  );
  const products = await design.product(model.rowRange(0, columns), { part: bound, whole: bound });
  const intercept = await withFractionalBits(engine, model.rowRange(columns, columns + 1), scoreBits);
  const scores = (await withFractionalBits(engine, products, scoreBits)).add(broadcast(intercept, size.rows));
  const bands = await bandsByEdges(engine, scores, model, columns + 1);
  const ofRows = await engine.revealTo(lender, bands);
  const points = settings.disclose.includes("points") ? await tellPoints(engine, lender, scores) : undefined;
  await engine.close();
  if (ofRows === undefined) return {};
  return { bands: Uint8Array.from(ofRows), ...(points === undefined ? {} : { points }) };
}

/** How many edges each score has reached. */
async function bandsByEdges(
  engine: Engine,
  scores: SecretMatrix,
  model: SecretMatrix,
  from: number,
): Promise<SecretMatrix> {
  const edges = model.rows - from;
  if (edges === 0) {
    const zeros = new Float64Array(scores.rows);
    return engine.constant({ rows: scores.rows, fractionalBits: 0, values: zeros });
  }
  const fine = await withFractionalBits(engine, model.rowRange(from, model.rows), scoreBits);
  const across = fine.transpose().pickRows(new Uint32Array(scores.rows)); // rows x edges
  const reached = await greaterOrEqual(engine, scores.repeatColumns(edges), across);
  return reached.transpose().columnSums().transpose();
}
