/** `veilshare statistics`: means by group of all parties' rows, of which nobody's own become known. */

import type { Party } from "../../channel/party.js";
import { QueryLedger } from "../../disclosure/query-ledger.js";
import { sumStatistics, type StatisticsReport, type StatisticsRow } from "../../statistics/sum-statistics.js";
import type { StateStore } from "../../store/index.js";
import { numberColumn } from "../../table/columns.js";
import { invalidData, placeOf, textColumn } from "../../table/table.js";
import {
  count,
  declareData,
  declareNumbers,
  missingOption,
  notationOption,
  readData,
  writeResult,
} from "../data.js";
import { declareQuestion, questionOption } from "../question-options.js";
import { periodOf, publicQuestion, recordQuestion, type StatisticsQuestion } from "../question.js";
import { requiredText } from "../option-values.js";
import { declareSession, withSession } from "../session.js";
import { declareStore, withStore } from "../state.js";
import { statisticsColumns, statisticsLines, statisticsRows } from "../statistics-text.js";
import type { Verb, VerbOptions } from "../verb.js";

/** Asks one question. */
export const statisticsVerb: Verb = {
  name: "statistics",
  summary: "means, spreads and percentiles of all parties' rows by group; nobody's own become known",
  example:
    "veilshare statistics --identity a.key.json --parties parties.json --in payments.csv --mean days --by industry --groups retail,steel --where year=2026 --min 0 --max 365 --max-rows 10000 --store state --out means.csv",
  declare(command) {
    declareSession(command);
    declareData(command);
    declareNumbers(command);
    declareQuestion(command);
    declareStore(command, "where every question is recorded before it is answered (needed)");
  },
  async run(options, terminal) {
    const question = await questionOption(options);
    requiredText(options, "store");
    const { rows, leftOut } = await ownRows(options, question);
    if (leftOut > 0)
      terminal.note(`${count(leftOut)} rows have no value in "${question.of}" and are left out.`);
    const { report, recorded } = await withStore(options, (store) =>
      withSession(options, terminal, (party) => ask(party, rows, question, store)),
    );
    const written = await writeResult(options, statisticsColumns(question), statisticsRows(question, report));
    const lines = [...statisticsLines(question, report, recorded), ...written];
    terminal.result(lines, { ...report, recorded });
  },
};

async function ask(
  party: Party,
  rows: readonly StatisticsRow[],
  question: StatisticsQuestion,
  store: StateStore,
): Promise<{ readonly report: StatisticsReport; readonly recorded: number }> {
  const { of, groups, min, max, decimals, maxRows, variance, edges, percentiles, minContributors } = question;
  const ledger = await QueryLedger.open({ store, minContributors });
  const recorded = await party.run({ name: "veilshare/cli-statistics", version: 1 }, async (run) => {
    await run.agree(publicQuestion(question));
    return recordQuestion(store, question);
  });
  const report = await sumStatistics(party, rows, {
    value: { min, max, decimals },
    ...(groups === undefined ? {} : { groups }),
    maxRows,
    variance,
    ...(edges.length === 0 ? {} : { edges }),
    ...(percentiles.length === 0 ? {} : { percentiles }),
    minContributors,
    guard: { ledger, series: of, period: periodOf(question) },
  });
  return { report, recorded };
}

/** The own rows that meet the conditions and have a value, checked with their places. */
async function ownRows(
  options: VerbOptions,
  question: StatisticsQuestion,
): Promise<{ readonly rows: readonly StatisticsRow[]; readonly leftOut: number }> {
  const { of, by, groups, where, min, max, decimals } = question;
  const select = [...new Set([of, ...(by === undefined ? [] : [by]), ...where.map(({ column }) => column)])];
  const table = await readData(options, select);
  const reading = {
    emptyCells: "nan",
    missing: missingOption(options),
    numbers: notationOption(options),
  } as const;
  const values = numberColumn(table, of, reading);
  const cells = by === undefined ? undefined : textColumn(table, by);
  const conditions = where.map(({ column, text }) => ({ cells: textColumn(table, column), text }));
  const rows: StatisticsRow[] = [];
  let leftOut = 0;
  for (const [row, value] of values.entries()) {
    if (!conditions.every(({ cells: texts, text }) => texts[row] === text)) continue;
    if (Number.isNaN(value)) {
      leftOut++;
      continue;
    }
    if (value < min || value > max || Number(value.toFixed(decimals)) !== value) {
      const expected = `a number from ${min} to ${max} with at most ${decimals} decimals`;
      throw invalidData(placeOf(table, row, of), expected, "another number");
    }
    const group = cells?.[row];
    if (by !== undefined && (group === undefined || groups?.includes(group) !== true))
      throw invalidData(placeOf(table, row, by), "a group of --groups", "another text");
    rows.push({ value, ...(group === undefined ? {} : { group }) });
  }
  return { rows, leftOut };
}
