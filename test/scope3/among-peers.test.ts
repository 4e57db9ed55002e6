import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { simulate } from "../../dist/channel/index.js";
import type * as protocols from "../../dist/scope3/index.js";
import {
  readEmissionFactors,
  readProductFootprints,
  sumScope3AmongPeers,
  type ActivityLine,
  type Footprint,
  type SumScope3AmongPeersOptions,
  type Scope3Report,
} from "../../dist/scope3/index.js";
import { parseTable } from "../../dist/table/index.js";
import { describeWithData, readData } from "../support/data.js";
import { importMutant } from "../support/mutant.js";
import { recordedParty } from "../support/recorded-party.js";

const line = (category: number, spend: string, kgPerUnit = "1", primaryDataShare?: string): ActivityLine => ({
  category,
  spend,
  factor: { kgPerUnit, currency: "USD" },
  ...(primaryDataShare === undefined ? {} : { primaryDataShare }),
});
const usd = (...lines: ActivityLine[]): Footprint => ({ currency: "USD", lines });

async function total(
  footprints: readonly Footprint[],
  options?: SumScope3AmongPeersOptions,
): Promise<Scope3Report> {
  const reports = await simulate(footprints.length, (party) =>
    sumScope3AmongPeers(party, footprints[party.index] ?? usd(), options),
  );
  for (const report of reports) expect(report).toEqual(reports[0]);
  return reports[0] as Scope3Report; // at least two parties
}

const cell = (report: Scope3Report, category: number): Scope3Report["byCategory"][number] =>
  report.byCategory[category - 1] as Scope3Report["byCategory"][number]; // fifteen, always

