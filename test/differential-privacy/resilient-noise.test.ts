import { describe, expect, it } from "vitest";
import {
  noiseBound,
  noisyTotal,
  noisyVector,
  planNoise,
  planNoisyResilientSum,
} from "../../dist/differential-privacy/index.js";
import { chooseGraph, resilientSum, serveResilientSum } from "../../dist/aggregation/index.js";
import { simulateStar } from "../../dist/channel/index.js";
import { expectError } from "../support/expect-error.js";

const settings = { epsilon: 4, delta: 1e-6, length: 2, maxAbs: 100n };
const { noise, sum: plan } = planNoisyResilientSum({ ...settings, clients: 6, corrupt: 0.17, dropout: 0.17 });

describe("a sum that clients may leave, with noise", () => {
  it("is worth what the plan says as long as the fewest survivors are in it (false alarm below 1e-9)", async () => {
    expect(noise).toEqual(planNoise({ ...settings, fewestSurvivors: 5, maxColluders: 1 }));
    const { server } = await simulateStar({
      clients: 6,
      server: (sessions) => serveResilientSum(sessions, plan),
      client: async (party, index) => {
        if (index === 3) throw new Error("this client leaves");
        return resilientSum(party, await noisyVector(BigInt64Array.of(10n, -20n), noise), plan);
      },
    });
    const total = noisyTotal({ values: server.totals, contributors: server.included.length }, noise);
    expect(total).toMatchObject({ kind: "noisy", contributors: 5, rho: noise.rho, epsilon: noise.epsilon });
    for (const [i, right] of [50, -100].entries()) {
      expect(Math.abs(Number(total.values[i]) - right)).toBeLessThan(6.5 * total.sigma);
    }
  });

  it("is planned so that every total the sum gives has the noise of its fewest clients, and its colluders add none", () => {
    for (const [clients, corrupt, dropout] of [
      [3, 0, 0],
      [10, 0.2, 0.5],
      [57, 0.31, 0.13],
      [1000, 0.05, 0.2],
    ] as const) {
      const planned = planNoisyResilientSum({ ...settings, clients, corrupt, dropout });
      const graph = chooseGraph(clients, { corrupt, dropout });
      expect(planned.noise.fewestSurvivors).toBe(planned.sum.minimum);
      expect(planned.noise.honest).toBe(planned.sum.minimum - graph.corrupt);
      expect(planned.sum.range).toEqual({ max: 100n + noiseBound(planned.noise), signed: true });
      expect(planned.sum).toMatchObject({ degree: graph.degree, threshold: graph.threshold, length: 2 });
    }
    for (const bad of [{ fewestSurvivors: 3 }, { max: 5n }, { dropOut: 0.1 }]) {
      const options = { ...settings, clients: 10, ...bad };
      const error = expectError(() => planNoisyResilientSum(options), "INVALID_ARGUMENT");
      expect(error.message).toContain(Object.keys(bad)[0]);
    }
  });

  it("is not given out when fewer are in it", () => {
    const few = { values: BigInt64Array.of(1n, 2n), contributors: 4 };
    expectError(() => noisyTotal(few, noise), "DISCLOSURE_REFUSED");
  });

  it("takes no vector of another length, and leaves the one it is given as it was", async () => {
    const vector = BigInt64Array.of(1n, 2n);
    await noisyVector(vector, noise);
    expect(vector).toEqual(BigInt64Array.of(1n, 2n));
    await expect(noisyVector(BigInt64Array.of(1n), noise)).rejects.toMatchObject({
      code: "VALUE_OUT_OF_RANGE",
    });
  });
});
