import fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as privacy from "../../dist/differential-privacy/index.js";
import { rational } from "../../dist/random/index.js";
import { numberFromRational } from "../../dist/random/rational.js";
import { expectError } from "../support/expect-error.js";
import { gaussianTable } from "../support/exact-tables.js";
import { importMutant } from "../support/mutant.js";

const { convolutionGap, deltaOfZcdp, discreteGaussianDelta, epsilonOfZcdp, planNoise, rhoOf, rhoOfSum } =
  privacy;

const rhos = fc.double({ min: 1e-4, max: 20, noNaN: true });
const epsilons = fc.double({ min: 0.01, max: 20, noNaN: true });
const deltas = fc.double({ min: 1e-12, max: 0.1, noNaN: true });

/** delta of the conversion at one order, as the paper writes it. */
function deltaAt(order: number, rho: number, epsilon: number): number {
  return (Math.exp((order - 1) * (order * rho - epsilon)) / (order - 1)) * (1 - 1 / order) ** order;
}

/** delta of the continuous Gaussian by Simpson's rule over what exceeds exp(epsilon): independent of all formulas. */
function integratedDelta(sigma: number, sensitivity: number, epsilon: number): number {
  const density = (x: number): number =>
    Math.exp((-x * x) / (2 * sigma * sigma)) / (sigma * Math.sqrt(2 * Math.PI));
  // The integrand is zero up to here: where the densities' ratio is exp(epsilon).
  const from = (epsilon * sigma * sigma) / sensitivity + sensitivity / 2;
  const to = from + 40 * sigma;
  const steps = 20_000;
  const width = (to - from) / steps;
  let sum = 0;
  for (let i = 0; i <= steps; i++) {
    const x = from + i * width;
    const weight = i === 0 || i === steps ? 1 : i % 2 === 1 ? 4 : 2;
    sum += weight * Math.max(0, density(x - sensitivity) - Math.exp(epsilon) * density(x));
  }
  return (sum * width) / 3;
}

describe("the conversion from zCDP", () => {
  it("gives the published value at rho 1/2, epsilon 0", () => {
    // OpenDP, rust/src/combinators/.../cdp_delta, test_edge_cases.
    expect(deltaOfZcdp(0.5, 0)).toBeCloseTo(0.5588356393474351, 10);
  });

  it("is the least of the paper's formula over a fine grid of orders, and never below it", () => {
    fc.assert(
      fc.property(rhos, epsilons, (rho, epsilon) => {
        let least = 1;
        for (let i = 1; i < 4000; i++) {
          const order = 1 + Math.exp(-12 + (i * 24) / 4000);
          const delta = deltaAt(order, rho, epsilon);
          if (delta > 1e-300) least = Math.min(least, delta);
        }
        const found = deltaOfZcdp(rho, epsilon);
        expect(found).toBeLessThanOrEqual(least * (1 + 1e-9));
        if (found > 1e-290 && least < 1) expect(found).toBeGreaterThanOrEqual(least * 0.99);
      }),
    );
  });

  it("holds for the Gaussian, whose delta by numeric integration is smaller, and not by far", () => {
    for (const sigma of [0.7, 2, 5]) {
      for (const epsilon of [0.5, 1, 3]) {
        const integrated = integratedDelta(sigma, 1, epsilon);
        const converted = deltaOfZcdp(1 / (2 * sigma ** 2), epsilon);
        expect(converted).toBeGreaterThan(integrated);
        expect(converted).toBeLessThan(20 * integrated);
      }
    }
  });

  it("is inverted by epsilonOfZcdp and rhoOf, both on the safe side", () => {
    fc.assert(
      fc.property(rhos, deltas, (rho, delta) => {
        const epsilon = epsilonOfZcdp(rho, delta);
        expect(deltaOfZcdp(rho, epsilon)).toBeLessThanOrEqual(delta);
        // Bun and Steinke, proposition 1.3.
        expect(epsilon).toBeLessThanOrEqual(rho + 2 * Math.sqrt(rho * Math.log(1 / delta)));
        fc.pre(epsilon > 0);
        const back = rhoOf({ epsilon, delta });
        expect(deltaOfZcdp(back, epsilon)).toBeLessThanOrEqual(delta);
        expect(back / rho).toBeCloseTo(1, 6);
      }),
    );
  });

  it("refuses what is no privacy loss", () => {
    expect(deltaOfZcdp(0, 1)).toBe(0);
    expectError(() => deltaOfZcdp(-1, 1), "INVALID_ARGUMENT");
    expectError(() => deltaOfZcdp(1, Number.NaN), "INVALID_ARGUMENT");
    for (const delta of [0, 1, Number.NaN]) expectError(() => epsilonOfZcdp(1, delta), "INVALID_ARGUMENT");
    for (const epsilon of [0, -1, Infinity])
      expectError(() => rhoOf({ epsilon, delta: 0.1 }), "INVALID_ARGUMENT");
  });
});

