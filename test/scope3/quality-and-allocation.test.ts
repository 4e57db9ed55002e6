import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { simulate } from "../../dist/channel/index.js";
import {
  formatScope3Csv,
  formatScope3Text,
  readProductFootprint,
  scope3FootprintDocument,
  sumScope3AmongPeers,
  upstreamLine,
  type ActivityLine,
  type DataQuality,
  type Footprint,
  type FootprintDocumentOptions,
  type SumScope3AmongPeersOptions,
  type Scope3Report,
} from "../../dist/scope3/index.js";
import { sumFootprint } from "../../dist/scope3/lines/footprint.js";
import { parseTable } from "../../dist/table/index.js";
import { expectError } from "../support/expect-error.js";

const usd = (...lines: ActivityLine[]): Footprint => ({ currency: "USD", lines });
const spendLine = (category: number, spend: string, more: Partial<ActivityLine> = {}): ActivityLine => ({
  category,
  spend,
  factor: { kgPerUnit: "1", currency: "USD" },
  ...more,
}); // a spend line stays one
const rated = (technological: string, geographical = "2", temporal = "3"): DataQuality => ({
  technological,
  geographical,
  temporal,
});

async function total(
  footprints: readonly Footprint[],
  options?: SumScope3AmongPeersOptions,
): Promise<Scope3Report> {
  const reports = await simulate(footprints.length, (party) =>
    sumScope3AmongPeers(party, footprints[party.index] ?? usd(), options),
  );
  for (const report of reports) expect(report).toEqual(reports[0]);
  return reports[0] as Scope3Report; // at least three parties
}

/** Four suppliers for each: seven further sums over the same lines need ten contributors. */
const fourOfEach = (footprints: readonly Footprint[]): Footprint[] =>
  footprints.flatMap((footprint) => [footprint, footprint, footprint, footprint]);

const allFigures = { qualityFigures: true, spendFigures: true };

describe("data quality of a total", () => {
  it("is the mean weighted with emissions, over the emissions that have ratings", async () => {
    const report = await total(
      fourOfEach([
        usd(spendLine(1, "100", { dataQuality: rated("1.5"), primaryDataShare: "99" })),
        usd(spendLine(1, "300", { dataQuality: rated("2.5", "1", "5"), primaryDataShare: "50" })),
        usd(spendLine(1, "600", { dataQuality: rated("4.25", "2", "1"), primaryDataShare: "0.5" })),
      ]),
      { qualityFigures: true },
    );
    // (150 + 750 + 2550) / 1000; (200 + 300 + 1200) / 1000; (300 + 1500 + 600) / 1000
    expect(report.dataQuality).toEqual({
      technological: "3.45",
      geographical: "1.70",
      temporal: "2.40",
      coverage: "100.0000",
    });
    expect(report.primaryEmissionsShare).toBe("25.2000");
  });

  it("is not computed unless asked for, nor where a part or the rest has too few contributors", async () => {
    const lines = [
      usd(spendLine(1, "1", { dataQuality: rated("1") })),
      usd(spendLine(1, "2", { dataQuality: rated("2") })),
      usd(spendLine(1, "3", { dataQuality: rated("3") })),
    ];
    expect(await total(fourOfEach(lines))).not.toHaveProperty("dataQuality");
    const odd = await total([...fourOfEach(lines), usd(spendLine(1, "4"))], { qualityFigures: true });
    expect(odd).not.toHaveProperty("dataQuality");
    const few = await total(fourOfEach(lines.slice(0, 1)), { qualityFigures: true });
    expect(few).toMatchObject({ contributors: 4, primaryEmissionsShare: "0.0000" });
    expect(few).not.toHaveProperty("dataQuality");
    const bare = await total(
      [1, 2, 3, 4].map((spend) => usd(spendLine(1, `${spend}`))),
      {
        qualityFigures: true,
      },
    );
    expect(bare).not.toHaveProperty("dataQuality");
    expect(bare.primaryEmissionsShare).toBe("0.0000");
  });

  it.each(["0.99", "5.01", "-1", "", "1.00001", "NaN", "high"])("refuses a rating of %j", (rating) => {
    expectError(() => sumFootprint(usd(spendLine(1, "1", { dataQuality: rated(rating) }))), "INVALID_DATA", {
      field: "lines[0].dataQuality.technological",
    });
  });

  it("stays between 1 and 5 and between the smallest and largest rating, for any lines", async () => {
    const quality = fc.integer({ min: 10_000, max: 50_000 });
    const someone = fc.array(fc.tuple(fc.integer({ min: 1, max: 10 ** 7 }), quality), {
      minLength: 1,
      maxLength: 4,
    });
    await fc.assert(
      fc.asyncProperty(fc.array(someone, { minLength: 3, maxLength: 3 }), async (parties) => {
        const report = await total(
          fourOfEach(
            parties.map((lines) =>
              usd(
                ...lines.map(([dollars, rating]) =>
                  spendLine(1, String(dollars), { dataQuality: rated((rating / 10_000).toFixed(4)) }),
                ),
              ),
            ),
          ),
          { qualityFigures: true, spendFigures: false },
        );
        const all = parties.flat();
        const weight = all.reduce((sum, [dollars]) => sum + dollars, 0);
        const mean = all.reduce((sum, [dollars, rating]) => sum + dollars * rating, 0) / weight / 10_000;
        expect(Number(report.dataQuality?.technological)).toBeCloseTo(mean, 1.9);
      }),
      { numRuns: 6 },
    );
  });
});

