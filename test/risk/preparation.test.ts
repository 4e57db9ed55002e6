import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fitPreparation, prepareColumns, preparedNames, type FeatureColumn } from "../../dist/risk/index.js";
import { expectError } from "../support/expect-error.js";

/** Each value 20 times, one after the other: no rule about few rows applies. */
const twenty = <T>(values: readonly T[]): T[] => values.flatMap((value) => new Array<T>(20).fill(value));

const range = (length: number): Uint32Array => Uint32Array.from({ length }, (_, i) => i);
const numeric = (values: number[], name = "x"): FeatureColumn => ({ kind: "numeric", name, values });
const category = (values: (string | null)[], name = "c"): FeatureColumn => ({
  kind: "category",
  name,
  values,
});

describe("preparation", () => {
  it("gives training columns a mean of 0 and squares that sum to the number of rows", () => {
    const tiny = fc.constantFrom(0, 5e-324, -1e-323, 1e-308, -1e-280);
    const value = fc.oneof(fc.double({ min: -1e6, max: 1e6, noNaN: true }), fc.constant(NaN), tiny);
    fc.assert(
      fc.property(fc.array(value, { minLength: 2, maxLength: 90 }), (values) => {
        const column = numeric(values);
        const rows = range(values.length);
        const preparation = fitPreparation([column], rows);
        const design = prepareColumns(preparation, [column], rows);
        if (design.columns === 0) return;
        let [sum, squares] = [0, 0];
        for (const x of design.values) {
          sum += x;
          squares += x * x;
        }
        expect(Math.abs(sum / values.length)).toBeLessThan(1e-6);
        expect(squares / values.length).toBeCloseTo(1, 6);
      }),
    );
  });

  it("puts the mean in place of a missing number, in training and after", () => {
    const preparation = fitPreparation([numeric(twenty([1, NaN, 3]))], range(60));
    expect(preparation[0]).toMatchObject({ mean: 2 });
    const design = prepareColumns(preparation, [numeric([NaN, 2])], range(2));
    expect([...design.values]).toEqual([0, 0]);
  });

  it("learns from training rows only", () => {
    const column = numeric([...twenty([1, 2, 3]), 1e9]);
    expect(fitPreparation([column], range(60))[0]).toMatchObject({ mean: 2 });
  });

  it("drops columns that are the same in all training rows, or in all but 19, and names them", () => {
    const but = (others: number): number[] =>
      Array.from({ length: 60 }, (_, row) => (row < others ? row + 1 : 0));
    const columns = [
      numeric([...twenty([5, 5, 5]), 7], "constant"),
      numeric([...twenty([NaN, NaN, NaN]), 1], "missing"),
      numeric([...but(19).map((value) => (value === 0 ? NaN : value)), 1], "mostly missing"),
      numeric([...twenty([0.1 + 0.2, 0.3, 0.3]), 0], "rounding"),
      numeric([...but(19), 0], "of 19 people"),
      category([...but(19).map((value) => (value === 0 ? "a" : "b")), "b"], "b of 19 people"),
      category([...twenty(["a", "a", "a"]), "b"], "one value"),
      numeric([...but(20), 0], "kept"),
    ];
    const preparation = fitPreparation(columns, range(60));
    expect(preparedNames(preparation)).toEqual({
      kept: ["kept"],
      dropped: columns.slice(0, -1).map(({ name }) => name),
    });
    expect(prepareColumns(preparation, columns, range(61)).columns).toBe(1);
  });

  it("makes indicators of a text column: the most frequent value is the reference, rare ones are other", () => {
    const values = [
      ...twenty(["b", "b", "b", "a", "a", null, null]),
      ...twenty(["z"]).map((z, i) => `${z}${i}`),
    ];
    const preparation = fitPreparation([category(values)], range(values.length), 10);
    expect(preparation[0]).toMatchObject({ reference: "b", levels: [null, "a"] });
    expect(preparedNames(preparation).kept).toEqual(["c=(missing)", "c=a", "c=(other)"]);
    const design = prepareColumns(preparation, [category(["b", "a", null, "z", "never seen"])], range(5));
    const raised = Array.from({ length: 5 }, (_, row) =>
      [0, 1, 2].map((column) => Number((design.values[3 * row + column] ?? 0) > 0)),
    );
    expect(raised).toEqual([
      [0, 0, 0],
      [0, 1, 0],
      [1, 0, 0],
      [0, 0, 1],
      [0, 0, 1],
    ]);
  });

  it("lets other values count as the reference where fewer than 20 rows have them", () => {
    const values = [...twenty(["b", "b", "a"]), ...new Array<string>(19).fill("z")];
    const preparation = fitPreparation([category(values)], range(values.length));
    expect(preparedNames(preparation).kept).toEqual(["c=a"]);
    const design = prepareColumns(preparation, [category(["b", "z"])], range(2));
    expect(design.values[0]).toBe(design.values[1]);
  });

  it("takes an unseen text for the reference where training had no other", () => {
    const preparation = fitPreparation([category(twenty(["a", "b", "a"]))], range(60));
    const design = prepareColumns(preparation, [category(["a", "never seen"])], range(2));
    expect(design.values[0]).toBe(design.values[1]);
  });

  it("finds columns by name, in any order, and refuses other ones", () => {
    const columns = [numeric(twenty([1, 2, 3]), "x"), numeric(twenty([3, 1, 2]), "y")];
    const preparation = fitPreparation(columns, range(60));
    const design = prepareColumns(preparation, columns, range(3));
    expect(prepareColumns(preparation, [...columns].reverse(), range(3))).toEqual(design);
    expectError(() => prepareColumns(preparation, columns.slice(1), range(3)), "INVALID_DATA", {
      field: 'column "x"',
    });
    const text = category(twenty(["1", "2", "3"]), "x");
    expectError(() => prepareColumns(preparation, [text, ...columns.slice(1)], range(3)), "INVALID_DATA");
    const empty = category(twenty([null, null, null]), "x");
    expect(prepareColumns(preparation, [empty, ...columns.slice(1)], range(3)).values[0]).toBe(0);
  });

  it("refuses infinite numbers, lengths that differ and names that repeat", () => {
    expectError(() => fitPreparation([numeric([1, Infinity])], range(2)), "INVALID_DATA");
    expectError(() => fitPreparation([numeric([1, 2]), numeric([1], "y")], range(2)), "INVALID_DATA");
    expectError(() => fitPreparation([numeric([1, 2]), numeric([1, 2])], range(2)), "INVALID_DATA");
  });
});
