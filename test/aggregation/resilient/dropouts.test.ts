import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { planResilientSum, type ResilientTotal } from "../../../dist/aggregation/index.js";
import { VeilshareError } from "../../../dist/errors.js";
import { describeWithData, readData } from "../../support/data.js";
import { InProcessSum, planWithKeys, rounds, type Round } from "./in-process.js";

/** The plain sum of the vectors of those whose vector was in before they left. */
function plainTotal(vectors: readonly (readonly number[])[], included: readonly number[]): bigint[] {
  return (vectors[0] ?? []).map((_, i) =>
    included.reduce((sum, client) => sum + BigInt(vectors[client]?.[i] ?? 0), 0n),
  );
}

/** All maps of clients to a round or to staying. */
function* combinations(clients: number, choices: readonly Round[]): Generator<Map<number, Round>> {
  const kinds = choices.length + 1;
  for (let code = 0; code < kinds ** clients; code++) {
    const lost = new Map<number, Round>();
    for (let client = 0, rest = code; client < clients; client++, rest = Math.floor(rest / kinds)) {
      const choice = choices[rest % kinds];
      if (choice !== undefined) lost.set(client, choice);
    }
    yield lost;
  }
}

describe("a resilient sum of 4 clients that may lose 1", () => {
  const vectors = [
    [1, 0],
    [20, 7],
    [300, 9],
    [4000, 11],
  ];

  /** One run, compared with what must come of these losses. */
  const check = async (
    server: "semi-honest" | "active",
    lostAt: ReadonlyMap<number, Round>,
  ): Promise<boolean> => {
    const { plan, signingKeys } = plans[server];
    const later = (client: number, round: Round): boolean => {
      const at = lostAt.get(client);
      return at === undefined || rounds.indexOf(at) > rounds.indexOf(round);
    };
    const included = [0, 1, 2, 3].filter((client) => later(client, "vectors"));
    const answering = included.filter((client) => !lostAt.has(client));
    const vectorOf = (client: number): Float64Array => Float64Array.from(vectors[client] ?? []);
    const sum = new InProcessSum({ plan, signingKeys, lostAt, vectorOf });
    const outcome = await sum.run().catch((thrown: unknown) => thrown);
    if (included.length < plan.minimum || answering.length < plan.threshold) {
      expect(outcome).toBeInstanceOf(VeilshareError);
      expect(outcome).toMatchObject({ code: "PEERS_LOST" });
      return false;
    }
    expect(outcome).toMatchObject({ included, wrongShares: [] });
    expect([...(outcome as ResilientTotal).totals]).toEqual(plainTotal(vectors, included)); // it is no error
    return true;
  };
  const base = { clients: 4, length: 2, max: 5000, corrupt: 0, dropout: 0.25 };
  const plans = {
    "semi-honest": planWithKeys(base),
    active: planWithKeys({ ...base, server: "active" }),
  };

  it("gives the sum of those that were in, or PEERS_LOST, for all 625 combinations of losses", async () => {
    let complete = 0;
    for (const lostAt of combinations(4, ["adverts", "opened", "vectors", "answers"])) {
      if (await check("semi-honest", lostAt)) complete += 1;
    }
    // none or one lost before its vector was in, and at most two more that do not answer
    expect(complete).toBe(1 + 4 + 6 + 12 * (1 + 3));
  }, 60_000);

  it("does so with an active server for every client lost in every round, and for two lost at the end", async () => {
    expect(await check("active", new Map())).toBe(true);
    for (const client of [0, 1, 2, 3]) {
      for (const round of rounds) expect(await check("active", new Map([[client, round]]))).toBe(true);
    }
    expect(
      await check(
        "active",
        new Map([
          [0, "confirmations"],
          [1, "answers"],
        ]),
      ),
    ).toBe(false);
  }, 60_000);
});

