import { describe, expect, it } from "vitest";
import { QueryLedger } from "../../dist/disclosure/index.js";
import { memoryStore } from "../../dist/store/index.js";
import { simulate } from "../../dist/channel/index.js";
import {
  sumScope3AmongPeers,
  yearOnYear,
  type ActivityLine,
  type SumScope3AmongPeersOptions,
  type Scope3Report,
} from "../../dist/scope3/index.js";
import { type ReleaseGuard } from "../../dist/disclosure/index.js";
import { recordedParty } from "../support/recorded-party.js";

const line = (category: number, kg: string): ActivityLine => ({
  category,
  spend: kg,
  factor: { kgPerUnit: "1", currency: "USD" },
});

interface Year {
  readonly period?: string;
  readonly suppliers: readonly string[];
  readonly lines: (name: string) => readonly ActivityLine[];
  readonly options?: SumScope3AmongPeersOptions;
}

/** The report of a run of suppliers with these names. */
async function report({ period, suppliers, lines, options = {} }: Year): Promise<Scope3Report> {
  const [first] = await simulate(suppliers.length, (party) => {
    const footprint = { currency: "USD", lines: lines(suppliers[party.index] ?? "") };
    return sumScope3AmongPeers(party, footprint, { ...options, ...(period === undefined ? {} : { period }) });
  });
  if (first === undefined) throw new Error("expected a report");
  return { ...first, suppliers };
}

const names = ["Arden", "Brook", "Cedar", "Dunmore", "Elm"];

describe("yearOnYear", () => {
  it("gives the exact change and its percentage, of each category and of all", async () => {
    const kg2025: Record<string, string> = {
      Arden: "1",
      Brook: "2.5",
      Cedar: "0.01",
      Dunmore: "4",
      Elm: "0.49",
    };
    const previous = await report({
      period: "2025",
      suppliers: names,
      lines: (name) => [line(1, kg2025[name] ?? "0"), line(4, "10")],
    });
    const current = await report({
      period: "2026",
      suppliers: names,
      lines: () => [line(1, "1"), line(4, "11"), line(6, "2")],
    });
    const changes = yearOnYear(previous, current);
    expect(changes).toMatchObject({ previousPeriod: "2025", currentPeriod: "2026" });
    expect(changes.byCategory).toHaveLength(15);
    expect(changes.byCategory[0]).toMatchObject({
      given: true,
      change: { grams: -3000n, kg: "-3.000" },
      percent: "-37.5000",
    });
    expect(changes.byCategory[3]).toEqual({
      category: 4,
      name: "Upstream transportation and distribution",
      given: true,
      change: { grams: 5000n, kg: "5.000" },
      percent: "10.0000",
    });
    const fromNothing = changes.byCategory[5];
    expect(fromNothing).toMatchObject({ given: true, change: { kg: "10.000" } });
    expect(fromNothing).not.toHaveProperty("percent");
    expect(changes.byCategory[1]).toMatchObject({ given: true, change: { grams: 0n } });
    expect(changes.total).toMatchObject({ change: { kg: "12.000" }, percent: "20.6897" }); // of 58 kg
  });

  it("gives a decrease as a negative change, rounded half to even", async () => {
    const year = (period: string, kg: string): Promise<Scope3Report> =>
      report({ period, suppliers: names, lines: () => [line(1, kg)] });
    const { total } = yearOnYear(await year("2025", "3"), await year("2026", "2"));
    expect(total).toEqual({ given: true, change: { grams: -5000n, kg: "-5.000" }, percent: "-33.3333" });
  });

  it("refuses everything where the suppliers differ by fewer than the minimum, and nothing where by more", async () => {
    const year = (period: string, suppliers: readonly string[]): Promise<Scope3Report> =>
      report({ period, suppliers, lines: () => [line(1, "3")] });
    const previous = await year("2025", names);
    const one = yearOnYear(previous, await year("2026", names.slice(1)));
    const swapped = yearOnYear(previous, await year("2026", [...names.slice(1), "Fenn"]));
    for (const { total, byCategory } of [one, swapped]) {
      for (const change of [total, ...byCategory])
        expect(change).toMatchObject({ given: false, reason: "suppliers" });
    }
    const many = yearOnYear(previous, await year("2026", [...names, "Fenn", "Garth", "Holm"]));
    expect(many.total).toMatchObject({ given: true, change: { kg: "9.000" } });
  });

  it("refuses a category whose contributors changed by few, and the total, from which it would follow", async () => {
    const previous = await report({
      period: "2025",
      suppliers: names,
      lines: (name) => [line(1, "3"), ...(name === "Elm" ? [] : [line(4, "2")])],
    });
    const current = await report({
      period: "2026",
      suppliers: names,
      lines: () => [line(1, "3"), line(4, "2")],
    });
    const { byCategory, total } = yearOnYear(previous, current);
    expect(byCategory[0]).toMatchObject({ given: true });
    expect(byCategory[3]).toMatchObject({ given: false, reason: "contributors" });
    expect(total).toEqual({ given: false, reason: "complement" });
  });

  it("refuses withheld amounts, two reports of one period, and reports that don't say of whom and when", async () => {
    const lines = (name: string): ActivityLine[] => [line(1, "3"), ...(name < "C" ? [line(4, "2")] : [])];
    const previous = await report({ period: "2025", suppliers: names, lines });
    const current = await report({ period: "2026", suppliers: names, lines });
    const { byCategory } = yearOnYear(previous, current);
    expect(byCategory[3]).toMatchObject({ given: false, reason: "withheld" });
    const restated = yearOnYear(previous, previous);
    expect(restated.total).toEqual({ given: false, reason: "restated" });
    const nameless = { ...current };
    Reflect.deleteProperty(nameless, "suppliers");
    expect(yearOnYear(previous, nameless).total).toEqual({ given: false, reason: "unknown" });
    const undated = await report({ suppliers: names, lines });
    expect(yearOnYear(undated, current).total).toEqual({ given: false, reason: "unknown" });
  });
});

