import { describe, expect, it } from "vitest";
import {
  divide,
  exponential,
  inverseSquareRoot,
  naturalLogarithm,
  reciprocal,
  sigmoid,
  sigmoidError,
  type Engine,
  type SecretMatrix,
} from "../../../dist/mpc/index.js";
import { schemes, type SchemeCase } from "../computation.js";

const unit = 2 ** -20;

/** Values as they are once encoded with 20 fractional bits. */
function encoded(values: readonly number[]): number[] {
  return values.map((value) => Math.round(value / unit) * unit);
}

async function swept(
  scheme: SchemeCase,
  values: readonly number[],
  bound: number,
  operation: (engine: Engine, x: SecretMatrix) => Promise<SecretMatrix>,
): Promise<number[]> {
  const [result] = await scheme.compute(async ({ engine, own }) => {
    const x = await own(scheme.n - 1, values, { rows: values.length, bound });
    return [...(await engine.reveal(await operation(engine, x)))];
  });
  return result ?? [];
}

/** From `from` to `to`, evenly, both included. */
function even(from: number, to: number, count: number): number[] {
  return encoded(Array.from({ length: count }, (_, i) => from + ((to - from) * i) / (count - 1)));
}

/** From `from` to `to` by equal factors. */
function geometric(from: number, to: number, count: number): number[] {
  return encoded(Array.from({ length: count }, (_, i) => from * (to / from) ** (i / (count - 1))));
}

function largestExcess(
  got: readonly number[],
  x: readonly number[],
  exact: (x: number) => number,
  allowed: (y: number, x: number) => number,
): number {
  expect(got.length).toBe(x.length);
  let most = 0;
  for (const [i, value] of x.entries()) {
    const y = exact(value);
    most = Math.max(most, Math.abs((got[i] ?? NaN) - y) / allowed(y, value));
  }
  return most;
}

describe.each(schemes)("with $name,", (scheme) => {
  it("the logistic function stays within its stated error, next to every knot and far in the tails", async () => {
    const knots = [-8, -3.875, -1.25, 1.25, 3.875, 8].flatMap((knot) => [knot - unit, knot, knot + unit]);
    const x = [...even(-12, 12, 3001), ...knots, -4000, 4000, 0];
    const got = await swept(scheme, x, 4096, (engine, secret) => sigmoid(engine, secret));
    const exact = (value: number): number => 1 / (1 + Math.exp(-value));
    expect(largestExcess(got, x, exact, () => sigmoidError + 2 * unit)).toBeLessThan(1);
  });

  it("reciprocals and inverse square roots are right over five decades", async () => {
    const x = [...geometric(0.01, 1000, 400), 1, 0.5, 2, 1 - unit, 1000];
    const least = 0.0099;
    const got = await swept(scheme, x, 1000, (engine, secret) => reciprocal(engine, secret, { least }));
    const allowed = (y: number): number => Math.abs(y) * 2 ** -22 + 2 * unit;
    expect(largestExcess(got, x, (v) => 1 / v, allowed)).toBeLessThan(1);
    const roots = await swept(scheme, x, 1000, (engine, secret) =>
      inverseSquareRoot(engine, secret, { least }),
    );
    expect(largestExcess(roots, x, (v) => 1 / Math.sqrt(v), allowed)).toBeLessThan(1);
  });

  it("the natural logarithm is right over five decades", async () => {
    const x = [...geometric(0.01, 1000, 400), 1, 0.5, 2, 1 - unit, 1000];
    const got = await swept(scheme, x, 1000, (engine, secret) =>
      naturalLogarithm(engine, secret, { least: 0.0099 }),
    );
    expect(largestExcess(got, x, Math.log, () => 1e-6 + 2 * unit)).toBeLessThan(1);
  });

  it("the exponential is right from nothing to 20,000", async () => {
    const x = [...even(-20, 9.9, 600), 0, -1, 1, -32, 9.9];
    const got = await swept(scheme, x, 32, (engine, secret) => exponential(engine, secret, { atMost: 9.9 }));
    const allowed = (y: number): number => y * 2 ** -21 + 2 * unit;
    expect(largestExcess(got, x, Math.exp, allowed)).toBeLessThan(1);
  });

  it("quotients have the sign and the size they must", async () => {
    const [a, b] = [encoded([1, -1, 7.5, -100, 0, 99]), encoded([3, 3, 0.5, 7, 5, 100])];
    const results = await scheme.compute(async ({ engine, own }) => {
      const x = await own(0, a, { rows: a.length, bound: 100 });
      const y = await own(scheme.n - 1, b, { rows: b.length, bound: 100 });
      return [...(await engine.reveal(await divide(engine, x, y, { least: 0.5 })))];
    });
    for (const [i, value] of (results[0] ?? []).entries()) {
      const exact = (a[i] ?? 0) / (b[i] ?? 1);
      const allowed = Math.abs(exact) * 2 ** -21 + (2 * Math.abs(a[i] ?? 0) + 2) * unit;
      expect(Math.abs(value - exact)).toBeLessThan(allowed);
    }
  });
});

describe("functions", () => {
  it("refuse what they can't do, before anything is sent", async () => {
    for (const scheme of schemes) {
      await scheme.compute(async ({ engine, own, party }) => {
        const x = await own(0, [1, 2], { rows: 2, bound: 4 });
        const wide = await own(0, [1, 2], { rows: 2, bound: 2000 });
        const before = party.traffic.messagesSent;
        const attempts: [() => Promise<unknown>, string][] = [
          [() => reciprocal(engine, x, { least: 0 }), "INVALID_ARGUMENT"],
          [() => reciprocal(engine, x, { least: NaN }), "INVALID_ARGUMENT"],
          [() => reciprocal(engine, x, { least: 9 }), "INVALID_ARGUMENT"],
          [() => naturalLogarithm(engine, x, { least: -1 }), "INVALID_ARGUMENT"],
          [() => exponential(engine, wide), "INVALID_ARGUMENT"],
        ];
        for (const [attempt, code] of attempts) await expect(attempt()).rejects.toMatchObject({ code });
        expect(party.traffic.messagesSent).toBe(before);
      });
    }
  });
});
