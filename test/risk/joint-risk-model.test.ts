import { describe, expect, it } from "vitest";
import { simulate } from "../../dist/channel/index.js";
import {
  computations,
  jointRiskModel,
  thirdRoles,
  type Computation,
  type FeatureColumn,
  type JointRiskModelOptions,
  type LenderInput,
  type PlatformInput,
  type RiskInput,
} from "../../dist/risk/index.js";
import { chiSquare } from "../support/chi-square.js";
import { tapParty, type Tapped } from "../support/tapped-party.js";
import { largestDifference, retrainInTheClear, scoresInTheClear } from "./in-the-clear.js";
import { inventPeople, pick } from "./people.js";
import { namesOf, third, train } from "./train.js";

const quick: JointRiskModelOptions = { iterations: 8, computation: "replicated" };

/** With weights told, so that they can be compared. */
const told: JointRiskModelOptions = { ...quick, disclose: ["weights"] };

describe("jointRiskModel", () => {
  it.each(computations)("gives the weights of the same training in the clear: %s", async (computation) => {
    const people = inventPeople(100);
    const options = { iterations: 6, l2: 0.01 };
    const reports = await train(people, { ...options, computation, disclose: ["weights"] });
    const model = retrainInTheClear(people, reports, options);
    expect(largestDifference(reports, model)).toBeLessThan(0.005);
    expect(reports.lender.converged).toBe(true);
    expect(reports.third?.role).toBe(thirdRoles[computation]);
    expect(reports.lender.columnNames).toEqual(["debt", "age"]);
    expect(reports.lender.dropped).toEqual(["country"]);
    expect(reports.platform.columnNames.every((name) => /^(orders|visits|device=.*)$/.test(name))).toBe(true);
    expect(reports.lender.aligned).toBe(100);
    expect([reports.lender.trainingRows, reports.lender.holdoutRows]).toEqual([80, 20]);
    expect(reports.platform.trainingRows).toBe(80);
  });

  it("does better than the lender alone, on training rows and on those held back", async () => {
    const { lender } = await train(inventPeople(400, 2), quick);
    expect(lender.joint.training?.auc).toBeGreaterThan((lender.alone.training?.auc ?? 1) + 0.05);
    expect(lender.joint.holdout?.auc).toBeGreaterThan((lender.alone.holdout?.auc ?? 1) + 0.05);
    expect(lender.heldBack.reduce((sum, bit) => sum + bit, 0)).toBe(80);
  });

  it("aligns ids in any order where each side has some that the other lacks", async () => {
    const people = inventPeople(300, 3);
    const lender = pick(people.lender, (row) => row % 3 !== 0);
    const platform = pick(people.platform, (row) => row % 5 !== 0);
    const platformIds = new Set(platform.ids);
    const reports = await train({ lender, platform }, { ...told, holdout: 0 });
    const common = lender.ids.filter((id) => platformIds.has(id));
    expect(Array.from(reports.lender.rows, (row) => lender.ids[row])).toEqual([...common].sort());
    expect(reports.lender.aligned).toBe(common.length);
    expect(reports.platform.aligned).toBe(common.length);
    expect(reports.lender.joint.holdout).toBeUndefined();
    expect(largestDifference(reports, retrainInTheClear({ lender, platform }, reports, quick))).toBeLessThan(
      0.005,
    );
  });

  it("tells the lender bands that follow the scores, each with a twentieth of the training rows or more", async () => {
    const people = inventPeople(400, 4);
    const reports = await train(people, told);
    const { lender } = reports;
    const scores = scoresInTheClear(people, reports);
    const trained = Array.from(lender.heldBack, (bit, i) => (bit === 0 ? i : -1)).filter((i) => i >= 0);
    const ranges = Array.from({ length: lender.bandCount }, (_, band) =>
      trained.filter((i) => lender.bands[i] === band).map((i) => scores[i] ?? NaN),
    );
    expect(lender.bandCount).toBe(10);
    for (const [band, range] of ranges.entries()) {
      expect(range.length).toBeGreaterThanOrEqual(lender.trainingRows / 20);
      expect(Math.min(...range)).toBeGreaterThan(Math.max(-Infinity, ...(ranges[band - 1] ?? [])) - 0.02);
    }
  });

  it("trains for a lender that has labels only", async () => {
    const people = inventPeople(200, 5);
    const lender = { ...people.lender, columns: [] };
    const { lender: report } = await train({ lender, platform: people.platform }, quick);
    expect(report.columns.lender).toEqual({ sources: 0, prepared: 0 });
    expect(report.alone.training?.auc).toBe(0.5);
    expect(report.joint.training?.auc).toBeGreaterThan(0.6);
  });

  it("plays roles under any names, and reports progress", async () => {
    const people = inventPeople(100, 6);
    const done: number[] = [];
    const parties = { lender: "First Bank", platform: "Shop", helper: "Notary" };
    await train(
      people,
      { ...quick, parties },
      {
        names: Object.values(parties),
        onProgress: ({ step, done: steps }) => {
          if (step === "joint-risk-model/train") done.push(steps);
        },
      },
    );
    expect(Math.max(...done)).toBe(8);
  });

  it("has a role that no other party plays", async () => {
    const people = inventPeople(60, 7);
    const run = train(people, { ...quick, parties: { lender: "platform", platform: "lender" } });
    await expect(run).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
  });

  it("refuses other options at another party", async () => {
    const run = train(inventPeople(100, 8), (party) => ({ iterations: 8 + party.index }));
    await expect(run).rejects.toMatchObject({ code: "PEER_MISMATCH", field: "parameters.iterations" });
  });

  const people = inventPeople(120, 9);
  const { lender, platform } = people;
  const [first = "", ...rest] = lender.ids;
  it.each<[string, { lender: LenderInput; platform: PlatformInput }, JointRiskModelOptions, string]>([
    [
      "an id that repeats",
      { lender: { ...lender, ids: [rest[0] ?? "", ...rest] }, platform },
      {},
      "INVALID_DATA",
    ],
    ["an empty id", { lender: { ...lender, ids: ["", ...rest] }, platform }, {}, "INVALID_DATA"],
    [
      "no ids",
      { lender: { role: "lender", ids: [], labels: [], columns: [] }, platform },
      {},
      "INVALID_DATA",
    ],
    [
      "a label of 2",
      { lender: { ...lender, labels: lender.ids.map(() => 2) }, platform },
      {},
      "INVALID_DATA",
    ],
    ["too few labels", { lender: { ...lender, labels: [1, 0] }, platform }, {}, "INVALID_DATA"],
    [
      "labels that are all 0",
      { lender: { ...lender, labels: lender.ids.map(() => 0) }, platform },
      {},
      "INVALID_DATA",
    ],
    [
      "a column that is too short",
      { lender: { ...lender, ids: [...lender.ids, "new"] }, platform },
      {},
      "INVALID_DATA",
    ],
    ["a platform without columns", { lender, platform: { ...platform, columns: [] } }, {}, "INVALID_DATA"],
    [
      "too few common ids",
      { lender: { ...lender, ids: lender.ids.map((id, i) => (i < 49 ? id : `other-${i}`)) }, platform },
      {},
      "INVALID_DATA",
    ],
    ["a holdout of six tenths", people, { holdout: 0.6 }, "INVALID_ARGUMENT"],
    ["no iterations", people, { iterations: 0 }, "INVALID_ARGUMENT"],
    ["a minimum of one row", people, { minimumRows: 1 }, "INVALID_ARGUMENT"],
    ["no categories", people, { maxCategories: 0 }, "INVALID_ARGUMENT"],
  ])("refuses %s", async (_, inputs, options, code) => {
    expect(first).not.toBe("");
    await expect(train(inputs, { ...quick, ...options })).rejects.toMatchObject({ code });
  });

  it("never names an id, a label or a value in a refusal", async () => {
    const ids = [rest[0] ?? "", ...rest];
    const error: unknown = await train({ lender: { ...lender, ids }, platform }, quick).catch(
      (thrown: unknown) => thrown,
    );
    expect(JSON.stringify(error)).not.toContain("person-");
  });
});

