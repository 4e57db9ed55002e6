/**
 * A credit model of two owners: a lender has labels and some columns, a platform has other columns of some of the same
 * people. They train one logistic regression together; no row leaves its owner in the clear. A dealer, a third
 * party, provides correlated randomness.
 *
 * Who runs it: lender, platform and dealer, each as a party of one session; all with the same options.
 *
 *   lender <-> platform   which ids are common (private set intersection; both learn it)
 *   lender <-> platform   numbers of prepared columns
 *   all                   training on shares (`secret-training.ts`), five rounds a step
 *   platform -> lender    shares of the lender's weights and of the intercept: only the lender learns them
 *   lender -> platform    shares of the platform's weights: only the platform learns them
 *   platform -> lender    the platform's partial score of each common row
 *
 * Adversary: semi-honest, no two of the three parties collude. What each learns:
 *
 *   lender     which of its ids the platform has, and how many that has in all; the number of the platform's prepared
 *              columns; its own weights; *the platform's partial score of every common row*, a weighted sum of that
 *              row's platform columns. Enough rows of which it knew the columns would tell the weights; what
 *              is the same in the partial scores of two people is likely to be the same in their columns.
 *   platform   which of its ids the lender has, and how many that has in all; the number of the lender's prepared
 *              columns; its own weights. These depend on the lender's labels, as a model does. No label, no score.
 *   dealer     the number of training rows, of columns and of steps.
 *
 * The dealer and either other party together could read everything.
 */

import { bytesToHex, bytesFromWords, wordsFromBytes } from "../../bytes/encoding.js";
import type { Party, ProtocolRun } from "../../channel/party.js";
import { invalidArgument, VeilshareError } from "../../errors.js";
import { serveDealer } from "../../mpc/dealer.js";
import { openEngine } from "../../mpc/open-engine.js";
import { SecretMatrix } from "../../mpc/secret-matrix.js";
import { alignRows, splitRows, type AlignmentOptions, type Split } from "./alignment.js";
import { fitLogisticRegression } from "./baseline.js";
import { scoreInTheClear } from "./clear-training.js";
import { checkColumns, checkIds, checkLabels, invalidData } from "./columns.js";
import type {
  DealerInput,
  JointRiskModelOptions,
  LenderInput,
  LenderReport,
  OwnedRows,
  OwnerReport,
  Performance,
  PlatformInput,
  PlatformReport,
  RiskDealerReport,
  RiskInput,
  RiskReport,
} from "./inputs-and-reports.js";
import { discrimination, type Discrimination } from "./metrics.js";
import { partialScores, type RiskModelPart } from "./model.js";
import {
  defaultMaxCategories,
  fitPreparation,
  prepareColumns,
  preparedNames,
  type DesignMatrix,
  type Preparation,
} from "./preparation.js";
import { assignRoles } from "./roles.js";
import { trainOnShares } from "./secret-training.js";
import { completeTrainingOptions, planTraining, valueBound, type TrainingPlan } from "./training-plan.js";

const protocol = { name: "veilshare/joint-risk-model", version: 1 } as const;

/**
 * Trains a joint model; each party runs it with the input of its role.
 *
 * @throws VeilshareError INVALID_DATA for ids that repeat, labels other than 0 and 1, columns of other lengths, too few
 *   common rows, one label only, or a platform without a column that varies; INVALID_ARGUMENT for options out of
 *   range; BOUND_EXCEEDED above two million training rows; PEER_MISMATCH for other options at another party; `PEER_`
 *   codes when a party fails.
 *
 * **Security.** Semi-honest, three parties of whom no two collude. See the head of this file for what each learns; most
 * of all: both owners learn who is common, and the lender learns the platform's partial score of each common row.
 *
 * **Cost.** The intersection (a scalar multiplication for each id of either side), then five rounds a step; each owner
 * sends about 16 n bytes a step and the dealer 24 n, for n training rows. The dealer waits while the owners intersect:
 * for lists of millions the session's `stepTimeoutMs` may have to be longer than its ten minutes.
 *
 * **Source.** Mohassel, Zhang, "SecureML", IEEE S&P 2017; details in `training-plan.ts`.
 */