describe("the exact delta of one integer with discrete Gaussian noise", () => {
  it("is that of the definition, summed over exact tables", () => {
    for (const [variance, sensitivity, epsilon] of [
      [1, 1, 0.5],
      [4, 1, 1],
      [4, 3, 2],
      [10, 2, 0],
    ] as const) {
      const table = gaussianTable(rational(BigInt(variance)), 80);
      const p = (y: number): number => table[Math.abs(y)] ?? 0;
      let delta = 0;
      for (let y = -70; y <= 70; y++) delta += Math.max(0, p(y) - Math.exp(epsilon) * p(y - sensitivity));
      expect(discreteGaussianDelta({ variance, sensitivity, epsilon }) / delta).toBeCloseTo(1, 9);
    }
  });

  it("comes to the continuous Gaussian's, by numeric integration, where sigma is large", () => {
    const exact = discreteGaussianDelta({ variance: 300 ** 2, sensitivity: 100, epsilon: 1 });
    expect(exact / integratedDelta(300, 100, 1)).toBeCloseTo(1, 3);
  });

  it("is 1e-5 for the sigma that Balle and Wang's calibration gives for epsilon 1, delta 1e-5, finely scaled", () => {
    const scale = 1000;
    const sigma = 3.730631634944469 * scale;
    const delta = discreteGaussianDelta({ variance: sigma ** 2, sensitivity: scale, epsilon: 1 });
    expect(delta / 1e-5).toBeCloseTo(1, 3);
  });

  it("is below what the conversion from zCDP gives", () => {
    for (const variance of [0.5, 3, 50]) {
      for (const epsilon of [0.3, 1, 4]) {
        const exact = discreteGaussianDelta({ variance, sensitivity: 2, epsilon });
        expect(exact).toBeLessThanOrEqual(deltaOfZcdp(4 / (2 * variance), epsilon));
      }
    }
  });

  it("refuses parameters out of range", () => {
    const good = { variance: 1, sensitivity: 1, epsilon: 1 };
    for (const bad of [{ variance: 0 }, { variance: 1e11 }, { sensitivity: 0.5 }, { epsilon: -1 }]) {
      expectError(() => discreteGaussianDelta({ ...good, ...bad }), "INVALID_ARGUMENT");
    }
  });
});

/** Probabilities of -reach..reach of a sum of discrete Gaussians, by exact tables and plain convolution. */
function sumTable(variance: number, summands: number, reach: number): Float64Array {
  const half = gaussianTable(rational(BigInt(variance * 1024), 1024n), reach);
  const at = (table: Float64Array, y: number): number => table[y + reach] ?? 0;
  const one = Float64Array.from({ length: 2 * reach + 1 }, (_, i) => half[Math.abs(i - reach)] ?? 0);
  let sum = one;
  for (let k = 1; k < summands; k++) {
    const next = new Float64Array(2 * reach + 1);
    for (let y = -reach; y <= reach; y++) {
      let p = 0;
      for (let x = -reach; x <= reach; x++) p += at(sum, x) * at(one, y - x);
      next[y + reach] = p;
    }
    sum = next;
  }
  return sum;
}

/** Renyi divergence between a table and itself moved. */
function divergence(table: Float64Array, shift: number, order: number): number {
  let sum = 0;
  for (let i = 0; i < table.length; i++) {
    const [p, q] = [table[i] ?? 0, table[i + shift] ?? 0];
    if (p > 1e-280 && q > 1e-280) sum += p * (p / q) ** (order - 1);
  }
  return Math.log(sum) / (order - 1);
}

type RhoOfSum = typeof rhoOfSum;

/** Where the claimed cost is below the divergence that a convolution shows. */
function understatements(rhoOf: RhoOfSum): number {
  let found = 0;
  for (const [variance, summands] of [
    [0.25, 2],
    [0.25, 5],
    [0.5, 3],
    [1, 4],
  ] as const) {
    const table = sumTable(variance, summands, 40);
    for (const shift of [1, 2]) {
      const rho = rhoOf({ variance, summands, length: 1, l2: shift });
      for (const order of [1.01, 1.5, 2, 4]) {
        if (divergence(table, shift, order) > order * rho * (1 + 1e-9)) found++;
      }
    }
  }
  return found;
}

