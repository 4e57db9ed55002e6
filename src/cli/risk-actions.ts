/** What `veilshare risk` does: train, score. */

import type { Command } from "commander";
import { computations } from "../mpc/computation.js";
import { jointRiskModel } from "../risk/joint-risk-model.js";
import { jointScore } from "../risk/joint-score.js";
import type {
  JointRiskModelOptions,
  LenderReport,
  PlatformReport,
  RiskReport,
} from "../risk/inputs-and-reports.js";
import type { StateStore } from "../store/index.js";
import { count, declareData, normalizationOption, writeResult } from "./data.js";
import { readModelFile, writeModelFile } from "./model-file.js";
import { flagOption, numberOption, optionFault, requiredText, textOption } from "./option-values.js";
import { declareOwnerData, ownerData, summaryLines } from "./owner-data.js";
import { riskSeat, type RiskSeat } from "./risk-roles.js";
import { trainingLines } from "./risk-text.js";
import { declareSession, withSession } from "./session.js";
import { declareStore, withOptionalStore } from "./state.js";
import type { Terminal } from "./terminal.js";
import type { VerbOptions } from "./verb.js";

const mostRows = 2 ** 31;

/** Adds the options of both. */
export function declareRisk(command: Command): void {
  declareSession(command);
  declareData(command, "optional");
  declareOwnerData(command);
  command
    .option("--normalize <steps...>", "what both sides do to ids: trim, lowerCase, nfc, nfkc")
    .option("--lender <name>", "the same at all. Default: the first of the parties file")
    .option("--platform <name>", "the same at all. Default: the next")
    .option("--computation <way>", `${computations.join(", ")}; the same at all. Default: two-party`)
    .option("--holdout <share>", "train: share of the common rows held back, 0 to 0.5. Default: 0.2")
    .option("--folds <number>", "train: also hold back each of 2 to 10 parts in turn")
    .option("--minimum-rows <number>", "train: fewer common rows are refused. Default: 50")
    .option("--few-columns", "train: the platform may bring fewer than three columns", false)
    .option("--epoch <text>", "score: a span in which each id has the same columns")
    .option("--max-applicants <number>", "score: at the platform, most ids of an epoch")
    .option("--share <file>", "the own part of the model, sealed with the own key file");
  declareStore(command, "where runs are remembered, so that repeated ones tell nothing of single rows");
}

/** Trains. */
export async function trainModel(options: VerbOptions, terminal: Terminal): Promise<void> {
  const seat = await riskSeat(options);
  const settings = trainingSettings(options, seat);
  if (seat.role === "helper" || seat.role === "dealer") {
    const { role } = seat;
    const report = await withSession(options, terminal, (party) => jointRiskModel(party, { role }, settings));
    terminal.result([`This party helped as the ${role}, and has no part of the model.`], report);
    return;
  }
  const share = requiredText(options, "share");
  if (seat.role === "platform" && textOption(options, "out") !== undefined)
    throw optionFault("--out", "none at the platform, which gets no scores", "a file");
  requiredText(options, "in");
  const { ids, columns, labels, summaries } = await ownerData(options, seat.role === "lender");
  terminal.note(`${count(ids.length)} rows; columns were taken for:`);
  for (const line of summaryLines(summaries)) terminal.note(line);
  const own = labels === undefined ? ({ role: "platform" } as const) : ({ role: "lender", labels } as const);
  const report = await withOptionalStore(options, (store) =>
    withSession(options, terminal, (party) =>
      jointRiskModel(party, { ...own, ids, columns }, { ...settings, ...remembering(store) }),
    ),
  );
  if (!isOwner(report)) throw optionFault("risk", "an owner's report", "another");
  await writeModelFile(share, report.model, seat.identity);
  const written = report.role === "lender" ? await writeScores(options, ids, report) : [];
  terminal.result(
    [
      ...trainingLines(report),
      `Your part of the model is in ${share}, sealed with your key file.`,
      ...written,
    ],
    summaryOf(report),
  );
}

function isOwner(report: RiskReport): report is LenderReport | PlatformReport {
  return report.role === "lender" || report.role === "platform";
}

function remembering(store: StateStore | undefined): { readonly store?: StateStore } {
  return store === undefined ? {} : { store };
}

function trainingSettings(options: VerbOptions, { computation, parties }: RiskSeat): JointRiskModelOptions {
  const holdout = numberOption(options, "holdout", { min: 0, max: 0.5, whole: false });
  const folds = numberOption(options, "folds", { min: 2, max: 10 });
  const minimumRows = numberOption(options, "minimumRows", { min: 2, max: mostRows });
  return {
    computation,
    parties,
    alignment: { normalize: normalizationOption(options) },
    fewColumns: flagOption(options, "fewColumns"),
    ...(holdout === undefined ? {} : { holdout }),
    ...(folds === undefined ? {} : { folds }),
    ...(minimumRows === undefined ? {} : { minimumRows }),
  };
}

function writeScores(
  options: VerbOptions,
  ids: readonly string[],
  { rows, bands, heldBack, bandCount }: LenderReport,
): Promise<readonly string[]> {
  const lines = Array.from(rows, (row, k) => [
    ids[row] ?? "",
    String((bands[k] ?? 0) + 1),
    String(bandCount),
    heldBack[k] === 1 ? "1" : "0",
  ]);
  return writeResult(options, ["id", "band", "bands", "held_back"], lines);
}

function summaryOf(report: LenderReport | PlatformReport): object {
  const { role, aligned, trainingRows, holdoutRows, converged, bandCount, columnNames, dropped } = report;
  const own = { role, aligned, trainingRows, holdoutRows, converged, bands: bandCount, columnNames, dropped };
  if (report.role !== "lender") return own;
  const { joint, alone, validation } = report;
  return { ...own, joint, alone, ...(validation === undefined ? {} : { validation }) };
}

/** Scores new rows by a model that was trained. */
export async function scoreApplicants(options: VerbOptions, terminal: Terminal): Promise<void> {
  const { identity, role, computation, parties } = await riskSeat(options);
  const epoch = textOption(options, "epoch");
  const settings = { computation, parties, ...(epoch === undefined ? {} : { epoch }) };
  if (role === "helper" || role === "dealer") {
    const report = await withSession(options, terminal, (party) => jointScore(party, { role }, settings));
    terminal.result([`This party helped as the ${role}, and learned no score.`], report);
    return;
  }
  const maxApplicants = numberOption(options, "maxApplicants", { min: 1, max: mostRows });
  requiredText(options, "in");
  const model = await readModelFile(requiredText(options, "share"), identity);
  const { ids, columns } = await ownerData(options, false);
  const { rows, bands } = await withOptionalStore(options, (store) =>
    withSession(options, terminal, (party) =>
      jointScore(
        party,
        { role, ids, columns, model },
        {
          ...settings,
          alignment: { normalize: normalizationOption(options) },
          ...remembering(store),
          ...(maxApplicants === undefined ? {} : { maxApplicants }),
        },
      ),
    ),
  );
  if (bands === undefined) {
    terminal.result([`${count(rows.length)} of the lender's ids were scored; this party learned no band.`], {
      scored: rows.length,
    });
    return;
  }
  const lines = Array.from(rows, (row, k) => [
    ids[row] ?? "",
    String((bands[k] ?? 0) + 1),
    String(model.bandCount),
  ]);
  const written = await writeResult(options, ["id", "band", "bands"], lines);
  const found = `${count(rows.length)} of ${count(ids.length)} ids are also the platform's, and have a band of ${model.bandCount}; a higher one points to label 1.`;
  terminal.result([found, ...written], { scored: rows.length, bands: model.bandCount });
}