export async function jointRiskModel(
  party: Party,
  input: LenderInput,
  options?: JointRiskModelOptions,
): Promise<LenderReport>;
export async function jointRiskModel(
  party: Party,
  input: PlatformInput,
  options?: JointRiskModelOptions,
): Promise<PlatformReport>;
export async function jointRiskModel(
  party: Party,
  input: DealerInput,
  options?: JointRiskModelOptions,
): Promise<RiskDealerReport>;
export async function jointRiskModel(
  party: Party,
  input: RiskInput,
  options?: JointRiskModelOptions,
): Promise<RiskReport>;
export async function jointRiskModel(
  party: Party,
  input: RiskInput,
  options: JointRiskModelOptions = {},
): Promise<RiskReport> {
  return party.run(protocol, async (run): Promise<RiskReport> => {
    const settings = completeOptions(options);
    const roles = assignRoles(run, ["lender", "platform", "dealer"], settings.parties, input.role);
    if (input.role !== "dealer") checkOwnedRows(input);
    await run.agree({ ...settings });
    if (input.role === "dealer") return { role: "dealer", ...(await serveDealer(run)) };
    const owner = new OwnerSide(run, roles, settings, options.alignment ?? {});
    return input.role === "lender" ? owner.runLender(input) : owner.runPlatform(input);
  });
}

function checkOwnedRows(input: LenderInput | PlatformInput): void {
  checkIds(input.ids);
  checkColumns(input.columns, input.ids.length);
  if (input.role === "lender") checkLabels(input.labels, input.ids.length);
}

/** The options that all parties must have alike. */
type Settings = Required<Omit<JointRiskModelOptions, "alignment">>;

function completeOptions(options: JointRiskModelOptions): Settings {
  const { holdout = 0.2, splitSeed = "veilshare", maxCategories = defaultMaxCategories } = options;
  const { minimumRows = 50, parties = {} } = options;
  splitRows(0, holdout, splitSeed); // refuses a fraction out of range
  checkInteger("maxCategories", maxCategories, 1, 50);
  checkInteger("minimumRows", minimumRows, 2, 2 ** 31);
  return { holdout, splitSeed, maxCategories, minimumRows, parties, ...completeTrainingOptions(options) };
}

function checkInteger(name: string, value: number, from: number, to: number): void {
  if (Number.isInteger(value) && value >= from && value <= to) return;
  throw invalidArgument("jointRiskModel", `${name} from ${from} to ${to}`, String(value));
}

/** An owner's rows, aligned, split and prepared. */
interface PreparedRows {
  /** Own rows of all common ids, in the common order. */
  readonly rows: Uint32Array;
  readonly split: Split;
  readonly preparation: Preparation;
  /** Prepared training rows. */
  readonly design: DesignMatrix;
}

/** What lender and platform do. */
class OwnerSide {
  readonly #run: ProtocolRun;
  readonly #roles: Record<"lender" | "platform" | "dealer", number>;
  readonly #settings: Settings;
  readonly #alignment: AlignmentOptions;
  readonly #peer: number;

  constructor(
    run: ProtocolRun,
    roles: Record<"lender" | "platform" | "dealer", number>,
    settings: Settings,
    alignment: AlignmentOptions,
  ) {
    this.#run = run;
    this.#roles = roles;
    this.#settings = settings;
    this.#alignment = alignment;
    this.#peer = run.index === roles.lender ? roles.platform : roles.lender;
  }