describe("sumScope3AmongPeers", () => {
  it("gives totals, intensity and primary share of what all suppliers hold", async () => {
    const report = await total(
      [
        usd(line(1, "100", "0.5", "100"), line(6, "10", "2")),
        usd(line(1, "150", "0.25", "50"), line(6, "20", "1", "10")),
        usd(line(1, "300.01", "0.1", "20"), line(6, "20.99", "1")),
        usd(line(1, "25", "0.25", "50"), line(6, "5", "1")),
        usd(line(1, "25", "0.25", "50"), line(6, "5", "1")),
      ],
      { spendFigures: true },
    );
    expect(report).toMatchObject({
      contributors: 5,
      total: { grams: 200_991n, kg: "200.991" },
      spend: { hundredths: 66_100n, amount: "661.00" },
      intensity: "0.304071",
      primarySpend: { hundredths: 26_200n, amount: "262.00" },
      primaryDataShare: "39.6369",
    });
    expect(cell(report, 1)).toMatchObject({
      contributors: 5,
      status: "revealed",
      emissions: { kg: "130.001" },
    });
    expect(cell(report, 6).emissions?.grams).toBe(70_990n);
    expect(cell(report, 2)).toMatchObject({ contributors: 0, status: "empty", emissions: { grams: 0n } });
    expect(report.withheld).toBeUndefined();
  });

  it("withholds a category of two contributors and the next smallest with it", async () => {
    const report = await total([
      usd(line(1, "1"), line(4, "5"), line(6, "100")),
      usd(line(1, "2"), line(4, "6"), line(6, "200")),
      usd(line(1, "4"), line(6, "300")),
      usd(line(1, "8"), line(6, "400")),
      usd(line(6, "500")),
    ]);
    expect(cell(report, 4)).toEqual(expect.not.objectContaining({ emissions: expect.anything() as unknown }));
    expect([cell(report, 4).status, cell(report, 1).status]).toEqual([
      "withheld-small",
      "withheld-complement",
    ]);
    expect(cell(report, 6)).toMatchObject({ status: "revealed", emissions: { kg: "1500.000" } });
    expect(report.total?.kg).toBe("1526.000");
    expect(report.withheld?.kg).toBe("26.000");
  });

  it("never puts a withheld cell on the wire: the second sum has no place for it", async () => {
    const footprints = [
      usd(line(1, "1"), line(4, "5"), line(6, "1")),
      usd(line(1, "2"), line(6, "2")),
      usd(line(1, "3"), line(6, "3")),
      usd(line(6, "4")),
    ];
    const lengths: number[] = [];
    await simulate(4, (plain) => {
      const party = recordedParty(plain, ({ step, payload, to }) => {
        if (plain.index === 0 && step === "masked" && to === 1) lengths.push(payload.length / 8);
        return payload;
      });
      return sumScope3AmongPeers(party, footprints[plain.index] ?? usd(), { spendFigures: false });
    });
    expect(lengths).toEqual([17, 2]); // counts and objections; then category 6 and the total
  });

  it("shows only the total where no category has enough contributors, and nothing where the total has not", async () => {
    const apart = await total([usd(line(1, "1")), usd(line(2, "2")), usd(line(3, "4"))]);
    expect(apart.total?.kg).toBe("7.000");
    expect(apart.byCategory.filter(({ status }) => status === "withheld-small")).toHaveLength(3);
    const few = await total([usd(line(1, "1")), usd(line(1, "2")), usd()]);
    expect(few).toMatchObject({ contributors: 2 });
    for (const field of ["total", "withheld", "spend", "intensity", "primaryDataShare"]) {
      expect(few).not.toHaveProperty(field);
    }
    expect(cell(few, 1)).not.toHaveProperty("emissions");
    expect(await total([usd(), usd(), usd()])).toMatchObject({ contributors: 0 });
  });

  it("counts a supplier whose lines are all 0 as no contributor", async () => {
    const report = await total([
      usd(line(1, "1")),
      usd(line(1, "2")),
      usd(line(1, "0")),
      usd(line(1, "5", "0")),
    ]);
    expect(report).toMatchObject({ contributors: 2 });
    expect(report.total).toBeUndefined();
  });

  it("withholds the primary share when one or two suppliers would be its whole or its rest", async () => {
    const spendFigures = true;
    const five = [1, 2, 3, 4, 5];
    const some = five.map((spend) => usd(line(1, `${spend}`, "1", spend < 3 ? "50" : undefined)));
    const report = await total(some, { spendFigures });
    expect(report.spend?.amount).toBe("15.00");
    expect(report.primaryDataShare).toBeUndefined();
    const none = await total(
      five.map((spend) => usd(line(1, `${spend}`))),
      { spendFigures },
    );
    expect(none.primaryDataShare).toBe("0.0000");
    const all = await total(
      five.map((spend) => usd(line(1, `${spend}`, "1", "100"))),
      { spendFigures },
    );
    expect(all.primaryDataShare).toBe("100.0000");
  });

  it("leaves the spend figures out, uncounted, unless asked for", async () => {
    const report = await total([1, 2, 3, 4, 5].map((spend) => usd(line(1, `${spend}`))));
    expect(report.total?.kg).toBe("15.000");
    expect(report.spend).toBeUndefined();
    expect(report.intensity).toBeUndefined();
  });

  it("respects a larger minimum", async () => {
    const footprints = [1, 2, 3, 4].map((spend) =>
      usd(line(1, `${spend}`), ...(spend < 4 ? [line(2, "1")] : [])),
    );
    const report = await total(footprints, { minContributors: 4 });
    expect(report.total?.kg).toBe("13.000");
    expect([cell(report, 1).status, cell(report, 2).status]).toEqual([
      "withheld-complement",
      "withheld-small",
    ]);
  });

  it("equals plain integer arithmetic to the gram, cell by cell, for any suppliers", async () => {
    const anyLine = fc.record({
      category: fc.integer({ min: 1, max: 15 }),
      cents: fc.bigInt(0n, 10n ** 12n),
      factor: fc.bigInt(0n, 10n ** 7n),
    });
    const suppliers = fc.array(fc.array(anyLine, { maxLength: 8 }), { minLength: 3, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(suppliers, async (held) => {
        const decimal = (units: bigint, places: number): string => {
          const digits = units.toString().padStart(places + 1, "0");
          return `${digits.slice(0, -places)}.${digits.slice(-places)}`;
        };
        const report = await total(
          held.map((lines) =>
            usd(
              ...lines.map(({ category, cents, factor }) =>
                line(category, decimal(cents, 2), decimal(factor, 6)),
              ),
            ),
          ),
        );
        // cents x millionths of a kg = 10^-8 kg = 10^-5 g
        const grams = (cents: bigint, factor: bigint): bigint => {
          const whole = (cents * factor) / 100_000n;
          const rest = (cents * factor) % 100_000n;
          return rest > 50_000n || (rest === 50_000n && whole % 2n === 1n) ? whole + 1n : whole;
        };
        let overall = 0n;
        for (let category = 1; category <= 15; category++) {
          const own = held.map((lines) =>
            lines
              .filter((l) => l.category === category)
              .reduce((sum, l) => sum + grams(l.cents, l.factor), 0n),
          );
          const expected = own.reduce((sum, value) => sum + value, 0n);
          overall += expected;
          const found = cell(report, category);
          expect(found.contributors).toBe(own.filter((value) => value > 0n).length);
          if (found.emissions !== undefined) expect(found.emissions.grams).toBe(expected);
        }
        if (report.total !== undefined) expect(report.total.grams).toBe(overall);
      }),
      { numRuns: 40 },
    );
  }, 60_000);
});

describe("sumScope3AmongPeers refuses", () => {
  const three = [usd(line(1, "1")), usd(line(1, "2")), usd(line(1, "3"))];

  it.each([2, 0, -1, 3.5, NaN])("a minimum of %s", async (minContributors) => {
    await expect(total(three, { minContributors })).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
  });

  it("a minimum above the number of parties", async () => {
    await expect(total(three, { minContributors: 4 })).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
    await expect(total(three.slice(0, 2))).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
  });

  it("suppliers that differ in currency or options", async () => {
    const euro = simulate(3, (party) =>
      sumScope3AmongPeers(party, party.index === 1 ? { currency: "EUR", lines: [] } : usd()),
    );
    await expect(euro).rejects.toMatchObject({ code: "PEER_MISMATCH", field: "parameters.currency" });
    const options = simulate(4, (party) =>
      sumScope3AmongPeers(party, usd(), { minContributors: party.index === 1 ? 4 : 3 }),
    );
    await expect(options).rejects.toMatchObject({
      code: "PEER_MISMATCH",
      field: "parameters.minContributors",
    });
  });

  it("a bad line at its owner, with its place; the others learn only that it stopped", async () => {
    const errors: unknown[] = [];
    await simulate(3, async (party) => {
      const own = party.index === 1 ? usd(line(1, "-5")) : usd(line(1, "5"));
      await sumScope3AmongPeers(party, own).catch((thrown: unknown) => {
        errors[party.index] = thrown;
        throw thrown;
      });
    }).catch(() => undefined);
    expect(errors[1]).toMatchObject({ code: "INVALID_DATA", field: "lines[0].spend" });
    for (const other of [0, 2])
      expect(errors[other]).toMatchObject({ code: "PEER_ABORTED", party: "party-1" });
  });

  it("amounts whose sum over all parties could leave 64 bits, before anything is sent", async () => {
    const most = (2n ** 63n - 1n) / 3n;
    const grams = (amount: bigint): ActivityLine =>
      line(1, "1", `${amount / 1000n}.${String(amount % 1000n).padStart(3, "0")}`);
    const edge = await total([usd(grams(most)), usd(grams(most)), usd(grams(most))]);
    expect(edge.total?.grams).toBe(3n * most);
    const beyond = total([usd(grams(most + 1n)), usd(grams(1n)), usd(grams(1n))]);
    await expect(beyond).rejects.toMatchObject({ code: "BOUND_EXCEEDED", field: "grams" });
    const spend = total([usd(line(1, `${most}`, "0")), usd(), usd()]);
    await expect(spend).rejects.toMatchObject({ code: "BOUND_EXCEEDED", field: "spend" });
  });
});

describeWithData(
  "sumScope3AmongPeers on real factors and footprints",
  ["carbon/epa_supply_chain_v1.3_co2e.csv", "carbon/pact_demo_footprints_v3.json"],
  () => {
    const factors = [
      ...readEmissionFactors(
        parseTable(readData("carbon/epa_supply_chain_v1.3_co2e.csv"), { file: "epa" }),
      ).values(),
    ];
    const products = readProductFootprints(readData("carbon/pact_demo_footprints_v3.json"), { file: "pact" });

    it("gives 1,000 dollars on every industry of the EPA, dealt to four suppliers, as 286,408 kg", async () => {
      const suppliers = [0, 1, 2, 3].map((index) =>
        usd(
          ...factors
            .filter((_, i) => i % 4 === index)
            .map((factor, i): ActivityLine => ({ category: 1 + (i % 3), spend: "1000", factor })),
        ),
      );
      const report = await total(suppliers, { spendFigures: true });
      expect(report.total?.kg).toBe("286408.000");
      expect(report.intensity).toBe("0.281898"); // 286.408 / 1,016
      const shown = [1, 2, 3].map((category) => cell(report, category).emissions?.grams ?? 0n);
      expect(shown.reduce((sum, grams) => sum + grams, 0n)).toBe(286_408_000n);
    });

    it("gives 1,000 liters of each demo product as 5,600 kg, with the footprints' primary shares", async () => {
      const suppliers = [...products, ...products].map((product) =>
        usd({ category: 3, spend: "500", quantity: "500", unit: "liter", product }),
      );
      const report = await total(suppliers, { spendFigures: true });
      expect(report.total?.kg).toBe("5600.000"); // 1.75 + 1.80 + 2.05
      expect(report.primaryDataShare).toBe("14.2333"); // mean of 14.5, 13.2 and 15.0
    });
  },
);

describe("sumScope3AmongPeers with parties that do not follow it", () => {
  const run = async (
    change: (step: string, protocol: string, payload: Uint8Array) => Uint8Array,
  ): Promise<unknown[]> => {
    const errors: unknown[] = [];
    await simulate(4, async (plain) => {
      const party =
        plain.index === 3
          ? recordedParty(plain, ({ step, protocol, payload }) => change(step, protocol, payload))
          : plain;
      await sumScope3AmongPeers(party, usd(line(1, "1"))).catch((thrown: unknown) => {
        errors[plain.index] = thrown;
        throw thrown;
      });
    }).catch(() => undefined);
    return errors;
  };

  it("ends with an error at all others, naming the one who stopped in the middle", async () => {
    let masked = 0;
    const errors = await run((step, _, payload) => {
      if (step === "masked" && ++masked > 3) throw new Error("out of power"); // after the counts, to three others
      return payload;
    });
    for (const honest of [0, 1, 2])
      expect(errors[honest]).toMatchObject({ code: "PEER_ABORTED", party: "party-3" });
  });

  it("finds counts that can't be", async () => {
    // A party that counts -1 where it has nothing, consistently: some category then has -1 contributors.
    const mutant = await importMutant<typeof protocols>("negative-count", "scope3/index.js", {
      file: "scope3/figures/figures.js",
      text: "amount > 0n ? 1n : 0n",
      replacement: "amount > 0n ? 1n : -1n",
    });
    const run = simulate(4, (party) => {
      const total = party.index === 3 ? mutant.sumScope3AmongPeers : sumScope3AmongPeers;
      return total(party, usd(line(1, "1")));
    });
    await expect(run).rejects.toMatchObject({ code: "PEER_UNEXPECTED", field: "counts" });
  });

  it("finds sums that contradict the counts", async () => {
    const mutant = await importMutant<typeof protocols>("stolen-grams", "scope3/index.js", {
      file: "scope3/figures/figures.js",
      text: "amounts.push(own.grams);\n    if (shown.spend)",
      replacement: "amounts.push(own.grams - 1n);\n    if (shown.spend)",
    });
    const run = simulate(3, (party) => {
      const total = party.index === 2 ? mutant.sumScope3AmongPeers : sumScope3AmongPeers;
      return total(party, usd(line(1, "1")));
    });
    await expect(run).rejects.toMatchObject({ code: "PEER_UNEXPECTED", field: "emissions" });
  });
});
