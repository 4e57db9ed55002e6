/**
 * A credit model of two owners: a lender has labels and some columns, a platform has other columns of some of the same
 * people. They train one logistic regression together; no row leaves its owner in the clear.
 *
 * Who runs it: lender and platform, alone or with a third party (`../owners/computation.ts`), each as a party of one
 * session; all with the same options.
 *
 *   lender <-> platform   which ids are common (private set intersection; both learn it)
 *   lender <-> platform   numbers of prepared columns
 *   owners -> helper      numbers of training rows and prepared columns, where a helper computes
 *   all                   training on shares (`secret-training.ts`)
 *   others -> lender      shares of the lender's weights and of the intercept: only the lender learns them
 *   others -> platform    shares of the platform's weights: only the platform learns them
 *   platform -> lender    the platform's partial score of each common row
 *
 * Adversary: semi-honest, no two of three parties collude. What each learns:
 *
 *   lender     which of its ids the platform has, and how many that has in all; the number of the platform's prepared
 *              columns; its own weights; *the platform's partial score of every common row*, a weighted sum of that
 *              row's platform columns. Enough rows of which it knew the columns would tell the weights; what
 *              is the same in the partial scores of two people is likely to be the same in their columns.
 *   platform   which of its ids the lender has, and how many that has in all; the number of the lender's prepared
 *              columns; its own weights. These depend on the lender's labels, as a model does. No label, no score.
 *   helper or  the number of training rows, of columns and of steps.
 *   dealer
 *
 * The third party and either other together could read everything.
 */

import { bytesToHex, bytesFromWords, wordsFromBytes } from "../bytes/encoding.js";
import type { Party, ProtocolRun } from "../channel/party.js";
import { invalidArgument, peerFault, VeilshareError } from "../errors.js";
import { serveDealer } from "../mpc/dealer.js";
import { alignRows, type AlignmentOptions } from "../owners/alignment.js";
import { checkColumns, checkIds, invalidData } from "../owners/columns.js";
import { computations, defaultComputation } from "../mpc/computation.js";
import { thirdRoles } from "../owners/computation.js";
import { assignRoles } from "../owners/roles.js";
import { fitLogisticRegression } from "./baseline.js";
import { scoreInTheClear } from "./clear-training.js";
import type {
  DealerInput,
  HelperInput,
  JointRiskModelOptions,
  LenderInput,
  LenderReport,
  OwnedRows,
  OwnerReport,
  Performance,
  PlatformInput,
  PlatformReport,
  RiskDealerReport,
  RiskHelperReport,
  RiskInput,
  RiskReport,
} from "./inputs-and-reports.js";
import { discrimination, type Discrimination } from "./metrics.js";
import { partialScores, type RiskModelPart } from "./model.js";
import { checkLabels } from "./labels.js";
import {
  defaultMaxCategories,
  fitPreparation,
  prepareColumns,
  preparedNames,
  type DesignMatrix,
  type Preparation,
} from "./preparation.js";
import { helpTraining, trainTogether, type OwnerRoles } from "./joint-training.js";
import { splitRows, type Split } from "./split.js";
import { completeTrainingOptions } from "./training-plan.js";
import { maxColumns, tellSize } from "./training-size.js";
import { fitWhitening, unwhitenedWeights, whiten } from "./whitening.js";

const owners = ["lender", "platform"] as const;

const protocol = { name: "veilshare/joint-risk-model", version: 2 } as const;

/**
 * Trains a joint model; each party runs it with the input of its role.
 *
 * @throws VeilshareError INVALID_DATA for ids that repeat, labels other than 0 and 1, columns of other lengths, too few
 *   common rows, one label only, or a platform without a column that varies; INVALID_ARGUMENT for options out of
 *   range; BOUND_EXCEEDED for more rows than the ring has room for; PEER_MISMATCH for other options at another party; `PEER_`
 *   codes when a party fails.
 *
 * **Security.** Semi-honest; with a third party, no two of the three collude. See the head of this file for what each learns; most
 * of all: both owners learn who is common, and the lender learns the platform's partial score of each common row.
 *
 * **Cost.** The intersection (a scalar multiplication for each id of either side), then about 14 rounds a step. With a
 * helper each party sends about 120 bytes a step and row. The third party waits while the owners intersect: for lists of
 * millions the session's `stepTimeoutMs` may have to be longer than its ten minutes.
 *
 * **Source.** Whitening and Nesterov's method: `training-plan.ts`; the engine: `openReplicatedEngine`, `openDealerEngine`.
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
  input: HelperInput,
  options?: JointRiskModelOptions,
): Promise<RiskHelperReport>;
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
    const third = thirdRoles[settings.computation];
    const wanted = third === undefined ? owners : ([...owners, third] as const);
    const roles: OwnerRoles = assignRoles(run, wanted, settings.parties, input.role);
    if (input.role === "lender" || input.role === "platform") checkOwnedRows(input);
    await run.agree({ ...settings });
    if (input.role === "dealer") return { role: "dealer", ...(await serveDealer(run)) };
    if (input.role === "helper") return helpTraining(run, roles, settings);
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
  const { minimumRows = 50, parties = {}, computation = defaultComputation } = options;
  if (!computations.includes(computation)) {
    throw invalidArgument("jointRiskModel", `a computation: ${computations.join(" or ")}`, "another name");
  }
  splitRows(0, holdout, splitSeed); // refuses a fraction out of range
  checkInteger("maxCategories", maxCategories, 1, 50);
  checkInteger("minimumRows", minimumRows, 2, 2 ** 31);
  return {
    holdout,
    splitSeed,
    maxCategories,
    minimumRows,
    parties,
    computation,
    ...completeTrainingOptions(options),
  };
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
  readonly #roles: OwnerRoles;
  readonly #settings: Settings;
  readonly #alignment: AlignmentOptions;
  readonly #peer: number;

  constructor(run: ProtocolRun, roles: OwnerRoles, settings: Settings, alignment: AlignmentOptions) {
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
    const { weights, intercept } = await this.#train(prepared, trainingLabels);
    const model = this.#part("lender", prepared.preparation, weights, intercept);
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
    const { weights } = await this.#train(prepared, undefined);
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

  /** Trains on shares; gives the weights of the own prepared columns. */
  async #train(
    { design }: PreparedRows,
    labels: Uint8Array | undefined,
  ): Promise<{ readonly weights: Float64Array; readonly intercept: number }> {
    const theirColumns = await this.#exchangeColumnCount(design.columns);
    const isLender = this.#run.index === this.#roles.lender;
    const size = {
      rows: design.rows,
      lenderColumns: isLender ? design.columns : theirColumns,
      platformColumns: isLender ? theirColumns : design.columns,
    };
    if (this.#roles.helper !== undefined) await tellSize(this.#run, this.#roles.helper, size);
    const whitening = fitWhitening(design);
    const values = whiten(design, whitening);
    const own = { values, ...(labels === undefined ? {} : { labels }) };
    const learned = await trainTogether(this.#run, this.#roles, this.#settings, size, own);
    if (learned.weights === undefined) {
      throw new VeilshareError("INTERNAL", "jointRiskModel: no weights were revealed");
    }
    const weights = unwhitenedWeights(learned.weights, whitening);
    return { weights, intercept: learned.intercept ?? 0 };
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
    return peerFault("PEER_MALFORMED", { party, step, expected, got });
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
