import { describe, expect, it } from "vitest";
import {
  divide,
  exponential,
  inverseSquareRoot,
  mean,
  percentile,
  reciprocal,
  variance,
  type Engine,
  type SecretMatrix,
} from "../../../dist/mpc/index.js";
import { Prg } from "../../../dist/random/index.js";
import { stormRuns, stormSeed } from "../../support/storms.js";
import { replicated, twoParty, withDealer, type SchemeCase } from "../computation.js";

/**
 * Operations over the whole range of what can be declared, against doubles: each either keeps the error that its docstring
 * states, the larger of a part of the result and some units of the last place, or refuses in its own name, and then only
 * where the result has no room. What is drawn: fractional bits, bounds, least values, rows; values of every size.
 */
const seed = stormSeed();
const runs = stormRuns(10);

const ways = [
  { scheme: replicated, runs, length: 24 },
  { scheme: withDealer(3), runs: Math.ceil(runs / 2), length: 24 },
  { scheme: withDealer(2), runs: Math.ceil(runs / 2), length: 24 },
  { scheme: twoParty, runs: Math.ceil(runs / 10), length: 4 },
];

class Draws {
  readonly #prg: Prg;
  constructor(number: number) {
    const key = new Uint8Array(32);
    new DataView(key.buffer).setUint32(0, seed, true);
    new DataView(key.buffer).setUint32(4, number, true);
    this.#prg = new Prg(key);
  }
  /** From 0 up to 1. */
  real(): number {
    return Number((this.#prg.words(1)[0] ?? 0n) >> 11n) * 2 ** -53;
  }
  /** From `from` up to and including `to`. */
  integer(from: number, to: number): number {
    return from + Math.floor(this.real() * (to - from + 1));
  }
  /** From `from` to `to`, all sizes alike; on the grid of units, at least one. */
  sized(from: number, to: number, bits: number): number {
    const value = from * (to / from) ** this.real();
    return Math.min(to, Math.max(Math.ceil(from * 2 ** bits), Math.round(value * 2 ** bits)) * 2 ** -bits);
  }
}

interface Outcome {
  /** The opened values; `undefined` when the operation refused. */
  readonly values: readonly number[] | undefined;
  readonly fractionalBits: number;
  readonly refusal: { readonly code: string; readonly message: string } | undefined;
}

async function attempt(
  scheme: SchemeCase,
  inputs: readonly { readonly values: readonly number[]; readonly bound: number; readonly bits: number }[],
  operation: (engine: Engine, ...inputs: SecretMatrix[]) => Promise<SecretMatrix>,
): Promise<Outcome> {
  const [outcome] = await scheme.compute(async ({ engine, own }): Promise<Outcome> => {
    const secrets = await Promise.all(
      inputs.map(({ values, bound, bits }, i) =>
        own(i % scheme.n, values, { rows: values.length, bound, fractionalBits: bits }),
      ),
    );
    try {
      const result = await operation(engine, ...secrets);
      return {
        values: [...(await engine.reveal(result))],
        fractionalBits: result.fractionalBits,
        refusal: undefined,
      };
    } catch (error) {
      const { code, message } = error as { code: string; message: string }; // whatever it is, it is compared below
      return { values: undefined, fractionalBits: 0, refusal: { code, message } };
    }
  });
  if (outcome === undefined) throw new Error("no party");
  return outcome;
}

/** The largest error as a part of what is allowed. */
function excess(
  { values, fractionalBits }: Outcome,
  expected: readonly number[],
  allowed: { readonly part: number; readonly units: number },
): number {
  expect(values).toHaveLength(expected.length);
  let most = 0;
  for (const [i, want] of expected.entries()) {
    const most1 = Math.max(allowed.part * Math.abs(want), allowed.units * 2 ** -fractionalBits);
    most = Math.max(most, Math.abs((values?.[i] ?? NaN) - want) / most1);
  }
  return most;
}

/** Within what is documented; or refused by name, where there is no room. */
function check(
  name: string,
  outcome: Outcome,
  expected: readonly number[],
  documented: { readonly part: number; readonly units: number; readonly largestUnits: number },
  drawn: unknown,
): void {
  const text = `${name} ${JSON.stringify(drawn)} seed ${seed}`;
  if (outcome.refusal !== undefined) {
    expect(outcome.refusal.code, text).toBe("BOUND_EXCEEDED");
    expect(outcome.refusal.message.startsWith(`${name}: `), `${text}: ${outcome.refusal.message}`).toBe(true);
    expect(documented.largestUnits, text).toBeGreaterThan(2 ** 55);
    return;
  }
  expect(excess(outcome, expected, documented), text).toBeLessThanOrEqual(1);
}

const part = 2 ** -22;
const bitsOf = [4, 8, 12, 16, 20, 20, 24, 28] as const;

function quotientCase(draw: Draws, length: number) {
  const bits = bitsOf[draw.integer(0, 7)] ?? 20;
  const most = 2 ** draw.integer(0, 60 - bits);
  const least = Math.max(2 ** -bits, most * 2 ** -draw.integer(0, 40));
  const numeratorBound = 2 ** draw.integer(-bits + 1, 60 - bits);
  const divisors = Array.from({ length }, () => draw.sized(least, most, bits));
  const numerators = divisors.map(
    () => draw.sized(2 ** -bits, numeratorBound, bits) * (draw.real() < 0.3 ? -1 : 1),
  );
  return { bits, most, least, numeratorBound, divisors, numerators };
}

describe.each(ways)("with $scheme.name,", ({ scheme, runs: count, length }) => {
  const draws = Array.from({ length: count }, (_, i) => new Draws(1000 * scheme.n + i));

  it("quotients keep their error or are refused by name", { timeout: 120_000 }, async () => {
    for (const draw of draws) {
      const { bits, most, least, numeratorBound, divisors, numerators } = quotientCase(draw, length);
      const expected = numerators.map((a, i) => a / (divisors[i] ?? NaN));
      const atMost = Math.max(...expected.map(Math.abs)) * 1.01;
      const drawn = { bits, most, least, numeratorBound, atMost };
      const outcome = await attempt(
        scheme,
        [
          { values: numerators, bound: numeratorBound, bits },
          { values: divisors, bound: most, bits },
        ],
        (engine, a, b) => divide(engine, a, b, { least, atMost }),
      );
      check("divide", outcome, expected, { part, units: 2, largestUnits: atMost * 2 ** bits }, drawn);
    }
  });

  it("reciprocals and inverse square roots keep theirs", { timeout: 120_000 }, async () => {
    for (const draw of draws) {
      const { bits, most, least, divisors } = quotientCase(draw, length);
      const inputs = [{ values: divisors, bound: most, bits }];
      const drawn = { bits, most, least };
      check(
        "reciprocal",
        await attempt(scheme, inputs, (engine, x = never()) => reciprocal(engine, x, { least })),
        divisors.map((x) => 1 / x),
        { part, units: 2, largestUnits: 2 ** bits / least },
        drawn,
      );
      check(
        "inverseSquareRoot",
        await attempt(scheme, inputs, (engine, x = never()) => inverseSquareRoot(engine, x, { least })),
        divisors.map((x) => 1 / Math.sqrt(x)),
        { part, units: 2, largestUnits: 2 ** bits / Math.sqrt(least) },
        drawn,
      );
    }
  });

  it("exponentials keep theirs", { timeout: 120_000 }, async () => {
    for (const draw of draws) {
      const bits = bitsOf[draw.integer(0, 7)] ?? 20;
      const bound = draw.sized(2 ** -bits, 1000, bits);
      const atMost = draw.real() < 0.5 ? Math.min(bound, draw.integer(0, 28)) : bound;
      const values = Array.from({ length }, () => draw.sized(2 ** -bits, bound, bits)).map((x, i) =>
        i % 2 === 0 ? -x : Math.floor(Math.min(x, atMost) * 2 ** bits) * 2 ** -bits,
      );
      check(
        "exponential",
        await attempt(scheme, [{ values, bound, bits }], (engine, x = never()) =>
          exponential(engine, x, { atMost }),
        ),
        values.map(Math.exp),
        { part, units: 2, largestUnits: Math.exp(atMost) * 2 ** bits },
        { bits, bound, atMost },
      );
    }
  });

  it(
    "means, percentiles and variances keep theirs, with weights and without",
    { timeout: 200_000 },
    async () => {
      for (const draw of draws) {
        const bits = bitsOf[draw.integer(0, 7)] ?? 20;
        const bound = 2 ** draw.integer(-bits + 2, 57 - bits);
        const rows = draw.integer(2, length);
        const size = draw.sized(2 ** -bits, bound, bits); // values may be far below the bound
        const values = Array.from({ length: rows }, () => draw.sized(2 ** -bits, size, bits)).map((x) =>
          draw.real() < 0.4 ? -x : x,
        );
        const weights = values.map((_, i) => (i < 2 || draw.real() < 0.6 ? 1 : 0));
        const where = draw.real();
        const drawn = { bits, bound, rows, size, where };
        const inputs = [
          { values, bound, bits },
          { values: weights, bound: 1, bits: 0 },
        ];
        for (const weighing of [false, true]) {
          const counted = weighing ? values.filter((_, i) => weights[i] === 1) : values;
          const options = (w: SecretMatrix | undefined): { weights?: SecretMatrix } =>
            weighing && w !== undefined ? { weights: w } : {};
          const largestUnits = bound * rows * 2 ** bits;
          check(
            "mean",
            await attempt(scheme, inputs, (engine, x = never(), w) => mean(engine, x, options(w))),
            [meanOf(counted, bits)],
            { part, units: 2, largestUnits },
            { ...drawn, weighing },
          );
          check(
            "percentile",
            await attempt(scheme, inputs, (engine, x = never(), w) =>
              percentile(engine, x, where, options(w)),
            ),
            [percentileOf(counted, where)],
            { part, units: 2, largestUnits },
            { ...drawn, weighing },
          );
          const outcome = await attempt(scheme, inputs, (engine, x = never(), w) =>
            variance(engine, x, options(w)),
          );
          check(
            "variance",
            outcome,
            [varianceOf(counted, bits)],
            { part, units: 3, largestUnits: bound * bound },
            { ...drawn, weighing },
          );
        }
      }
    },
  );
});

function never(): never {
  throw new Error("an input is missing");
}

/** Exact in integers: values are on a grid. */
function meanOf(values: readonly number[], bits: number): number {
  const total = values.reduce((sum, value) => sum + BigInt(Math.round(value * 2 ** bits)), 0n);
  return ratio(total, BigInt(values.length)) * 2 ** -bits;
}

function varianceOf(values: readonly number[], bits: number): number {
  const units = values.map((value) => BigInt(Math.round(value * 2 ** bits)));
  const n = BigInt(values.length);
  const sum = units.reduce((a, b) => a + b, 0n);
  const squares = units.reduce((a, b) => a + b * b, 0n);
  return ratio(n * squares - sum * sum, n * (n - 1n)) * 4 ** -bits;
}

/** a / b as a double: 60 bits of the quotient are computed in integers. */
function ratio(a: bigint, b: bigint): number {
  return Number((a << 60n) / b) * 2 ** -60;
}

function percentileOf(values: readonly number[], where: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const position = (sorted.length - 1) * where;
  const below = Math.floor(position);
  const [low = NaN, high = low] = sorted.slice(below, below + 2);
  return low + (high - low) * (position - below);
}