/** The column with its values in the reverse order. */
function backwards(column: FeatureColumn): FeatureColumn {
  return column.kind === "numeric"
    ? { ...column, values: Array.from(column.values).reverse() }
    : { ...column, values: [...column.values].reverse() };
}

describe("what others see of a joint training", () => {
  const people = inventPeople(160, 12); // 128 training rows: no round ends with part of a byte
  const { lender } = people;
  const variants: readonly LenderInput[] = [
    lender,
    { ...lender, labels: Array.from(lender.labels, (label) => 1 - label) },
    { ...lender, columns: lender.columns.map(backwards) },
  ];

  /** What one party receives while the others train on a variant of the lender's rows. */
  async function received(
    lenderInput: LenderInput,
    observer: number,
    computation: Computation,
  ): Promise<Tapped[]> {
    const messages: Tapped[] = [];
    const byIndex: readonly RiskInput[] = [lenderInput, people.platform, third(computation)];
    await simulate(
      namesOf(computation).length,
      (party) => {
        const watched =
          party.index === observer ? tapParty(party, (message) => messages.push(message)) : party;
        const input = byIndex[party.index] ?? third(computation);
        return jointRiskModel(watched, input, { iterations: 2, computation });
      },
      { names: namesOf(computation) },
    );
    return messages.filter(({ direction }) => direction === "received");
  }

  // One false alarm in 10^9 for each variant. What is opened in the clear at the end, one bit and the number of bands, and what
  // only one bit wide comparisons open, is left out: what is counted are masked words.
  it.each([
    ["two-party", "platform", 1],
    ["replicated", "platform", 1],
    ["replicated", "helper", 2],
    ["dealer", "platform", 1],
  ] as const)(
    "is uniform, %s, to the %s, whatever the labels and the lender's columns are",
    async (how, _, observer) => {
      for (const variant of variants) {
        const openings = (await received(variant, observer, how))
          .filter(({ step }) => step === "mpc/round")
          .slice(0, -2);
        expect(openings.length).toBeGreaterThan(60);
        const counts = new Uint32Array(256);
        for (const { bytes } of openings) {
          for (const byte of bytes.subarray(32)) counts[byte] = (counts[byte] ?? 0) + 1;
        }
        expect(chiSquare(counts).exceeds).toBe(false);
      }
    },
  );

  it("is the same, byte for byte, to the dealer", async () => {
    const seen: string[] = [];
    for (const variant of variants) {
      const lines = (await received(variant, 2, "dealer")).map(
        ({ peer, step, bytes }) => `${peer} ${step} ${bytes.join()}`,
      );
      seen.push(lines.sort().join("\n"));
    }
    expect(seen[0]?.length).toBeGreaterThan(1000);
    expect(new Set(seen).size).toBe(1);
  });
});
