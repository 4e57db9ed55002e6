/** What lender and platform do in a joint training. */

import { bytesToHex, bytesFromWords, wordsFromBytes } from "../bytes/encoding.js";
import type { ProtocolRun } from "../channel/party.js";
import { peerFault, VeilshareError } from "../errors.js";
import { alignRows } from "../owners/alignment.js";
import { invalidData } from "../owners/columns.js";
import { admitRowSets } from "../owners/row-sets.js";
import { lenderAlone } from "./lender-alone.js";
import { chooseColumns, columnLimit, needsChoice } from "./column-choice.js";
import { announceEngine } from "./engines.js";
import type {
  ColumnCounts,
  JointRiskModelOptions,
  LenderInput,
  LenderReport,
  OwnerReport,
  PlatformInput,
  PlatformReport,
} from "./inputs-and-reports.js";
import { trainTogether, type OwnResults, type ToldRows } from "./joint-training.js";
import type { OwnerRoles } from "./roles.js";
import { hasBoth, type ToldMeasures } from "./measures.js";
import type { RiskModelPart } from "./model.js";
import type { Settings } from "./options.js";
import { prepareRows, whitenRows, withKept, type PreparedRows, type WhitenedRows } from "./prepared-rows.js";
import { preparedNames, sourceColumns } from "./preparation.js";
import { drawSeed, foldRows, splitByMask, splitRows, type Split } from "./split.js";
import { maxColumns, tellSize, type TrainingSize } from "./training-size.js";
import { summariseFolds } from "./validation.js";
import { unwhitenedWeights } from "../owners/whitening.js";

/** Fewer columns of a platform's table make a score that is about one of them. */
const leastSources = 3;

/** One training: what was prepared, and what it told. */
interface OneTraining {
  readonly prepared: PreparedRows;
  readonly whitened: WhitenedRows;
  readonly size: TrainingSize;
  readonly columns: Readonly<Record<"lender" | "platform", ColumnCounts>>;
  readonly results: OwnResults;
}

/** An owner, through one joint training. */
export class OwnerSide {
  readonly #run: ProtocolRun;
  readonly #roles: OwnerRoles;
  readonly #settings: Settings;
  readonly #input: LenderInput | PlatformInput;
  readonly #peer: number;

  constructor(run: ProtocolRun, roles: OwnerRoles, settings: Settings, input: LenderInput | PlatformInput) {
    this.#run = run;
    this.#roles = roles;
    this.#settings = settings;
    this.#input = input;
    this.#peer = run.index === roles.lender ? roles.platform : roles.lender;
  }

