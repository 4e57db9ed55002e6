import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { complete, parseQuestion, recordQuestion, type StatisticsQuestion } from "../../dist/cli/question.js";
import { memoryStore } from "../../dist/store/index.js";
import { expectError } from "../support/expect-error.js";

const base: StatisticsQuestion = {
  of: "days",
  where: [],
  min: 0,
  max: 9,
  decimals: 0,
  maxRows: 10,
  variance: false,
  edges: [],
  percentiles: [],
  minContributors: 3,
};

/** All rows that there could be: two columns of two texts. */
const rows = ["x", "y"].flatMap((a) => ["x", "y"].map((b) => ({ a, b })));
const selected = ({ where }: StatisticsQuestion): readonly boolean[] =>
  rows.map((row) => where.every(({ column, text }) => row[column as "a" | "b"] === text));

describe("questions of one column", () => {
  const condition = fc.record({ column: fc.constantFrom("a", "b"), text: fc.constantFrom("x", "y") });
  const question = fc
    .record({
      where: fc.uniqueArray(condition, { selector: ({ column }) => column, maxLength: 2 }),
      by: fc.constantFrom(undefined, "industry", "region"),
    })
    .map(({ where, by }) => complete({ ...base, where, ...(by === undefined ? {} : { by, groups: ["g"] }) }));

  it("go together only when their rows are the same, split by one column at most, or have none in common", async () => {
    await fc.assert(
      fc.asyncProperty(question, question, async (first, second) => {
        const store = memoryStore();
        expect(await recordQuestion(store, first)).toBe(1);
        const allowed = await recordQuestion(store, second).then(
          () => true,
          () => false,
        );
        const [one, two] = [selected(first), selected(second)];
        const shared = one.some((isIn, i) => isIn && two[i] === true);
        const same = one.every((isIn, i) => isIn === two[i]);
        const sameSplit = first.by === second.by || first.by === undefined || second.by === undefined;
        expect(allowed).toBe(!shared || (same && sameSplit));
      }),
    );
  });

  it("of another column are no matter of this one, and a refused question is not recorded", async () => {
    const store = memoryStore();
    await recordQuestion(store, base);
    const part = complete({ ...base, where: [{ column: "a", text: "x" }] });
    const refusal = { code: "DISCLOSURE_REFUSED", field: "where" };
    await expect(recordQuestion(store, part)).rejects.toMatchObject(refusal);
    expect(await recordQuestion(store, { ...part, of: "amount" })).toBe(1);
    expect(await recordQuestion(store, base)).toBe(2);
  });
});

describe("parseQuestion", () => {
  it.each<[string, object]>([
    ['{"mean": "days",\n "min": 0, "max": 9 "maxRows": 1}', { line: 2 }],
    ['{"mean": "days",\n "min": "0", "max": 9, "maxRows": 1}', { line: 2, field: "min" }],
    ['{"mean": "days", "min": 0, "max": 9,\n\n "maxRows": 0}', { line: 3, field: "maxRows" }],
    ['{"mean": "days", "min": 0, "max": 9, "maxRows": 1, "median": true}', {}],
    ['{"mean": "days", "min": 0, "max": 9, "maxRows": 1, "by": "industry"}', {}],
    ['{"mean": "days", "min": 0, "max": 9, "maxRows": 1, "where": {"year": 2026}}', {}],
    ["[]", {}],
  ])("refuses %s with its place", (text, place) => {
    const error = expectError(() => parseQuestion(text, "q.json"), "INVALID_DATA", {
      file: "q.json",
      ...place,
    });
    expect(error.message).toMatch(/^q\.json:/);
  });
});
