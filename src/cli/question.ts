/**
 * A question about the numbers of a column, as the command line or a file says it, and the rows that it is about.
 *
 * A question about one column may be asked again, and about rows that are told apart by `where` from those of all earlier
 * ones. What overlaps with an earlier one in another way is refused: the difference of two sums may be about one row, and no
 * ledger knows how the rows of two filters overlap.
 */

import type { JsonValue } from "../bytes/canonical-json.js";
import { MalformedMessage } from "../bytes/codec.js";
import { JsonRecord } from "../bytes/json-record.js";
import { VeilshareError } from "../errors.js";
import { jsonPlace } from "../table/json-place.js";
import { parseJson } from "../table/json-reader.js";
import { jsonLog, type LogKind, type StateStore } from "../store/index.js";

/** A column and the text that a row must have in it. */
export interface Condition {
  readonly column: string;
  readonly text: string;
}

/** What is asked; the same at all parties. */
export interface StatisticsQuestion {
  /** The column of numbers. */
  readonly of: string;
  readonly by?: string;
  /** With `by`: the public list of groups. */
  readonly groups?: readonly string[];
  /** Rows must meet all of them. By column, each once. */
  readonly where: readonly Condition[];
  readonly min: number;
  readonly max: number;
  readonly decimals: number;
  /** Most rows of one party. */
  readonly maxRows: number;
  readonly variance: boolean;
  readonly edges: readonly number[];
  readonly percentiles: readonly number[];
  readonly minContributors: number;
}

/** Fewest parties of what is shown, where nothing is said. */
export const standardContributors = 3;

/**
 * A question from JSON: `{ "mean": "days", "by": "industry", "groups": [...], "where": { "year": "2026" }, "min": 0, "max": 365,
 * "maxRows": 1000 }`; `decimals`, `variance`, `edges`, `percentiles` and `minContributors` may follow.
 *
 * @throws VeilshareError INVALID_DATA with the file for anything else.
 */
export function parseQuestion(text: string, file: string): StatisticsQuestion {
  parseJson(text, { file }); // what is no JSON is said with its place
  try {
    return JsonRecord.parse(text, (record) => {
      const when = <T>(field: string, read: () => T, standard: T): T =>
        record.has(field) ? read() : standard;
      const by = when<string | undefined>("by", () => record.text("by"), undefined);
      const groups = when<readonly string[] | undefined>(
        "groups",
        () => record.distinctTexts("groups"),
        undefined,
      );
      return complete({
        of: record.text("mean"),
        ...(by === undefined ? {} : { by }),
        ...(groups === undefined ? {} : { groups }),
        where: when("where", () => conditionsOf(record), []),
        min: record.number("min"),
        max: record.number("max"),
        decimals: when("decimals", () => record.integer("decimals", { max: 9 }), 0),
        maxRows: record.integer("maxRows", { min: 1 }),
        variance: when("variance", () => record.boolean("variance"), false),
        edges: when("edges", () => record.numbers("edges"), []),
        percentiles: when("percentiles", () => record.numbers("percentiles"), []),
        minContributors: when(
          "minContributors",
          () => record.integer("minContributors", { min: 2, max: 100 }),
          standardContributors,
        ),
      });
    });
  } catch (thrown) {
    if (!(thrown instanceof MalformedMessage)) throw thrown;
    // Its message begins with the field's name.
    const [field = ""] = /^[A-Za-z]+(?=:)/.exec(thrown.message) ?? [];
    const { line, character } = jsonPlace(text, [field]);
    const message = `${file}:${line}:${character}: ${thrown.message}`;
    throw new VeilshareError("INVALID_DATA", message, { file, line, field, cause: thrown });
  }
}

function conditionsOf(record: JsonRecord): readonly Condition[] {
  return record.record("where", (inner) =>
    inner.names().map((column) => ({ column, text: inner.text(column) })),
  );
}