describe("the guard of sumScope3AmongPeers", () => {
  const openLedgers = (): Promise<QueryLedger[]> =>
    Promise.all(
      Array.from({ length: 5 }, () => QueryLedger.open({ store: memoryStore(), minContributors: 3 })),
    );
  const sizes = (ledgers: readonly QueryLedger[]): number[] =>
    ledgers.map((ledger) => ledger.size("scope 3, g"));

  /** Every party has a ledger of its own. */
  async function run(
    size: number,
    period: string,
    ledgers: readonly QueryLedger[],
    steps: string[] = [],
  ): Promise<PromiseSettledResult<Scope3Report>[]> {
    const results: PromiseSettledResult<Scope3Report>[] = [];
    const whole = simulate(size, async (plain) => {
      const party = recordedParty(plain, ({ step, payload }) => {
        steps.push(step);
        return payload;
      });
      const guard: ReleaseGuard = { ledger: ledgers[plain.index] as QueryLedger }; // one a party
      const footprint = { currency: "USD", lines: [line(1, "5")] };
      try {
        const value = await sumScope3AmongPeers(party, footprint, { period, guard });
        results[plain.index] = { status: "fulfilled", value };
      } catch (reason) {
        results[plain.index] = { status: "rejected", reason };
        throw reason;
      }
    });
    await whole.catch(() => undefined);
    return results;
  }

  it("lets the same suppliers through year after year, and refuses one fewer before any amount is sent", async () => {
    const ledgers = await openLedgers();
    for (const period of ["2024", "2025", "2025"]) {
      // 2025 is asked for twice: the same suppliers with the same lines pass
      const results = await run(5, period, ledgers);
      expect(results.map(({ status }) => status)).toEqual(new Array(5).fill("fulfilled"));
    }
    expect(sizes(ledgers)).toEqual(new Array(5).fill(3));
    const steps: string[] = [];
    const results = await run(4, "2026", ledgers, steps);
    for (const result of results) expect(result.status).toBe("rejected");
    expect(results).toContainEqual({
      status: "rejected",
      reason: expect.objectContaining({ code: "DISCLOSURE_REFUSED", got: "successive-periods" }) as unknown,
    });
    expect(steps).not.toContain("commitment"); // what comes before the amounts
    expect(sizes(ledgers)).toEqual(new Array(5).fill(3));
  });

  it("refuses a second release of one period without one supplier, and a guard without a period", async () => {
    const ledgers = await openLedgers();
    await run(5, "2026", ledgers);
    const results = await run(4, "2026", ledgers);
    expect(results).toContainEqual({
      status: "rejected",
      reason: expect.objectContaining({ code: "DISCLOSURE_REFUSED", got: "combination" }) as unknown,
    });
    const [ledger] = await openLedgers();
    const guard: ReleaseGuard = { ledger: ledger as QueryLedger }; // one of five
    const undated = simulate(3, (party) =>
      sumScope3AmongPeers(party, { currency: "USD", lines: [] }, { guard }),
    );
    await expect(undated).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
  });

  it("is about one period: parties that name different ones end with PEER_MISMATCH", async () => {
    const outcome = simulate(3, (party) =>
      sumScope3AmongPeers(
        party,
        { currency: "USD", lines: [] },
        { period: String(2025 + (party.index % 2)) },
      ),
    );
    await expect(outcome).rejects.toMatchObject({ code: "PEER_MISMATCH" });
  });
});
