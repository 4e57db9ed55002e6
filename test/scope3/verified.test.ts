import { describe, expect, it } from "vitest";
import { prepareReport, ReportShare } from "../../dist/aggregation/index.js";
import { InputShare } from "../../dist/prio3/index.js";
import type * as protocols from "../../dist/scope3/index.js";
import {
  planVerifiedAmounts,
  planScope3Verified,
  verifiedAmounts,
  verifiedCounts,
  verifiedScope3Report,
  yearOnYear,
  type ActivityLine,
  type Footprint,
  type Scope3Report,
  type VerifiedAmountsPlan,
  type PlanScope3VerifiedOptions,
} from "../../dist/scope3/index.js";
import { expectError } from "../support/expect-error.js";
import { importMutant } from "../support/mutant.js";
import { Aggregators } from "../aggregation/verified/sessions.js";

const base: PlanScope3VerifiedOptions = { suppliers: 10, currency: "USD", period: "2026" };

const line = (category: number, kg: number): ActivityLine => ({
  category,
  spend: String(kg),
  factor: { kgPerUnit: "1", currency: "USD" },
});
const usd = (...lines: ActivityLine[]): Footprint => ({ currency: "USD", lines });

/** Another byte in the leader's share of the measurement: what a supplier out of range would have to send. */
function tampered(report: readonly ReportShare[]): ReportShare[] {
  return report.map(({ id, publicShare, inputShare }) => {
    const bytes = inputShare.toBytes();
    if (inputShare.aggregatorId === 0) bytes[0] = (bytes[0] ?? 0) ^ 1;
    return new ReportShare(id, publicShare, new InputShare(inputShare.aggregatorId, bytes));
  });
}

interface Outcome {
  readonly planned: VerifiedAmountsPlan;
  readonly report: Scope3Report | undefined;
  /** Reports that the second batch refused. */
  readonly rejected: number;
}

/** Both batches. Suppliers in `gone` send no amounts, those in `cheats` send a tampered report of them. */
async function run(
  footprints: readonly Footprint[],
  options: {
    readonly plan?: Partial<PlanScope3VerifiedOptions>;
    readonly gone?: readonly number[];
    readonly cheats?: readonly number[];
    readonly api?: Pick<typeof protocols, "planVerifiedAmounts" | "verifiedScope3Report">;
  } = {},
): Promise<Outcome> {
  const { gone = [], cheats = [], api = { planVerifiedAmounts, verifiedScope3Report } } = options;
  const plan = planScope3Verified({ ...base, ...options.plan });
  const first = new Aggregators(plan.counting);
  await first.measure(footprints.map((footprint) => verifiedCounts(plan, footprint)));
  const { collected } = await first.batch("counts");
  if (!collected.released) throw new Error("expected counts");
  const planned = api.planVerifiedAmounts(plan, collected);
  const { amounts } = planned;
  if (amounts === undefined) {
    return { planned, report: api.verifiedScope3Report(plan, planned, undefined), rejected: 0 };
  }
  const second = new Aggregators(amounts);
  const reports = footprints.flatMap((footprint, supplier) => {
    if (gone.includes(supplier)) return [];
    const report = prepareReport(amounts, verifiedAmounts(plan, planned, footprint));
    return [cheats.includes(supplier) ? tampered(report) : report];
  });
  await second.upload(reports);
  const outcome = await second.batch("amounts");
  if (!outcome.collected.released) return { planned, report: undefined, rejected: 0 };
  const report = api.verifiedScope3Report(plan, planned, outcome.collected);
  return { planned, report, rejected: outcome.collected.rejected };
}

const five = [0, 1, 2, 3, 4].map((i) => usd(line(1, 1 + i), line(6, 10 ** i)));