describe("a resilient sum of 50 clients", () => {
  it("gives the sum of those that were in, for random losses within the plan, restarted before every round", async () => {
    const plan = planResilientSum({
      clients: 50,
      length: 3,
      max: 2 ** 40,
      signed: true,
      dropout: 0.2,
      corrupt: 0.1,
    });
    const loss = fc.uniqueArray(fc.integer({ min: 0, max: 49 }), { maxLength: 10 });
    const round = fc.constantFrom<Round>("adverts", "shares", "opened", "vectors", "answers");
    const cases = fc.record({
      lost: loss,
      at: fc.array(round, { minLength: 10, maxLength: 10 }),
      restart: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(cases, async ({ lost, at, restart }) => {
        const lostAt = new Map(lost.map((client, i) => [client, at[i] ?? "answers"]));
        const vectors = Array.from({ length: 50 }, (_, i) => [
          i * 1_000_003,
          -(2 ** 40) + i,
          (i % 2 ? 1 : -1) * 2 ** 40,
        ]);
        const sum = new InProcessSum({
          plan,
          lostAt,
          restart,
          vectorOf: (i) => BigInt64Array.from(vectors[i] ?? [], BigInt),
        });
        const { totals, included } = await sum.run();
        expect(included).toEqual(
          [...Array(50).keys()].filter((client) => (lostAt.get(client) ?? "answers") === "answers"),
        );
        expect([...totals]).toEqual(plainTotal(vectors, included));
      }),
      { numRuns: 4 },
    );
  }, 120_000);

  it("ends with PEERS_LOST in the round in which one too many is lost, and gives nothing", async () => {
    const plan = planResilientSum({ clients: 50, length: 1, max: 9, dropout: 0.1, corrupt: 0.1 });
    for (const round of ["adverts", "shares", "opened", "vectors"] as const) {
      const lostAt = new Map(Array.from({ length: 6 }, (_, i) => [8 * i, round]));
      const sum = new InProcessSum({ plan, lostAt, vectorOf: () => Uint32Array.of(1) });
      await expect(sum.run()).rejects.toMatchObject({
        code: "PEERS_LOST",
        step: `resilient-sum/${round}`,
        got: "44 of 50",
      });
      expect(sum.server.phase).toBe("failed");
      await expect(sum.server.total()).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
      expect(() => sum.server.closeRound()).toThrow();
    }
  });

  it("ends with PEERS_LOST when too few answer for one client's secret", async () => {
    const plan = planResilientSum({ clients: 50, length: 1, max: 9, dropout: 0.1, corrupt: 0.1 });
    const lostAt = new Map(Array.from({ length: 40 }, (_, i) => [i, "answers" as const]));
    const sum = new InProcessSum({ plan, lostAt, vectorOf: () => Uint32Array.of(1) });
    await expect(sum.run()).rejects.toMatchObject({ code: "PEERS_LOST" });
  });
});

describeWithData("the 222 countries of the CDIAC table", ["carbon/co2_by_nation.csv"], () => {
  const table = readData("carbon/co2_by_nation.csv").split("\n");
  // Names of countries may hold commas within quotes.
  const emissions = table
    .map((line) => /^2020,(?:"[^"]*"|[^,"]*),(\d+),/.exec(line)?.[1])
    .filter((total) => total !== undefined)
    .map(Number);

  it("add up to 9,133,327 thousand tonnes of carbon in 2020", async () => {
    expect(emissions).toHaveLength(222);
    const plan = planResilientSum({ clients: 222, length: 1, max: 10_000_000, corrupt: 0.05, dropout: 0.15 });
    const sum = new InProcessSum({ plan, vectorOf: (i) => Float64Array.of(emissions[i] ?? Number.NaN) });
    expect((await sum.run()).totals).toEqual(BigInt64Array.of(9_133_327n));
  }, 60_000);

  it("add up to the sum of those that stayed when 15 % are lost at random steps", async () => {
    const plan = planResilientSum({ clients: 222, length: 1, max: 10_000_000, corrupt: 0.05, dropout: 0.15 });
    const order =
      fc.sample(fc.shuffledSubarray([...emissions.keys()], { minLength: 33, maxLength: 33 }), 1)[0] ?? [];
    const steps = fc.sample(fc.constantFrom<Round>("adverts", "shares", "opened", "vectors", "answers"), 33);
    const lostAt = new Map(order.map((client, i) => [client, steps[i] ?? "answers"]));
    const stayed = emissions.filter((_, i) => (lostAt.get(i) ?? "answers") === "answers");
    const sum = new InProcessSum({
      plan,
      lostAt,
      vectorOf: (i) => Float64Array.of(emissions[i] ?? Number.NaN),
    });
    const { totals, included } = await sum.run();
    expect(included).toHaveLength(stayed.length);
    expect(totals).toEqual(BigInt64Array.of(BigInt(stayed.reduce((a, b) => a + b, 0))));
  }, 60_000);
});
