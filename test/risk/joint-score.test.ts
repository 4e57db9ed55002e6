import { describe, expect, it } from "vitest";
import { simulate } from "../../dist/channel/index.js";
import {
  computations,
  jointScore,
  loadModelPart,
  saveModelPart,
  type Computation,
  type JointScoreOptions,
  type LenderInput,
  type PlatformInput,
  type RiskModelPart,
  type ScoreReport,
} from "../../dist/risk/index.js";
import { memoryStore, type StateStore } from "../../dist/store/index.js";
import { inventPeople, pick } from "./people.js";
import { namesOf, third, train } from "./train.js";

interface Scored {
  readonly lender: LenderInput;
  readonly platform: PlatformInput;
  readonly parts: readonly [RiskModelPart, RiskModelPart];
}

/** One scoring, all parties in this thread. */
async function score(
  { lender, platform, parts }: Scored,
  options: JointScoreOptions = {},
  stores: readonly (StateStore | undefined)[] = [],
): Promise<readonly [ScoreReport, ScoreReport]> {
  const { computation = "two-party" } = options;
  const reports = await simulate(
    namesOf(computation).length,
    (party) => {
      const store = stores[party.index];
      const own = store === undefined ? options : { ...options, store };
      if (party.index > 1) return jointScore(party, third(computation) as { role: "helper" }, own);
      const { role, ids, columns } = party.index === 0 ? lender : platform;
      return jointScore(party, { role, ids, columns, model: parts[party.index === 0 ? 0 : 1] }, own);
    },
    { names: namesOf(computation) },
  );
  return [reports[0], reports[1]] as [ScoreReport, ScoreReport];
}

const people = inventPeople(300, 10);
const known = (row: number): boolean => row < 240;
const trained = train(
  { lender: pick(people.lender, known), platform: people.platform },
  { computation: "replicated", disclose: ["points"], holdout: 0 },
);

async function saved(): Promise<readonly [RiskModelPart, RiskModelPart]> {
  const { lender, platform } = await trained;
  return [loadModelPart(saveModelPart(lender.model)), loadModelPart(saveModelPart(platform.model))];
}

describe("jointScore", () => {
  it.each<Computation>(computations)(
    "gives the training's bands again, with saved parts: %s",
    async (computation) => {
      const { lender: report } = await trained;
      const inputs = { lender: pick(people.lender, (row) => row % 3 === 0), platform: people.platform };
      const [scored, silent] = await score(
        { ...inputs, parts: await saved() },
        { computation, disclose: ["points"] },
      );
      const idsThen = Array.from(report.rows, (row) => pick(people.lender, known).ids[row]);
      let moved = 0;
      for (const [k, row] of scored.rows.entries()) {
        const then = idsThen.indexOf(inputs.lender.ids[row] ?? "");
        if (then < 0) continue;
        if (scored.bands?.[k] !== report.bands[then]) moved++;
        expect(Math.abs((scored.points?.[k] ?? NaN) - (report.points?.[then] ?? NaN))).toBeLessThanOrEqual(1);
      }
      expect(moved).toBeLessThanOrEqual(2); // a score that rounds across an edge
      expect(scored.rows.length).toBe(100);
      expect(Object.keys(silent)).toEqual(["rows"]);
    },
  );

  it("refuses parts of two trainings, and a part of the other role", async () => {
    const other = await train(people, { computation: "replicated", holdout: 0 });
    const [mine] = await saved();
    await expect(score({ ...people, parts: [mine, other.platform.model] })).rejects.toMatchObject({
      code: "PEER_MISMATCH",
      field: "parameters.modelId",
    });
    await expect(score({ ...people, parts: [other.platform.model, mine] })).rejects.toMatchObject({
      code: "INVALID_ARGUMENT",
    });
  });

  it("refuses an option that does not exist", async () => {
    const options = { edges: [1] } as JointScoreOptions;
    await expect(score({ ...people, parts: await saved() }, options)).rejects.toMatchObject({
      code: "INVALID_ARGUMENT",
    });
  });

  it("refuses an id that comes again with other columns, until the next epoch", async () => {
    const store = memoryStore();
    const one = {
      lender: pick(people.lender, (row) => row === 5),
      platform: people.platform,
      parts: await saved(),
    };
    const changed = {
      ...one,
      lender: { ...one.lender, columns: one.lender.columns.map((column) => ({ ...column, values: [1] })) },
    } as Scored;
    const quick = { computation: "replicated" } as const;
    const [first] = await score(one, quick, [undefined, store]);
    const [again] = await score(one, quick, [undefined, store]);
    expect(again.bands).toEqual(first.bands);
    await expect(score(changed, quick, [undefined, store])).rejects.toMatchObject({
      code: "DISCLOSURE_REFUSED",
    });
    await score(changed, { ...quick, epoch: "next" }, [undefined, store]);
    await expect(
      score({ ...one, lender: pick(people.lender, (row) => row === 6) }, { ...quick, maxApplicants: 1 }, [
        undefined,
        store,
      ]),
    ).rejects.toMatchObject({ code: "DISCLOSURE_REFUSED" });
  });
});