describe("allocation by share of spend", () => {
  const allocated = (spend: string, totalKg: string, revenue: string): Footprint =>
    usd({ category: 1, spend, allocation: { totalKg, revenue } });

  it("takes total x spend / revenue, rounded once to the gram", () => {
    expect(sumFootprint(allocated("250", "1000", "1000")).grams).toBe(250_000n);
    expect(sumFootprint(allocated("1", "1", "3")).grams).toBe(333n);
    expect(sumFootprint(allocated("2", "1", "3")).grams).toBe(667n);
    expect(sumFootprint(allocated("0", "1", "3")).grams).toBe(0n);
  });

  it.each([
    ["more spend than revenue", "3.01", "1", "3", "spend"],
    ["no revenue", "0", "1", "0", "allocation.revenue"],
    ["a negative total", "1", "-1", "3", "allocation.totalKg"],
  ])("refuses %s", (_, spend, totalKg, revenue, field) => {
    const place = { field: `lines[0].${field}` };
    expectError(() => sumFootprint(allocated(spend, totalKg, revenue)), "INVALID_DATA", place);
  });

  it("refuses a line with a factor and an allocation", () => {
    const line = { ...spendLine(1, "1"), allocation: { totalKg: "1", revenue: "1" } };
    expectError(() => sumFootprint(usd(line)), "INVALID_DATA", { field: "lines[0].factor" });
  });
});

describe("tiers", () => {
  it("add up: three consortia whose totals enter a fourth, each as one line, give the plain sum", async () => {
    const tier2 = [3, 4, 5].map((suppliers) =>
      Array.from({ length: suppliers }, (_, i) => usd(spendLine(1, String(1000 * (i + suppliers))))),
    );
    const reports = await Promise.all(tier2.map((suppliers) => total(suppliers)));
    const lines = reports.map((report) => upstreamLine(report, { spend: "500", revenue: "2000" }));
    const next = await total(lines.map((line, i) => usd(line, spendLine(4, String(100 * (i + 1))))));
    const plain = tier2.flat().map((footprint) => sumFootprint(footprint).grams);
    const upstream = plain.reduce((sum, grams) => sum + grams, 0n) / 4n; // 500 of 2,000
    expect(next.byCategory[0]?.emissions?.grams).toBe(upstream);
    expect(next.total?.grams).toBe(upstream + 600_000n);
  });

  it("carry primary share and ratings on, and take the report's own spend as revenue", async () => {
    const report = await total(
      fourOfEach(
        ["2.5", "5", "7.5"].map((spend) =>
          usd(spendLine(1, spend, { dataQuality: rated("2"), primaryDataShare: "40" })),
        ),
      ),
      allFigures,
    );
    expect(upstreamLine(report, { spend: "6", category: 2 })).toEqual({
      category: 2,
      spend: "6",
      allocation: { totalKg: "60.000", revenue: "60.00" },
      primaryDataShare: "40.0000",
      dataQuality: { technological: "2.00", geographical: "2.00", temporal: "3.00", coverage: "100.0000" },
    });
  });

  it("refuse a report without a total, or without a revenue", async () => {
    const few = await total([usd(spendLine(1, "1")), usd(), usd()]);
    expectError(() => upstreamLine(few, { spend: "1", revenue: "1" }), "INVALID_ARGUMENT");
    const silent = await total(["1", "2", "3"].map((spend) => usd(spendLine(1, spend))));
    expectError(() => upstreamLine(silent, { spend: "1" }), "INVALID_ARGUMENT");
  });
});

