import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { simulate } from "../../dist/channel/index.js";
import {
  formatScope3Csv,
  formatScope3Text,
  sumScope3AmongPeers,
  type Footprint,
  type SumScope3AmongPeersOptions,
  type Scope3Report,
} from "../../dist/scope3/index.js";
import { recordedParty } from "../support/recorded-party.js";

/** One supplier's kilograms by category: a line each, at 1 kg a dollar. */
type Kilograms = Readonly<Record<number, number>>;

const footprint = (kilograms: Kilograms): Footprint => ({
  currency: "USD",
  lines: Object.entries(kilograms).map(([category, kg]) => ({
    category: Number(category),
    spend: String(kg),
    factor: { kgPerUnit: "1", currency: "USD" },
  })),
});

async function total(
  suppliers: readonly Kilograms[],
  options: SumScope3AmongPeersOptions | ((index: number) => SumScope3AmongPeersOptions) = {
    dominance: { comparers: [0, 1, 2] },
  },
): Promise<Scope3Report> {
  const reports = await simulate(suppliers.length, (party) =>
    sumScope3AmongPeers(
      party,
      footprint(suppliers[party.index] ?? {}),
      typeof options === "function" ? options(party.index) : options,
    ),
  );
  for (const report of reports) expect(report).toEqual(reports[0]);
  return reports[0] as Scope3Report; // at least three parties
}

const statuses = (report: Scope3Report): Record<number, string> =>
  Object.fromEntries(
    report.byCategory
      .filter(({ status }) => status !== "empty")
      .map(({ category, status }) => [category, status]),
  );

const balanced = [
  { 1: 10, 4: 20 },
  { 1: 11, 4: 21 },
  { 1: 12, 4: 22 },
  { 1: 13, 4: 23 },
] as const;

describe("sumScope3AmongPeers with a dominance rule", () => {
  it("gives what it gives without where nobody has too large a share", async () => {
    const ruled = await total(balanced);
    const plain = await total(balanced, {});
    expect({ ...ruled, evidence: undefined }).toEqual({ ...plain, evidence: undefined }); // it is random
    expect(ruled.total?.kg).toBe("132.000");
  });

  it("withholds a category that one dominates, and the total that would give it away", async () => {
    const report = await total([{ 1: 1000, 4: 20 }, ...balanced.slice(1)]);
    expect(statuses(report)).toEqual({ 1: "withheld-dominated", 4: "revealed" });
    expect(report.byCategory[3]?.emissions?.kg).toBe("86.000");
    for (const figure of ["total", "withheld", "spend", "intensity", "primaryDataShare"] as const) {
      expect(report[figure]).toBeUndefined();
    }
    expect(formatScope3Text(report)).toMatch(
      /one has so large a share[\s\S]*say too much about one supplier/,
    );
    expect(formatScope3Csv(report)).toMatch(/total,All categories,4,withheld-dominated,(?:"")?\r?\n/);
  });

  it("withholds the total where one dominates what is left when the revealed categories are taken off", async () => {
    const suppliers = [{ 1: 10, 4: 20, 6: 20 }, ...balanced.slice(1)];
    // Category 6 has one supplier and takes category 1 with it: 30 of the 66 of both are below a half, 90 of 126 are not.
    expect((await total(suppliers)).withheld?.kg).toBe("66.000");
    const report = await total([{ 1: 10, 4: 20, 6: 80 }, ...balanced.slice(1)]);
    expect(statuses(report)).toEqual({ 1: "withheld-complement", 4: "revealed", 6: "withheld-small" });
    expect([report.total, report.withheld]).toEqual([undefined, undefined]);
  });

  it("reveals nothing that one dominates, whatever the figures are, and all categories that nobody does", async () => {
    const amounts = fc.tuple(
      fc.integer({ min: 1, max: 9 }),
      fc.integer({ min: 0, max: 9 }),
      fc.constantFrom(0, 1, 40),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(amounts, { minLength: 4, maxLength: 5 }), async (rows) => {
        const report = await total(rows.map(([a, b, c]) => ({ 1: a, 4: b, 6: c })));
        const dominated = (values: readonly number[]): boolean =>
          2 * Math.max(...values) > values.reduce((sum, value) => sum + value, 0);
        for (const [column, category] of [1, 4, 6].entries()) {
          const status = statuses(report)[category];
          const values = rows.map((row) => row[column] ?? 0);
          if (status === "revealed") expect(dominated(values)).toBe(false);
          if (status === "withheld-dominated") expect(dominated(values)).toBe(true);
        }
        if (report.total === undefined) return;
        expect(Object.values(statuses(report))).not.toContain("withheld-dominated");
        const shown = (category: number): boolean => statuses(report)[category] === "revealed";
        expect(dominated(rows.map(([a, b, c]) => a + b + c))).toBe(false);
        const rest = rows.map(([a, b, c]) => (shown(1) ? 0 : a) + (shown(4) ? 0 : b) + (shown(6) ? 0 : c));
        expect(dominated(rest)).toBe(false);
      }),
      { numRuns: 12 },
    );
  });

  it("has no place for what is withheld in the sum of amounts", async () => {
    const lengths = new Set<number>();
    const suppliers = [{ 1: 1000, 4: 20 }, ...balanced.slice(1)];
    await simulate(4, (plain) => {
      const party = recordedParty(plain, ({ step, payload }) => {
        if (step.endsWith("masked")) lengths.add(payload.length);
        return payload;
      });
      return sumScope3AmongPeers(party, footprint(suppliers[party.index] ?? {}), {
        dominance: { comparers: [1, 2, 3] },
      });
    });
    // 17 counts (15 categories, overall, objections), and one amount: category 4.
    expect([...lengths].sort((a, b) => a - b)).toEqual([8, 17 * 8]);
  });

  it("refuses other than three comparers, other rules at others, and amounts too large to compare", async () => {
    const two = { dominance: { comparers: [0, 1] } };
    await expect(total(balanced, two)).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
    const differing = (index: number): SumScope3AmongPeersOptions => ({
      dominance: { comparers: [0, 1, 2], rule: { rule: "n-k", n: 1, percent: index === 2 ? 60 : 50 } },
    });
    await expect(total(balanced, differing)).rejects.toMatchObject({ code: "PEER_MISMATCH" });
    const huge = [{ 1: 800_000_000_000_000 }, ...balanced.slice(1)];
    await expect(total(huge)).rejects.toMatchObject({ code: "BOUND_EXCEEDED", field: "grams" });
  });
});