  /** The whole protocol of an owner. */
  async train({
    alignment = {},
    store,
  }: Pick<JointRiskModelOptions, "alignment" | "store">): Promise<LenderReport | PlatformReport> {
    const { lender, platform } = this.#roles;
    const { minimumRows, folds } = this.#settings;
    const pair = this.#run.between([lender, platform].sort((a, b) => a - b));
    const rows = await alignRows(pair, this.#input.ids, alignment, minimumRows);
    const seed = await drawSeed(this.#run, this.#peer);
    const split = await this.#split(rows, seed);
    const idsAt = (positions: Uint32Array): string[] =>
      Array.from(positions, (at) => this.#input.ids[rows[at] ?? 0] ?? "");
    await admitRowSets(store, {
      caller: "jointRiskModel",
      peer: this.#run.names[this.#peer] ?? "",
      sets: [idsAt(split.training), idsAt(split.holdout)],
    });
    const main = await this.#trainOn(rows, split, true);
    const validated: OneTraining[] = [];
    if (folds > 0) {
      for (const fold of foldRows(split.training, folds, seed))
        validated.push(await this.#trainOn(rows, fold, false));
    }
    await announceEngine(this.#run, this.#roles, false);
    return this.#report(rows, split, main, validated);
  }

  /** Which of the common rows are held back. */
  async #split(rows: Uint32Array, seed: Uint8Array): Promise<Split> {
    const { outOfTime, holdout } = this.#settings;
    if (outOfTime === null) return splitRows(rows.length, holdout, seed);
    const step = "out-of-time";
    if (this.#input.role === "lender") {
      const { times = [] } = this.#input;
      const mask = Uint8Array.from(rows, (row) => ((times[row] as number) >= outOfTime ? 1 : 0)); // checked before
      await this.#run.send(this.#peer, step, mask);
      return this.#checkedSplit(splitByMask(mask));
    }
    const mask = await this.#run.receive(this.#peer, step, { byteLength: rows.length });
    if (!mask.every((bit) => bit <= 1)) throw this.#peerFault(step, "zeros and ones", "others");
    return this.#checkedSplit(splitByMask(mask));
  }

  #checkedSplit(split: Split): Split {
    const { minimumRows } = this.#settings;
    if (split.training.length >= minimumRows) return split;
    throw invalidData("times", `at least ${minimumRows} common rows before outOfTime`, "fewer");
  }

  /** One training on the rows of a split. */
  async #trainOn(rows: Uint32Array, split: Split, isMain: boolean): Promise<OneTraining> {
    const { columns: own } = this.#input;
    let prepared = prepareRows(own, rows, split, this.#settings.maxCategories);
    let { size, columns } = await this.#sizes(prepared);
    if (needsChoice(size)) {
      prepared = await this.#choose(prepared, size);
      ({ size, columns } = await this.#sizes(prepared));
      if (needsChoice(size)) {
        const expected = `at most ${columnLimit(size.rows)} columns for ${size.rows} rows`;
        throw this.#peerFault("columns", expected, "more");
      }
    }
    this.#checkSources(columns);
    const whitened = whitenRows(prepared, own);
    const labels = this.#labelsOf(prepared.trainingRows);
    const heldBackLabels = this.#labelsOf(prepared.heldBackRows);
    if (labels !== undefined && !hasBoth(labels)) {
      throw invalidData("labels", "both labels among the training rows", "one of them only");
    }
    await announceEngine(this.#run, this.#roles, true);
    const results = await trainTogether(this.#run, this.#roles, { ...this.#settings, isMain }, size, {
      values: whitened.training,
      heldBackValues: whitened.heldBack,
      ...(labels === undefined ? {} : { labels }),
      ...(heldBackLabels === undefined ? {} : { heldBackLabels }),
    });
    return { prepared, whitened, size, columns, results };
  }

  /** Too many columns: both learn which of their own are kept. */
  async #choose(prepared: PreparedRows, size: TrainingSize): Promise<PreparedRows> {
    const labels = this.#labelsOf(prepared.trainingRows);
    await announceEngine(this.#run, this.#roles, true);
    const kept = await chooseColumns(this.#run, this.#roles, this.#settings, size, {
      values: prepared.design.values,
      ...(labels === undefined ? {} : { labels }),
    });
    return withKept(prepared, this.#input.columns, kept);
  }

  #checkSources(columns: OneTraining["columns"]): void {
    if (this.#settings.fewColumns || columns.platform.sources >= leastSources) return;
    throw invalidData(
      "columns",
      `at least ${leastSources} of the platform's table that vary, or fewColumns: true at all parties`,
      `${columns.platform.sources}`,
    );
  }

  /** Labels of own rows; `undefined` at the platform. */
  #labelsOf(rows: Uint32Array): Uint8Array | undefined {
    if (this.#input.role === "platform") return undefined;
    const { labels } = this.#input;
    return Uint8Array.from(rows, (row) => labels[row] as number); // rows are indices of labels
  }

  /** Numbers of columns are no secret between the owners: the shapes of shares tell them. */
  async #sizes(prepared: PreparedRows): Promise<Pick<OneTraining, "size" | "columns">> {
    const counts = { sources: sourceColumns(prepared.preparation), prepared: prepared.design.columns };
    if (counts.prepared === 0 && this.#run.index === this.#roles.platform) {
      throw invalidData("columns", "at least one that 20 training rows tell apart", "none");
    }
    const theirs = await this.#exchangeCounts(counts);
    const isLender = this.#run.index === this.#roles.lender;
    const columns = { lender: isLender ? counts : theirs, platform: isLender ? theirs : counts };
    const size = {
      rows: prepared.design.rows,
      heldBackRows: prepared.heldBackRows.length,
      lenderColumns: columns.lender.prepared,
      platformColumns: columns.platform.prepared,
    };
    if (this.#roles.helper !== undefined) await tellSize(this.#run, this.#roles.helper, size);
    return { size, columns };
  }

  async #exchangeCounts({ sources, prepared }: ColumnCounts): Promise<ColumnCounts> {
    const own = bytesFromWords(BigUint64Array.of(BigInt(sources), BigInt(prepared)));
    const [, message] = await Promise.all([
      this.#run.send(this.#peer, "columns", own),
      this.#run.receive(this.#peer, "columns", { byteLength: 16 }),
    ]);
    const [theirSources = 0, theirPrepared = 0] = Array.from(wordsFromBytes(message), Number);
    const least = this.#peer === this.#roles.platform ? 1 : 0;
    const fits = theirPrepared >= least && theirPrepared <= maxColumns && theirSources <= theirPrepared;
    if (fits) return { sources: theirSources, prepared: theirPrepared };
    throw this.#peerFault("columns", `${least} to ${maxColumns} prepared columns`, "another number");
  }

  #peerFault(step: string, expected: string, got: string): VeilshareError {
    const party = this.#run.names[this.#peer] ?? "";
    return peerFault("PEER_MALFORMED", { party, step, expected, got });
  }

  #report(
    rows: Uint32Array,
    split: Split,
    main: OneTraining,
    validated: readonly OneTraining[],
  ): LenderReport | PlatformReport {
    const report = this.#ownReport(rows, main);
    const { results, prepared, whitened } = main;
    const weights =
      results.weights === undefined
        ? {}
        : { weights: unwhitenedWeights(results.weights, whitened.whitening) };
    if (this.#input.role === "platform") return { role: "platform", ...report, ...weights };
    const { training, heldBack } = results;
    if (training?.bands === undefined)
      throw new VeilshareError("INTERNAL", "jointRiskModel: no bands were revealed");
    const labels = this.#labelsOf(rows) ?? new Uint8Array(0);
    const folds = validated.map(({ results: told, prepared: fold }) =>
      this.#measuresOf(told.heldBack, fold.heldBackRows),
    );
    const validation = summariseFolds(folds);
    const points = placed(split, training.points, heldBack?.points, (length) => new Int32Array(length));
    return {
      role: "lender",
      ...report,
      ...weights,
      ...(results.intercept === undefined ? {} : { intercept: results.intercept }),
      joint: {
        training: this.#measuresOf(training, prepared.trainingRows),
        holdout: this.#measuresOf(heldBack, prepared.heldBackRows),
      },
      alone: lenderAlone(this.#input.columns, rows, prepared, labels),
      ...(validation === undefined ? {} : { validation }),
      rows,
      bands:
        placed(split, training.bands, heldBack?.bands, (length) => new Uint8Array(length)) ??
        new Uint8Array(0),
      heldBack: maskOf(split),
      ...(points === undefined ? {} : { points }),
    };
  }

  #measuresOf(told: ToldRows | undefined, rows: Uint32Array): ToldMeasures | undefined {
    const labels = this.#labelsOf(rows);
    return labels === undefined || !hasBoth(labels) ? undefined : told?.measures;
  }

  #ownReport(rows: Uint32Array, { prepared, whitened, size, columns, results }: OneTraining): OwnerReport {
    const { kept, dropped } = preparedNames(prepared.preparation);
    if (results.shares === undefined) throw new VeilshareError("INTERNAL", "jointRiskModel: no shares");
    const model: RiskModelPart = {
      role: this.#input.role,
      modelId: bytesToHex(this.#run.sessionId),
      trainingRows: size.rows,
      columns: { lender: size.lenderColumns, platform: size.platformColumns },
      bandCount: results.bands,
      preparation: prepared.preparation,
      whitening: whitened.whitening.transform,
      shares: results.shares.units,
    };
    return {
      aligned: rows.length,
      trainingRows: prepared.split.training.length,
      holdoutRows: prepared.split.holdout.length,
      columns,
      model,
      converged: results.converged,
      bandCount: results.bands,
      columnNames: kept,
      dropped,
    };
  }
}

/** Values of both parts of a split, in the common order. */
function placed<A extends Uint8Array | Int32Array>(
  split: Split,
  training: A | undefined,
  heldBack: A | undefined,
  make: (length: number) => A,
): A | undefined {
  if (training === undefined) return undefined;
  const all = make(split.training.length + split.holdout.length);
  for (const [i, at] of split.training.entries()) all[at] = training[i] ?? 0;
  for (const [i, at] of split.holdout.entries()) all[at] = heldBack?.[i] ?? 0;
  return all;
}

function maskOf(split: Split): Uint8Array {
  const mask = new Uint8Array(split.training.length + split.holdout.length);
  for (const at of split.holdout) mask[at] = 1;
  return mask;
}