describe("a verified Scope 3 total", () => {
  it("is the plain sum, from two batches of reports that are proved to be in range", async () => {
    const { report } = await run(five, { plan: { spendFigures: true } });
    expect(report).toMatchObject({
      period: "2026",
      contributors: 5,
      lateDropouts: 1,
      total: { grams: 11_126_000n },
      spend: { amount: "11126.00" },
      intensity: "1.000000",
    });
    expect(report?.byCategory[0]).toMatchObject({ status: "revealed", emissions: { kg: "15.000" } });
    expect(report?.byCategory[5]).toMatchObject({ contributors: 5, emissions: { kg: "11111.000" } });
  });

  it("has no place for what is withheld in the second report", async () => {
    const { planned, report } = await run([...five, usd(line(1, 7), line(4, 9))], {
      plan: { spendFigures: true },
    });
    expect(report?.byCategory[3]).toMatchObject({ contributors: 1, status: "withheld-small" });
    expect(report?.byCategory[5]).toMatchObject({ contributors: 5, status: "withheld-complement" });
    expect(planned.amounts?.prio3.outputLength).toBe(4); // category 1, total, spend, primary spend
    expect(report?.total?.kg).toBe("11142.000");
  });

  it.each([
    ["sends no amounts", { gone: [2] }, 0],
    ["sends amounts that are not proved", { cheats: [2] }, 1],
  ] as const)("is without a supplier that %s", async (_, options, refused) => {
    const { report, rejected } = await run(five, options);
    expect(rejected).toBe(refused);
    expect(report?.total?.kg).toBe("11023.000");
    expect(report?.byCategory[0]).toMatchObject({ contributors: 5, emissions: { kg: "12.000" } });
  });

  it("is not released where more are lost than the cells have to spare", async () => {
    const { report } = await run(five, { gone: [2], cheats: [3] });
    expect(report).toBeUndefined();
    const spare = await run(five, { gone: [2], cheats: [3], plan: { lateDropouts: 2 } });
    expect(spare.report?.total?.kg).toBe("10019.000");
  });

  it("needs no second batch where nothing may be shown", async () => {
    const { planned, report } = await run([...five.slice(0, 3), usd(), usd()]);
    expect(planned.amounts).toBeUndefined();
    expect(report).toMatchObject({ contributors: 3 });
    expect(report?.total).toBeUndefined();
  });

  it("says that years can't be compared without the suppliers' names, and compares with them", async () => {
    const [before, after] = [await run(five, { plan: { period: "2025" } }), await run(five)];
    if (before.report === undefined || after.report === undefined) throw new Error("expected reports");
    expect(yearOnYear(before.report, after.report).total).toEqual({ given: false, reason: "unknown" });
    const suppliers = ["a", "b", "c", "d", "e"];
    const named = [before.report, after.report].map((report) => ({ ...report, suppliers }));
    const { total } = yearOnYear(named[0] as Scope3Report, named[1] as Scope3Report); // two of them
    expect(total).toMatchObject({ given: true, change: { grams: 0n }, percent: "0.0000" });
  });

  it("has a test that can fail: without the margin the aggregators release a cell of two", async () => {
    const api = await importMutant<typeof protocols>("scope3-verified-margin", "scope3/index.js", {
      file: "scope3/verified/plan.js",
      text: "return minContributors + lateDropouts;",
      replacement: "return minContributors;",
    });
    const footprints = five.map((footprint, i) => (i < 3 ? footprint : usd(line(6, 1))));
    const honest = await run(footprints, { gone: [2] });
    expect(honest.report?.byCategory[0]?.emissions).toBeUndefined();
    const { report } = await run(footprints, { gone: [2], api });
    expect(report?.byCategory[0]?.emissions?.kg).toBe("3.000"); // of two
  });
});

describe("a verified Scope 3 total refuses", () => {
  const plan = planScope3Verified({ ...base, maxAmount: 5000n, spendFigures: true });

  it("plans that can't be kept", () => {
    const wrong: Partial<PlanScope3VerifiedOptions>[] = [
      { suppliers: 2 },
      { minContributors: 2 },
      { minContributors: 10 },
      { lateDropouts: -1 },
      { maxAmount: 0n },
      { aggregators: 1 },
    ];
    for (const numbers of wrong)
      expectError(() => planScope3Verified({ ...base, ...numbers }), "INVALID_ARGUMENT");
    expectError(() => planScope3Verified({ ...base, maxAmount: 2n ** 62n }), "BOUND_EXCEEDED");
    expectError(() => planScope3Verified({ ...base, currency: "dollar" }), "INVALID_DATA");
  });

  it("own amounts above the bound, and another currency, before a report is made", () => {
    expectError(() => verifiedCounts(plan, usd(line(1, 6))), "BOUND_EXCEEDED", { field: "grams" });
    expectError(() => verifiedCounts(plan, { currency: "EUR", lines: [] }), "INVALID_ARGUMENT");
  });

  it("counts and amounts that can't be", () => {
    const counts = (category1: bigint, overall: bigint): bigint[] => [
      category1,
      ...new Array<bigint>(14).fill(0n),
      overall,
      overall,
      0n,
      overall,
      0n, // nobody objects
    ];
    expectError(() => planVerifiedAmounts(plan, { result: [1n], reports: 5 }), "INVALID_ARGUMENT");
    for (const reports of [3, 11, 4.5]) {
      expectError(() => planVerifiedAmounts(plan, { result: counts(3n, 3n), reports }), "PEER_UNEXPECTED");
    }
    expectError(() => planVerifiedAmounts(plan, { result: counts(4n, 5n), reports: 5 }), "PEER_UNEXPECTED");
    const objection = [...counts(5n, 5n).slice(0, -1), 2n];
    expectError(() => planVerifiedAmounts(plan, { result: objection, reports: 5 }), "DISCLOSURE_REFUSED", {
      got: "changed",
    });
    const planned = planVerifiedAmounts(plan, { result: counts(6n, 6n), reports: 6 });
    const read = (result: bigint[], reports = 6): unknown =>
      verifiedScope3Report(plan, planned, { result, reports });
    expect(read([9n, 9n, 6n, 0n])).toMatchObject({ total: { grams: 9n } });
    expectError(() => read([9n, 9n, 5n]), "INVALID_ARGUMENT");
    expectError(() => read([9n, 8n, 5n, 0n]), "PEER_UNEXPECTED");
    expectError(() => read([4n, 4n, 5n, 0n]), "PEER_UNEXPECTED");
    for (const reports of [3, 7]) expectError(() => read([9n, 9n, 5n, 0n], reports), "PEER_UNEXPECTED");
    expectError(() => verifiedScope3Report(plan, planned, undefined), "INVALID_ARGUMENT");
  });
});
