import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  SigningKey,
  federatedAveraging,
  planFederatedAveraging,
  serveFederatedAveraging,
  type ClientTraining,
  type FederatedPlanOptions,
  type FederatedRound,
} from "../../../dist/aggregation/index.js";
import { simulateStar } from "../../../dist/channel/index.js";
import { encodeUpdate, meanUpdate } from "../../../dist/aggregation/federated/update.js";
import { expectError } from "../../support/expect-error.js";

const options: FederatedPlanOptions = {
  clients: 5,
  rounds: 3,
  length: 4,
  clip: 10,
  maxWeight: 1000,
  corrupt: 0.2,
  dropout: 0.4,
  server: "semi-honest",
};

async function run(
  train: (client: number) => ClientTraining,
  changed: Partial<FederatedPlanOptions> = {},
): Promise<{
  rounds: readonly FederatedRound[];
  clients: readonly PromiseSettledResult<{ clipped: number; roundedAway: number }>[];
}> {
  const plan = planFederatedAveraging({ ...options, ...changed });
  const { server, clients } = await simulateStar({
    clients: plan.sum.clients,
    server: (sessions) => serveFederatedAveraging(sessions, plan, new Float64Array(plan.length)),
    client: (party, index) => federatedAveraging(party, plan, train(index)),
  });
  return { rounds: server, clients };
}

describe("federated averaging", () => {
  it("moves the model by the weighted mean of all updates, round after round", async () => {
    const seen: number[][] = [];
    const { rounds } = await run((client) => (model, round) => {
      if (client === 0) seen.push([...model]);
      return { update: Float64Array.of(client, -client, round, 0.5), weight: 10 * (client + 1) };
    });
    // weights 10, 20, 30, 40, 50: mean of 0..4 is 400 / 150
    const mean = 400 / 150;
    expect(rounds.map(({ round, included, weight }) => [round, included.length, weight])).toEqual([
      [0, 5, 150],
      [1, 5, 150],
      [2, 5, 150],
    ]);
    const expected = [3 * mean, -3 * mean, 0 + 1 + 2, 1.5];
    for (const [i, value] of (rounds[2]?.model ?? []).entries())
      expect(value).toBeCloseTo(expected[i] ?? NaN, 5);
    expect(seen[1]?.[0]).toBeCloseTo(mean, 5);
  });

  it("takes a server as active unless told otherwise, and refuses a client without its key", async () => {
    const keys = Array.from({ length: 5 }, () => SigningKey.generate());
    const honest: Partial<FederatedPlanOptions> = { ...options, dropout: 0.2 };
    Reflect.deleteProperty(honest, "server");
    const whole = honest as FederatedPlanOptions; // as before
    expect(() => planFederatedAveraging(whole)).toThrow(
      expect.objectContaining({ code: "INVALID_ARGUMENT" }) as Error,
    );
    const plan = planFederatedAveraging({ ...whole, signingKeys: keys.map(({ publicKey }) => publicKey) });
    const { server, clients } = await simulateStar({
      clients: 5,
      server: (sessions) => serveFederatedAveraging(sessions, plan, new Float64Array(4)),
      client: (party, index) =>
        federatedAveraging(party, plan, () => ({ update: new Float64Array(4).fill(1), weight: 1 }), {
          ...(index === 4 ? {} : { signingKey: keys[index] as SigningKey }),
        }),
    });
    expect(server.map(({ included }) => included)).toEqual([0, 1, 2].map(() => [0, 1, 2, 3]));
    expect(clients[4]).toMatchObject({ reason: { code: "INVALID_ARGUMENT" } });
    expect(clients[0]).toMatchObject({ value: { pinnedOthers: 4 } });
  });

  it("goes on without clients that leave, and never asks them again", async () => {
    const { rounds, clients } = await run((client) => (_model, round) => {
      if (client === 1 && round === 1) throw new Error("out of power");
      if (client === 4 && round === 2) throw new Error("out of power");
      return { update: new Float64Array(4).fill(client), weight: 1 };
    });
    expect(rounds.map(({ included }) => included)).toEqual([
      [0, 1, 2, 3, 4],
      [0, 2, 3, 4],
      [0, 2, 3],
    ]);
    expect(rounds.map(({ lost }) => lost.map(({ index }) => index))).toEqual([[], [1], [4]]);
    expect(rounds[2]?.model[0]).toBeCloseTo(2 + 9 / 4 + 5 / 3, 5);
    expect(clients.map(({ status }) => status)).toEqual([
      "fulfilled",
      "rejected",
      "fulfilled",
      "fulfilled",
      "rejected",
    ]);
  });

  it("ends with a typed error when too few are left", async () => {
    const outcome = run((client) => () => {
      if (client > 0) throw new Error("out of power");
      return { update: new Float64Array(4), weight: 1 };
    });
    await expect(outcome).rejects.toMatchObject({ code: "PEERS_LOST" });
  });

  it("ends with a typed error when nobody has any weight", async () => {
    await expect(run(() => () => ({ update: new Float64Array(4), weight: 0 }))).rejects.toMatchObject({
      code: "PEER_UNEXPECTED",
      field: "weight",
    });
  });

  it("tells a client whose update was clipped, and clips to the stated norm", async () => {
    const { rounds, clients } = await run((client) => () => ({
      update: Float64Array.of(client === 2 ? 300 : 3, client === 2 ? 400 : 4, 0, 0),
      weight: 1,
    }));
    const [first] = rounds;
    expect(first?.model[0]).toBeCloseTo((4 * 3 + 6) / 5, 5); // 300, 400 has norm 500: scaled to 6, 8
    expect(clients.map((client) => (client.status === "fulfilled" ? client.value.clipped : -1))).toEqual([
      0, 0, 3, 0, 0,
    ]);
  });

  it("refuses a clip that rounds every update away, and tells a client of whose update nothing is left", async () => {
    const expected = expect.objectContaining({ code: "INVALID_ARGUMENT" }) as Error;
    for (const clip of [1e-9, 2 ** -21]) {
      expect(() => planFederatedAveraging({ ...options, clip, maxWeight: 1 })).toThrow(expected);
    }
    expect(() => planFederatedAveraging({ ...options, clip: 0.4, fractionalBits: 0 })).toThrow(expected);
    const { clients } = await run(
      (client) => () => ({ update: new Float64Array(4).fill(client === 2 ? 2 ** -22 : client), weight: 1 }),
      { clip: 2 ** -20 },
    );
    const roundedAway = clients.map((client) =>
      client.status === "fulfilled" ? client.value.roundedAway : -1,
    );
    expect(roundedAway).toEqual([0, 0, 3, 0, 0]); // a client of zeros loses nothing
  });

  it("refuses another plan at a client, who is lost, and the others go on", async () => {
    const plan = planFederatedAveraging(options);
    const other = planFederatedAveraging({ ...options, clip: 11 });
    const { server, clients } = await simulateStar({
      clients: 5,
      server: (sessions) => serveFederatedAveraging(sessions, plan, new Float64Array(4)),
      client: (party, index) =>
        federatedAveraging(party, index === 3 ? other : plan, () => ({
          update: new Float64Array(4).fill(1),
          weight: 2,
        })),
    });
    expect(server[0]?.included).toEqual([0, 1, 2, 4]);
    expect(server[0]?.lost).toMatchObject([{ index: 3, error: { code: "PEER_MISMATCH" } }]);
    expect(clients[3]?.status).toBe("rejected");
  });
});

