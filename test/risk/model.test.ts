import { describe, expect, it } from "vitest";
import { loadModelPart, saveModelPart, type RiskModelPart } from "../../dist/risk/index.js";
import { expectError } from "../support/expect-error.js";

const part: RiskModelPart = {
  role: "lender",
  modelId: "0123456789abcdef".repeat(4),
  trainingRows: 100,
  columns: { lender: 3, platform: 1 },
  bandCount: 2,
  preparation: [
    { kind: "numeric", name: "income", mean: 10, deviation: 2 },
    { kind: "numeric", name: "constant", mean: 3, deviation: 0 },
    {
      kind: "category",
      name: "purpose",
      reference: "car",
      levels: ["house", null],
      indicators: [
        { mean: 0.25, deviation: 0.5 },
        { mean: 0.5, deviation: 0.25 },
        { mean: 0, deviation: 0 },
      ],
    },
  ],
  whitening: Float64Array.of(1, 0, 0, 0, 1.5, 0, 0, 0, 0.125),
  shares: Float64Array.of(2 ** 52, -5, 0, 7, -(2 ** 52), 11),
};

/** The saved text with one member replaced. */
function changed(path: readonly (string | number)[], value: unknown): string {
  const model: unknown = JSON.parse(saveModelPart(part));
  let at = model as Record<string | number, unknown>; // plain JSON
  for (const key of path.slice(0, -1)) at = at[key] as Record<string | number, unknown>;
  const last = path.at(-1) ?? "";
  if (value === undefined)
    delete at[last]; // eslint-disable-line @typescript-eslint/no-dynamic-delete -- test data
  else at[last] = value;
  return JSON.stringify(model);
}

describe("a model part", () => {
  it("comes back from its text", () => {
    expect(loadModelPart(saveModelPart(part))).toEqual(part);
  });

  it.each<[string, readonly (string | number)[], unknown]>([
    ["model.format", ["format"], "veilshare/other"],
    ["model.version", ["version"], 1],
    ["model.role", ["role"], "dealer"],
    ["model.modelId", ["modelId"], "xyz"],
    ["model.shares", ["shares"], [1, 2]],
    ["model.shares[1]", ["shares", 1], "2"],
    ["model.shares[2]", ["shares", 2], 0.5],
    ["model.shares[3]", ["shares", 3], 2 ** 54],
    ["model.whitening", ["whitening"], [1]],
    ["model.trainingRows", ["trainingRows"], 1],
    ["model.bandCount", ["bandCount"], 11],
    ["model.columns.platform", ["columns", "platform"], 0],
    ["model.preparation", ["columns", "lender"], 2],
    ["model.bandCount", ["bandCount"], undefined],
    ["model", ["surplus"], 1],
    ["model.preparation", ["preparation", 1, "name"], "income"],
    ["model.preparation[0].kind", ["preparation", 0, "kind"], "text"],
    ["model.preparation[0].deviation", ["preparation", 0, "deviation"], -1],
    ["model.preparation[0].mean", ["preparation", 0, "mean"], null],
    ["model.preparation[2].levels", ["preparation", 2, "levels", 0], "car"],
    ["model.preparation[2].levels[0]", ["preparation", 2, "levels", 0], 5],
    ["model.preparation[2].indicators", ["preparation", 2, "indicators"], []],
    ["model.preparation[2].reference", ["preparation", 2, "reference"], undefined],
  ])("is refused for its %s", (field, path, value) => {
    expectError(() => loadModelPart(changed(path, value)), "INVALID_DATA", { field });
  });

  it("is refused when it is no JSON object, or holds what JSON has no number for", () => {
    for (const text of [
      "",
      "[]",
      "null",
      "{",
      '{"__proto__":1}',
      saveModelPart(part).replace("0.125", "1e999"),
    ]) {
      expectError(() => loadModelPart(text), "INVALID_DATA");
    }
  });
});