  async runLender(input: LenderInput): Promise<LenderReport> {
    const prepared = await this.#prepare(input);
    const { rows, split, design } = prepared;
    const labels = Uint8Array.from(rows, (row) => input.labels[row] as number); // rows are indices of labels
    const trainingLabels = labels.filter((_, i) => !isIn(split.holdout, i));
    const positives = trainingLabels.reduce((count, label) => count + label, 0);
    if (positives === 0 || positives === trainingLabels.length) {
      throw invalidData("labels", "both labels among the training rows", "one of them only");
    }
    const target = Float64Array.from(trainingLabels, (label) => 0.5 - label);
    const revealed = await this.#train(prepared, target);
    const weights = revealed.slice(0, design.columns);
    const model = this.#part("lender", prepared.preparation, weights, revealed[design.columns] ?? 0);
    const own = partialScores(model, input.columns, rows);
    const theirs = await this.#receivePartialScores(rows.length);
    const scores = own.map((score, i) => score + (theirs[i] ?? 0));
    const baseline = fitLogisticRegression(design, trainingLabels, 1 / design.rows);
    const alone = scoreInTheClear(prepareColumns(prepared.preparation, input.columns, rows), baseline);
    return {
      role: "lender",
      ...this.#report(prepared, model),
      joint: performance(scores, labels, split),
      alone: performance(alone, labels, split),
      rows,
      scores,
      heldBack: Uint8Array.from(rows, (_, i) => (isIn(split.holdout, i) ? 1 : 0)),
    };
  }

  async runPlatform(input: PlatformInput): Promise<PlatformReport> {
    const prepared = await this.#prepare(input);
    const weights = await this.#train(prepared, undefined);
    const model = this.#part("platform", prepared.preparation, weights, 0);
    const scores = partialScores(model, input.columns, prepared.rows);
    await this.#run.send(
      this.#roles.lender,
      "partial-scores",
      bytesFromWords(new BigUint64Array(scores.buffer)),
    );
    return { role: "platform", ...this.#report(prepared, model) };
  }

  async #prepare(input: OwnedRows): Promise<PreparedRows> {
    const { lender, platform } = this.#roles;
    const pair = this.#run.between([lender, platform].sort((a, b) => a - b));
    const rows = await alignRows(pair, input.ids, this.#alignment);
    const { minimumRows, holdout, splitSeed, maxCategories } = this.#settings;
    if (rows.length < minimumRows) {
      throw invalidData("ids", `at least ${minimumRows} in common with the other owner`, `${rows.length}`);
    }
    const split = splitRows(rows.length, holdout, splitSeed);
    const training = split.training.map((at) => rows[at] as number); // positions among the rows
    const preparation = fitPreparation(input.columns, training, maxCategories);
    const design = prepareColumns(preparation, input.columns, training);
    if (design.columns === 0 && this.#run.index === platform) {
      throw invalidData("columns", "at least one that varies over the training rows", "none");
    }
    return { rows, split, preparation, design };
  }

