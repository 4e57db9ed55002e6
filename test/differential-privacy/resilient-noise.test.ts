import { describe, expect, it } from "vitest";
import { noiseBound, noisyTotal, noisyVector, planNoise } from "../../dist/differential-privacy/index.js";
import { planResilientSum, resilientSum, serveResilientSum } from "../../dist/aggregation/index.js";
import { simulateStar } from "../../dist/channel/index.js";
import { expectError } from "../support/expect-error.js";

const noise = planNoise({
  epsilon: 4,
  delta: 1e-6,
  length: 2,
  maxAbs: 100n,
  fewestSurvivors: 5,
  maxColluders: 1,
});

describe("a sum that clients may leave, with noise", () => {
  it("is worth what the plan says as long as the fewest survivors are in it (false alarm below 1e-9)", async () => {
    const max = noise.maxAbs + noiseBound(noise);
    const plan = planResilientSum({ clients: 6, length: 2, max, signed: true, corrupt: 0, dropout: 0.34 });
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
