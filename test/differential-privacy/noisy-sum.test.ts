import { describe, expect, it } from "vitest";
import {
  BudgetLedger,
  exactSum,
  noisySum,
  planNoise,
  type NoisySumOptions,
  type NoisyTotal,
} from "../../dist/differential-privacy/index.js";
import { simulate, type Party } from "../../dist/channel/index.js";
import { memoryStore } from "../../dist/store/index.js";
import { numberFromRational } from "../../dist/random/rational.js";
import { recordedParty } from "../support/recorded-party.js";

const planned = { epsilon: 2, delta: 1e-6, maxAbs: 100n, maxColluders: 1 };
const options: NoisySumOptions = { ...planned, burn: () => undefined };

const run = (
  vectors: readonly BigInt64Array[],
  given: (index: number) => NoisySumOptions = () => options,
): Promise<NoisyTotal[]> =>
  simulate(vectors.length, (party) =>
    noisySum(party, vectors[party.index] ?? new BigInt64Array(0), given(party.index)),
  );

describe("exactSum", () => {
  it("gives the sum in a type that is not a noisy one's", async () => {
    const totals = await simulate(3, (party) =>
      exactSum(party, BigInt64Array.of(BigInt(party.index)), { maxAbs: 5n }),
    );
    for (const total of totals)
      expect(total).toEqual({ kind: "exact", values: BigInt64Array.of(3n), contributors: 3 });
  });
});

describe("noisySum", () => {
  it("gives all parties the same total, which says of itself that it is noisy and what that is worth", async () => {
    const vectors = [1n, 20n, -7n, 50n].map((value) => BigInt64Array.of(value, -value));
    const totals = await run(vectors);
    for (const total of totals) expect(total).toEqual(totals[0]);
    const plan = planNoise({ ...planned, length: 2, fewestSurvivors: 4 });
    expect(totals[0]).toMatchObject({
      kind: "noisy",
      contributors: 4,
      mechanism: "distributed discrete Gaussian",
      rho: plan.rho,
      epsilon: plan.epsilon,
      delta: 1e-6,
      neighbours: "replace",
      sigma: Math.sqrt(4 * numberFromRational(plan.variance)),
    });
    expect(plan.epsilon).toBeLessThanOrEqual(2);
  });

  it("adds noise of the stated standard deviation around the true sum (false alarm below 1e-9)", async () => {
    const length = 4000;
    const vectors = [3n, 4n, -5n].map((value) => new BigInt64Array(length).fill(value));
    const [total] = await run(vectors, () => ({ ...options, maxSquares: 100_000n }));
    if (total === undefined) throw new Error("no total");
    let sum = 0;
    let squares = 0;
    for (const value of total.values) {
      sum += Number(value) - 2;
      squares += (Number(value) - 2) ** 2;
    }
    // The mean is normal with sigma / sqrt(n); squares over sigma^2 are chi-square with n degrees of freedom.
    expect(Math.abs(sum / length)).toBeLessThan((6.5 * total.sigma) / Math.sqrt(length));
    const ratio = squares / length / total.sigma ** 2;
    expect(Math.abs(ratio - 1)).toBeLessThan(6.5 * Math.sqrt(2 / length));
  });

  it("burns the budget at every party before anything that depends on data leaves it", async () => {
    const order: string[] = [];
    await simulate(3, (plain: Party) => {
      const party = recordedParty(plain, ({ step, payload }) => {
        if (plain.index === 0) order.push(step);
        return payload;
      });
      const burn = async (): Promise<void> => {
        await new Promise((resolve) => setTimeout(resolve, 20));
        if (plain.index === 0) order.push("burnt");
      };
      return noisySum(party, BigInt64Array.of(1n), { ...options, burn });
    });
    const burnt = order.indexOf("burnt");
    expect(burnt).toBeGreaterThanOrEqual(0);
    expect(order.indexOf("masked")).toBeGreaterThan(burnt);
    expect(order.indexOf("key")).toBeGreaterThan(burnt);
  });

  it("ends for all, with nothing opened, when one party's budget is spent", async () => {
    const ledger = await BudgetLedger.open(memoryStore(), [{ dataSet: "x", epsilon: 3, delta: 1e-6 }]);
    const sent: string[] = [];
    const once = (): Promise<NoisyTotal[]> =>
      simulate(3, (plain) => {
        const party = recordedParty(plain, ({ step, payload }) => {
          sent.push(step);
          return payload;
        });
        const burn: NoisySumOptions["burn"] = async ({ rho }) => {
          if (plain.index === 1) await ledger.spend({ dataSet: "x", rho, purpose: "test" });
        };
        return noisySum(party, BigInt64Array.of(1n), { ...options, burn });
      });
    await once();
    await once();
    sent.length = 0;
    await expect(once()).rejects.toMatchObject({ code: "BUDGET_SPENT" });
    expect(sent).not.toContain("masked");
    expect(ledger.state("x")?.releases.length).toBe(2);
  });

  it.each<[string, Partial<NoisySumOptions>, bigint]>([
    ["an element beyond the bound", {}, 101n],
    ["a sum of squares beyond the bound", { maxSquares: 99n }, 10n],
  ])("refuses %s at its owner before anything is sent", async (_, given, value) => {
    let burnt = 0;
    const burn = (): void => {
      burnt++;
    };
    const vectors = [value, 1n, 1n].map((element) => BigInt64Array.of(element));
    await expect(run(vectors, () => ({ ...options, ...given, burn }))).rejects.toMatchObject({
      code: "VALUE_OUT_OF_RANGE",
    });
    expect(burnt).toBe(0);
  });

  it.each<[string, Partial<NoisySumOptions>, string]>([
    ["another epsilon", { epsilon: 1 }, "PEER_MISMATCH"],
    ["another number of colluders", { maxColluders: 2 }, "PEER_MISMATCH"],
    ["other neighbours", { neighbours: "zero-out" }, "PEER_MISMATCH"],
  ])("refuses %s at one party", async (_, other, code) => {
    const vectors = [1n, 1n, 1n].map((element) => BigInt64Array.of(element));
    const given = (index: number): NoisySumOptions => ({ ...options, ...(index === 2 ? other : {}) });
    await expect(run(vectors, given)).rejects.toMatchObject({ code });
  });

  it("gives nothing out when fewer are in the sum than the noise was planned for", async () => {
    const sum: NoisySumOptions["sum"] = (_, vector) => Promise.resolve({ sum: vector, contributors: 2 });
    const vectors = [1n, 1n, 1n].map((element) => BigInt64Array.of(element));
    await expect(run(vectors, () => ({ ...options, sum }))).rejects.toMatchObject({
      code: "DISCLOSURE_REFUSED",
    });
    await expect(run(vectors, () => ({ ...options, fewestSurvivors: 4 }))).rejects.toMatchObject({
      code: "INVALID_ARGUMENT",
    });
    const fewer = await run(vectors, () => ({ ...options, sum, fewestSurvivors: 2 }));
    expect(fewer[0]?.contributors).toBe(2);
  });
});