  /** Trains on shares; gives the own weights, the lender's followed by the intercept. */
  async #train({ design, split }: PreparedRows, target: Float64Array | undefined): Promise<Float64Array> {
    const rows = split.training.length;
    const theirColumns = await this.#exchangeColumnCount(design.columns);
    const [lenderColumns, platformColumns] =
      this.#run.index === this.#roles.lender
        ? [design.columns, theirColumns]
        : [theirColumns, design.columns];
    const plan = planTraining(rows, lenderColumns + 1 + platformColumns, this.#settings);
    const engine = await openEngine(this.#run, { dealer: this.#roles.dealer });
    const share = async (role: "lender" | "platform", columns: number): Promise<SecretMatrix[]> => {
      if (columns === 0) return [];
      const owner = this.#roles[role];
      const values = owner === this.#run.index ? { values: design.values } : {};
      return [await engine.input({ owner, rows, columns, bound: valueBound(plan), ...values })];
    };
    const parts = [
      ...(await share("lender", lenderColumns)),
      engine.constant({ rows, values: new Float64Array(rows).fill(1) }),
      ...(await share("platform", platformColumns)),
    ];
    const targetShares = await engine.input({
      owner: this.#roles.lender,
      rows,
      bound: 0.5,
      ...(target === undefined ? {} : { values: target }),
    });
    const joint = {
      design: SecretMatrix.concatColumns(parts),
      target: targetShares,
      interceptAt: lenderColumns,
    };
    const weights = await trainOnShares(engine, joint, plan, this.#progress(plan));
    const [lenderWeights, platformWeights] = await Promise.all([
      engine.revealTo(this.#roles.lender, weights.rowRange(0, lenderColumns + 1)),
      engine.revealTo(this.#roles.platform, weights.rowRange(lenderColumns + 1, plan.columns)),
    ]);
    await engine.close();
    const own = lenderWeights ?? platformWeights;
    if (own === undefined) throw new VeilshareError("INTERNAL", "jointRiskModel: no weights were revealed");
    return own;
  }

  #progress(plan: TrainingPlan): (done: number) => void {
    return (done) => {
      this.#run.progress({ step: "joint-risk-model/train", done, total: plan.iterations });
    };
  }

  /** Numbers of prepared columns are no secret between the owners: the shapes of shares tell them. */
  async #exchangeColumnCount(own: number): Promise<number> {
    const [, message] = await Promise.all([
      this.#run.send(this.#peer, "columns", bytesFromWords(BigUint64Array.of(BigInt(own)))),
      this.#run.receive(this.#peer, "columns", { byteLength: 8 }),
    ]);
    const count = Number(wordsFromBytes(message)[0] ?? 0n);
    const least = this.#peer === this.#roles.platform ? 1 : 0;
    if (count >= least && count <= maxColumns) return count;
    const expected = `${least} to ${maxColumns} prepared columns`;
    throw this.#peerFault("columns", expected, String(count));
  }

  async #receivePartialScores(rows: number): Promise<Float64Array> {
    const message = await this.#run.receive(this.#peer, "partial-scores", { byteLength: 8 * rows });
    const scores = new Float64Array(wordsFromBytes(message).buffer);
    if (scores.every((score) => Number.isFinite(score))) return scores;
    throw this.#peerFault("partial-scores", "finite numbers", "another");
  }

  #peerFault(step: string, expected: string, got: string): VeilshareError {
    const party = this.#run.names[this.#peer] ?? "";
    const text = `${step}: party "${party}": expected ${expected}, got ${got}`;
    return new VeilshareError("PEER_MALFORMED", text, { party, step, expected, got });
  }

  #part(
    role: "lender" | "platform",
    preparation: Preparation,
    weights: Float64Array,
    intercept: number,
  ): RiskModelPart {
    return { role, modelId: bytesToHex(this.#run.sessionId), preparation, weights, intercept };
  }

  #report({ rows, split, preparation }: PreparedRows, model: RiskModelPart): OwnerReport {
    const { kept, dropped } = preparedNames(preparation);
    return {
      aligned: rows.length,
      trainingRows: split.training.length,
      holdoutRows: split.holdout.length,
      model,
      columnNames: kept,
      dropped,
    };
  }
}

/** More prepared columns than this on one side are refused. */
const maxColumns = 4096;

/** True when a sorted list has a number. */
function isIn(sorted: Uint32Array, wanted: number): boolean {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] as number) < wanted)
      low = middle + 1; // middle < length
    else high = middle;
  }
  return sorted[low] === wanted;
}

function performance(scores: Float64Array, labels: Uint8Array, split: Split): Performance {
  const of = (positions: Uint32Array): Discrimination | undefined =>
    discrimination(
      Float64Array.from(positions, (at) => scores[at] as number), // positions among the scores
      Uint8Array.from(positions, (at) => labels[at] as number),
    );
  return { training: of(split.training), holdout: of(split.holdout) };
}