describe("the cost of a sum of discrete Gaussians", () => {
  it("is at least the Renyi divergence of the convolution, computed outright", () => {
    expect(understatements(rhoOfSum)).toBe(0);
  });

  it("would be understated without tau, which the same test finds", async () => {
    const mutant = await importMutant<typeof privacy>("no-tau", "differential-privacy/index.js", {
      file: "differential-privacy/noise-plan.js",
      text: "return 10 * sum;",
      replacement: "return 0 * sum;",
    });
    expect(understatements(mutant.rhoOfSum)).toBeGreaterThan(0);
  });

  it("comes from a sum whose probabilities are within exp(tau / 2) of a discrete Gaussian's", () => {
    for (const [variance, summands] of [
      [0.25, 2],
      [0.25, 4],
      [0.5, 3],
      [1, 2],
    ] as const) {
      const table = sumTable(variance, summands, 40);
      const gaussian = gaussianTable(rational(BigInt(variance * summands * 1024), 1024n), 40);
      let largest = 0;
      const reach = Math.ceil(7 * Math.sqrt(variance * summands)); // beyond, tables of 256 bits end
      for (let y = -reach; y <= reach; y++) {
        largest = Math.max(largest, Math.abs(Math.log((table[y + 40] ?? 0) / (gaussian[Math.abs(y)] ?? 0))));
      }
      expect(largest).toBeLessThanOrEqual(convolutionGap(variance, summands) / 2);
      expect(largest).toBeGreaterThan(0);
    }
  });

  it("is that of one discrete Gaussian where tau has vanished: s^2 / 2", () => {
    expect(rhoOfSum({ variance: 100, summands: 50, length: 1000, l2: 10 })).toBeCloseTo(100 / (2 * 5000), 12);
    expect(rhoOfSum({ variance: 1, summands: 1, length: 1000, l2: 1 })).toBe(0.5);
    expect(convolutionGap(0.25, 2)).toBeCloseTo(10 * Math.exp(-(Math.PI ** 2) / 4), 12);
  });

  it("refuses a sigma below 1/2, for which nothing is proved", () => {
    expectError(() => rhoOfSum({ variance: 0.2, summands: 2, length: 1, l2: 1 }), "INVALID_ARGUMENT");
  });
});

describe("planNoise", () => {
  const base = { epsilon: 1, delta: 1e-6, length: 4, maxAbs: 100n, fewestSurvivors: 10, maxColluders: 3 };

  it("keeps within epsilon and delta, and wastes less than a thousandth of the variance where tau is nothing", () => {
    fc.assert(
      fc.property(
        epsilons,
        deltas,
        fc.integer({ min: 1, max: 500 }),
        fc.bigInt(1n, 1n << 30n),
        (epsilon, delta, length, maxAbs) => {
          const plan = planNoise({ ...base, epsilon, delta, length, maxAbs });
          const variance = numberFromRational(plan.variance);
          const l2 = 2 * Math.sqrt(length) * Number(maxAbs);
          expect(rhoOfSum({ variance, summands: 7, length, l2 })).toBeLessThanOrEqual(
            rhoOf({ epsilon, delta }),
          );
          expect(plan.epsilon).toBeLessThanOrEqual(epsilon * (1 + 1e-9));
          if (variance < 10) return;
          const least = l2 ** 2 / (2 * 7 * rhoOf({ epsilon, delta }));
          expect(variance / least).toBeLessThan(1.001);
        },
      ),
    );
  });

  it("counts only the fewest survivors less the colluders: half of them, twice the variance each", () => {
    const many = numberFromRational(planNoise({ ...base, fewestSurvivors: 23, maxColluders: 3 }).variance);
    const few = numberFromRational(planNoise({ ...base, fewestSurvivors: 13, maxColluders: 3 }).variance);
    expect(few / many).toBeCloseTo(2, 2);
    expect(planNoise({ ...base, fewestSurvivors: 2, maxColluders: 1 }).honest).toBe(1);
  });

  it("asks for a quarter of the variance where only a contributor's absence is hidden", () => {
    const replace = numberFromRational(planNoise(base).variance);
    const zeroOut = numberFromRational(planNoise({ ...base, neighbours: "zero-out" }).variance);
    expect(replace / zeroOut).toBeCloseTo(4, 2);
  });

  it("takes a declared bound on the sum of squares", () => {
    const plan = planNoise({ ...base, maxSquares: 10_000n });
    expect(numberFromRational(planNoise(base).variance) / numberFromRational(plan.variance)).toBeCloseTo(
      4,
      2,
    );
  });

  it("refuses a plan without honest contributors, and parameters out of range", () => {
    for (const bad of [
      { maxColluders: 10 },
      { maxColluders: -1 },
      { fewestSurvivors: 1.5 },
      { maxAbs: 0n },
      { maxSquares: 0n },
      { length: 0 },
      { epsilon: 0 },
      { delta: 1 },
    ]) {
      expectError(() => planNoise({ ...base, ...bad }), "INVALID_ARGUMENT");
    }
    expectError(() => planNoise({ ...base, maxAbs: 1n << 60n }), "BOUND_EXCEEDED");
  });
});