describe("formats of a report", () => {
  const lines = (n: number): Footprint =>
    usd(
      spendLine(1, String(n), { dataQuality: rated("2") }),
      ...(n < 3 ? [spendLine(6, String(10 * n))] : []),
      spendLine(4, "5"),
    );
  const options: FootprintDocumentOptions = {
    id: "f4b1225a-bd44-4c8e-861d-079e4e1dfd69",
    created: new Date("2026-01-31T00:00:00Z"),
    companyName: "Invented Consortium",
    companyIds: ["urn:uuid:1"],
    productName: "All deliveries",
    productIds: ["urn:uuid:2"],
    periodStart: new Date("2025-01-01T00:00:00Z"),
    periodEnd: new Date("2026-01-01T00:00:00Z"),
  };

  it("CSV has fifteen categories and the totals, and an empty cell for what is withheld", async () => {
    const csv = formatScope3Csv(await total([lines(1), lines(2), lines(3)]));
    const table = parseTable(csv, { file: "report.csv" });
    expect(table.rowCount).toBe(17);
    const kg = table.cells[4];
    expect(kg?.slice(0, 6)).toEqual(["", "0.000", "0.000", "15.000", "0.000", ""]);
    expect(kg?.slice(15)).toEqual(["51.000", "36.000"]);
  });

  it("the table for people never shows a withheld amount", async () => {
    const text = formatScope3Text(await total([lines(1), lines(2), lines(3)]));
    expect(text).toMatch(/Business travel\s+withheld {2}2 suppliers: fewer than 3/);
    expect(text).toMatch(/Total\s+0\.05100 +100\.0 % {2}3 suppliers/);
    expect(text).not.toContain("0.03000"); // of 10 + 20 kg of travel
    expect(text).toMatch(/Upstream, without what is withheld +0\.01500 +29\.4 %/);
    expect(text).not.toMatch(/Downstream/);
    expect(text).toMatch(
      /No supplier reports emissions in categories 2-3, 5, 7-15: that is not known to be 0/,
    );
  });

  it("the PACT document is one that the PACT reader takes, with the total, the share and the ratings", async () => {
    const report = await total(
      fourOfEach(
        ["2", "4", "6"].map((spend) =>
          usd(spendLine(1, spend, { dataQuality: rated("2"), primaryDataShare: "12.5" })),
        ),
      ),
      allFigures,
    );
    const text = JSON.stringify(scope3FootprintDocument(report, options));
    expect(readProductFootprint(text, { file: "total.json", validAt: options.created })).toMatchObject({
      companyName: "Invented Consortium",
      unit: "piece",
      amount: "1",
      kgPerDeclaredUnit: "48.000",
      primaryDataShare: "12.5000",
      dataQuality: { technological: "2.00", geographical: "2.00", temporal: "3.00" },
    });
    expect(text).toContain('"categories":[{"category":1');
  });

  it("the PACT document is refused without a total or without a name", async () => {
    const few = await total([usd(spendLine(1, "1")), usd(), usd()]);
    expectError(() => scope3FootprintDocument(few, options), "INVALID_ARGUMENT");
    const report = await total([lines(3), lines(4), lines(5)]);
    expectError(() => scope3FootprintDocument(report, { ...options, companyName: "" }), "INVALID_ARGUMENT");
    expectError(() => scope3FootprintDocument(report, { ...options, productIds: [] }), "INVALID_ARGUMENT");
  });
});
