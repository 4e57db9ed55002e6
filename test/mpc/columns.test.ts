import { describe, expect, it } from "vitest";
import {
  addToColumns,
  columnRange,
  pickColumns,
  prefixSums,
  repeatRow,
  scaleColumns,
  scaleRows,
  type SecretMatrix,
} from "../../dist/mpc/index.js";
import { schemes } from "./computation.js";

const shape = { rows: 3, columns: 4, bound: 20, fractionalBits: 4 };
const values = Array.from({ length: 12 }, (_, i) => i - 5.5);
const at = (row: number, column: number): number => values[4 * row + column] ?? NaN;
const table = (rows: number, columns: number, f: (row: number, column: number) => number): number[] =>
  Array.from({ length: rows * columns }, (_, i) => f(Math.floor(i / columns), i % columns) + 0);

describe.each(schemes)("with $name,", (scheme) => {
  it("columns are sliced, picked, scaled and added to, and summed up, without a message", async () => {
    const results = await scheme.compute(async ({ engine, own, party }) => {
      const x = await own(1, values, shape);
      const before = party.traffic.messagesSent;
      const made: SecretMatrix[] = [
        columnRange(x, 1, 3),
        pickColumns(x, [3, 0, 3]),
        repeatRow(x.rowRange(1, 2), 2),
        scaleRows(x, [2, -3, 0]),
        scaleColumns(x, [1, 0, -1, 7]),
        addToColumns(x, [0.5, 1, 1.5, 2]),
        prefixSums(x),
      ];
      expect(party.traffic.messagesSent).toBe(before);
      return Promise.all(made.map(async (one) => [...(await engine.reveal(one))].map((value) => value + 0)));
    });
    const rows = [2, -3, 0];
    const columns = [1, 0, -1, 7];
    const expected = [
      table(3, 2, (i, j) => at(i, j + 1)),
      table(3, 3, (i, j) => at(i, [3, 0, 3][j] ?? NaN)),
      table(2, 4, (_, j) => at(1, j)),
      table(3, 4, (i, j) => at(i, j) * (rows[i] ?? NaN)),
      table(3, 4, (i, j) => at(i, j) * (columns[j] ?? NaN)),
      table(3, 4, (i, j) => at(i, j) + (j + 1) / 2),
      table(3, 4, (i, j) => Array.from({ length: i + 1 }, (_, k) => at(k, j)).reduce((a, b) => a + b, 0)),
    ];
    for (const result of results) expect(result).toEqual(expected);
  });
});

describe("columns", () => {
  it("refuse positions that are none, factors that are no whole numbers, and bounds without room", async () => {
    const [scheme] = schemes;
    await scheme?.compute(async ({ own }) => {
      const x = await own(0, values, shape);
      const attempts: (() => unknown)[] = [
        () => columnRange(x, 2, 2),
        () => columnRange(x, 0, 5),
        () => columnRange(x, 0.5, 2),
        () => pickColumns(x, []),
        () => pickColumns(x, [4]),
        () => repeatRow(x, 2),
        () => repeatRow(x.rowRange(0, 1), 0),
        () => scaleRows(x, [1, 2]),
        () => scaleRows(x, [1, 2, 0.5]),
        () => scaleColumns(x, [1, 2, 3]),
        () => addToColumns(x, [1]),
      ];
      for (const attempt of attempts)
        expect(attempt).toThrow(expect.objectContaining({ code: "INVALID_ARGUMENT" }));
      expect(() => scaleRows(x, [2 ** 53 - 1, 0, 0]).scale(1024)).toThrow(
        expect.objectContaining({ code: "BOUND_EXCEEDED" }),
      );
    });
  });
});
