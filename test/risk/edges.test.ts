import { describe, expect, it } from "vitest";
import {
  computations,
  type JointRiskModelOptions,
  type LenderInput,
  type PlatformInput,
} from "../../dist/risk/index.js";
import { largestDifference, retrainInTheClear } from "./in-the-clear.js";
import { train } from "./train.js";

interface Owners {
  readonly lender: LenderInput;
  readonly platform: PlatformInput;
}

/** Two owners with a column or more each, over the same people. */
function owners(
  labels: readonly number[],
  lender: Readonly<Record<string, readonly number[]>>,
  platform: Readonly<Record<string, readonly number[]>>,
): Owners {
  const ids = labels.map((_, row) => `id-${row}`);
  const columns = (of: Readonly<Record<string, readonly number[]>>): LenderInput["columns"] =>
    Object.entries(of).map(([name, values]) => ({ kind: "numeric", name, values }));
  return {
    lender: { role: "lender", ids, labels, columns: columns(lender) },
    platform: { role: "platform", ids, columns: columns(platform) },
  };
}

const rows = Array.from({ length: 60 }, (_, row) => row);
const mixed = rows.map((row) => ((row * 7) % 5 < 2 ? 1 : 0));
const wave = rows.map((row) => Math.sin(row));

const edges: readonly (readonly [string, Owners, JointRiskModelOptions])[] = [
  [
    "columns of 10^15 and of 10^-15",
    owners(
      mixed,
      { huge: wave.map((x) => 1e15 * x) },
      { tiny: rows.map((row) => 1e-15 * ((row * 11) % 60)) },
    ),
    {},
  ],
  [
    "labels that one column separates",
    owners(
      rows.map((row) => (row < 30 ? 0 : 1)),
      { row: rows },
      { wave },
    ),
    {},
  ],
  [
    "columns that are constant, on both sides",
    owners(mixed, { wave, same: rows.map(() => 7) }, { row: rows, zero: rows.map(() => 0) }),
    {},
  ],
  ["a column that both owners have", owners(mixed, { wave }, { wave }), {}],
];

describe.each(computations)("jointRiskModel by %s", (computation) => {
  it.each(edges)("trains as in the clear on %s", async (_, inputs, options) => {
    const reports = await train(inputs, {
      minimumRows: 10,
      holdout: 0,
      fewColumns: true,
      disclose: ["weights"],
      ...options,
      computation,
    });
    expect(reports.lender.aligned).toBe(inputs.lender.ids.length);
    expect(largestDifference(reports, retrainInTheClear(inputs, reports))).toBeLessThan(0.01);
  });

  it("refuses owners that have nobody in common", async () => {
    const { lender, platform } = owners(mixed, { wave }, { rows });
    const strangers = { ...platform, ids: platform.ids.map((id) => `other-${id}`) };
    await expect(
      train({ lender, platform: strangers }, { minimumRows: 2, computation }),
    ).rejects.toMatchObject({
      code: "INVALID_DATA",
      field: "ids",
    });
  });
});