describe("an update", () => {
  const plan = planFederatedAveraging(options);

  it("comes back as its weighted mean within half a unit of the last place, for any numbers", () => {
    const number = fc.double({ min: -4, max: 4, noNaN: true });
    const update = fc.array(number, { minLength: 4, maxLength: 4 });
    fc.assert(
      fc.property(fc.array(fc.tuple(update, fc.integer({ min: 1, max: 1000 })), { minLength: 1 }), (all) => {
        const totals = new BigInt64Array(5);
        for (const [values, weight] of all) {
          const { vector } = encodeUpdate({ update: Float64Array.from(values), weight }, plan);
          for (const [i, value] of vector.entries()) totals[i] = (totals[i] ?? 0n) + BigInt(value);
        }
        const mean = meanUpdate(totals, plan);
        const total = all.reduce((sum, [, weight]) => sum + weight, 0);
        expect(mean?.weight).toBe(total);
        for (let i = 0; i < 4; i++) {
          const exact = all.reduce((sum, [values, weight]) => sum + (values[i] ?? 0) * weight, 0) / total;
          expect(Math.abs((mean?.update[i] ?? NaN) - exact)).toBeLessThan(2 ** -20);
        }
      }),
    );
  });

  it.each([
    ["a NaN", Float64Array.of(1, NaN, 0, 0), 1, "VALUE_OUT_OF_RANGE", "update[1]"],
    ["an infinity", Float64Array.of(Infinity, 0, 0, 0), 1, "VALUE_OUT_OF_RANGE", "update[0]"],
    ["a weight above the maximum", new Float64Array(4), 1001, "VALUE_OUT_OF_RANGE", "weight"],
    ["a negative weight", new Float64Array(4), -1, "VALUE_OUT_OF_RANGE", "weight"],
    ["half a row", new Float64Array(4), 0.5, "VALUE_OUT_OF_RANGE", "weight"],
  ] as const)("is refused for %s", (_, update, weight, code, field) => {
    expectError(() => encodeUpdate({ update, weight }, plan), code, { field });
  });

  it("is refused for another length", () => {
    expectError(() => encodeUpdate({ update: new Float64Array(3), weight: 1 }, plan), "INVALID_ARGUMENT");
  });
});

describe("planFederatedAveraging", () => {
  it.each([
    { rounds: 0 },
    { clip: 0 },
    { clip: Infinity },
    { maxWeight: 0 },
    { fractionalBits: 41 },
    { length: 0 },
    { clients: 1 },
  ])("refuses %j", (changed) => {
    expectError(() => planFederatedAveraging({ ...options, ...changed }), "INVALID_ARGUMENT");
  });

  it("refuses numbers that the ring or double precision has no room for", () => {
    const large = { maxWeight: 2 ** 31, clip: 2 ** 10, fractionalBits: 40 };
    expectError(() => planFederatedAveraging({ ...options, ...large }), "BOUND_EXCEEDED");
  });
});