/**
 * A question with its conditions in one order.
 *
 * @throws MalformedMessage for groups without `by`, `by` without groups, or a column in two conditions.
 */
export function complete(question: StatisticsQuestion): StatisticsQuestion {
  const where = [...question.where].sort((a, b) => (a.column < b.column ? -1 : 1));
  const columns = where.map(({ column }) => column);
  if (new Set(columns).size !== columns.length)
    throw new MalformedMessage("where: expected each column once, got one twice");
  if ((question.by === undefined) !== (question.groups === undefined))
    throw new MalformedMessage("by and groups: expected both or none, got one");
  if (question.groups?.length === 0) throw new MalformedMessage("groups: expected at least one, got none");
  return { ...question, where };
}

/** The conditions in words, the same for the same rows. */
export function periodOf({ where }: StatisticsQuestion): string {
  return where.length === 0
    ? "all rows"
    : where.map(({ column, text }) => `${JSON.stringify(column)} is ${JSON.stringify(text)}`).join(" and ");
}

/** The question as parameters that all parties compare. */
export function publicQuestion(question: StatisticsQuestion): Record<string, JsonValue> {
  const { by = null, groups = null, where, edges, percentiles, ...rest } = question;
  return {
    ...rest,
    by,
    groups: groups === null ? null : [...groups],
    where: where.map((condition) => ({ ...condition })),
    edges: [...edges],
    percentiles: [...percentiles],
  };
}

interface AskedQuestion {
  readonly by: string;
  readonly where: readonly Condition[];
}

const askedQuestions: LogKind<AskedQuestion> = jsonLog<AskedQuestion>("veilshare/cli-questions", {
  read: (record) => ({
    by: record.text("by"),
    where: record.records("where", (condition) => ({
      column: condition.text("column"),
      text: condition.text("text"),
    })),
  }),
  write: ({ by, where }) => ({ by, where: where.map(({ column, text }) => ({ column, text })) }),
});

/**
 * Records a question before it is asked.
 *
 * @returns How many of the column were recorded, this one included.
 * @throws VeilshareError DISCLOSURE_REFUSED for rows that overlap with those of an earlier question and are not the same, or are
 *   split by another column; and once the store was restored from an older copy.
 */
export function recordQuestion(store: StateStore, question: StatisticsQuestion): Promise<number> {
  const { of, by = "", where } = question;
  return store.transact((draft) => {
    if (draft.isBurned(askedQuestions, of)) throw forgotten(of);
    const earlier = draft.list(askedQuestions, of);
    const against = earlier.find((before) => !goTogether(before, { by, where }));
    if (against !== undefined) {
      const asked = periodOf({ ...question, where: against.where });
      const text = `statistics: expected a question about the same rows of column ${JSON.stringify(of)} as an earlier one, or about others, got rows that overlap with those where ${asked}${against.by === "" ? "" : `, by ${JSON.stringify(against.by)}`}`;
      throw new VeilshareError("DISCLOSURE_REFUSED", text, { field: "where", got: "overlapping rows" });
    }
    draft.add(askedQuestions, of, { by, where });
    return earlier.length + 1;
  });
}

function forgotten(of: string): VeilshareError {
  const text = `statistics: expected a store that remembers all questions about column ${JSON.stringify(of)}, got one that was restored from an older copy`;
  return new VeilshareError("DISCLOSURE_REFUSED", text, { field: "where", got: "restored" });
}

/** Rows that differ in a column's text are different rows; of the same rows, one partition and the whole go together. */
function goTogether(a: AskedQuestion, b: AskedQuestion): boolean {
  const texts = new Map(a.where.map(({ column, text }) => [column, text]));
  const apart = b.where.some(({ column, text }) => (texts.get(column) ?? text) !== text);
  if (apart) return true;
  const same = a.where.length === b.where.length && b.where.every(({ column }) => texts.has(column));
  return same && (a.by === b.by || a.by === "" || b.by === "");
}
