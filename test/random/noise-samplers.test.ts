import fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as random from "../../dist/random/index.js";
import { expChance } from "../../dist/random/bernoulli-exp.js";
import { gaussian } from "../../dist/random/discrete-gaussian.js";
import { laplace } from "../../dist/random/discrete-laplace.js";
import { numberFromRational } from "../../dist/random/rational.js";
import { WordSource } from "../../dist/random/word-source.js";
import { chiSquareAgainst } from "../support/chi-square.js";
import { asNumber, expNegative, gaussianTable, laplaceTable } from "../support/exact-tables.js";
import { expectError } from "../support/expect-error.js";
import { importMutant, type Mutation } from "../support/mutant.js";

type Samplers = typeof random;
type Rational = random.Rational;
const { rational } = random;

/** A source that can be replayed. */
function replayed(seed: number): random.RandomSource {
  const prg = new random.Prg(new Uint8Array(32).fill(seed));
  return (byteLength) => prg.bytes(byteLength);
}

/**
 * Does the sample fit the table (of P(0), P(1) = P(-1), ...)? Cells are single integers, or runs of them where the
 * expected count would be below 60; both tails are one cell each. One false alarm in 10^9 calls.
 */
function fits(samples: BigInt64Array, half: readonly number[]): boolean {
  const largest = half.length - 1;
  const counts = new Float64Array(2 * largest + 1);
  for (const sample of samples) {
    const clamped = Math.max(-largest, Math.min(largest, Number(sample)));
    counts[clamped + largest] = (counts[clamped + largest] ?? 0) + 1;
  }
  const cells: { count: number; probability: number }[] = [];
  let open = { count: 0, probability: 0 };
  for (const [i, count] of counts.entries()) {
    open = { count: open.count + count, probability: open.probability + (half[Math.abs(i - largest)] ?? 0) };
    if (open.probability * samples.length < 60) continue;
    cells.push(open);
    open = { count: 0, probability: 0 };
  }
  const last = cells.at(-1);
  if (last === undefined || cells.length < 3) throw new Error("too few samples");
  last.count += open.count;
  last.probability += open.probability;
  return !chiSquareAgainst(
    cells.map(({ count }) => count),
    cells.map(({ probability }) => probability),
  ).exceeds;
}

const length = 200_000;
const gaussianCases: readonly (readonly [name: string, variance: Rational, largest: number])[] = [
  ["1/8, where 1 is rare", rational(1n, 8n), 4],
  ["1", rational(1n), 12],
  ["2, where the proposal's centre is an integer", rational(2n), 16],
  ["10/3", rational(10n, 3n), 20],
  ["400", rational(400n), 240],
];
const laplaceCases: readonly (readonly [name: string, scale: Rational, largest: number])[] = [
  ["1/5, where 1 is rare", rational(1n, 5n), 9],
  ["1", rational(1n), 40],
  ["7/3", rational(7n, 3n), 100],
  ["30", rational(30n), 1200],
];

const gaussianFits = ({ discreteGaussian }: Samplers, variance: Rational, largest: number): boolean =>
  fits(discreteGaussian({ variance, length }), gaussianTable(variance, largest));
const laplaceFits = ({ discreteLaplace }: Samplers, scale: Rational, largest: number): boolean =>
  fits(discreteLaplace({ scale, length }), laplaceTable(scale, largest));

describe("samples fit exact tables (one false alarm in 10^9 each)", () => {
  it.each(gaussianCases)("discrete Gaussian, variance %s", (_, variance, largest) => {
    expect(gaussianFits(random, variance, largest)).toBe(true);
  });

  it.each(laplaceCases)("discrete Laplace, scale %s", (_, scale, largest) => {
    expect(laplaceFits(random, scale, largest)).toBe(true);
  });

  it("discrete Gaussian, variance 2^60: seen in cells of 2^29, where the continuous one is as good", () => {
    const samples = random.discreteGaussian({ variance: rational(1n << 60n), length });
    const cells = samples.map((sample) => sample >> 29n); // cell j holds [j, j + 1) sigma / 2
    const counts = new Float64Array(12);
    for (const cell of cells) {
      const at = Math.max(0, Math.min(11, Number(cell) + 6));
      counts[at] = (counts[at] ?? 0) + 1;
    }
    // Normal distribution function at 0.5, 1, 1.5, 2, 2.5 (Abramowitz and Stegun, table 26.1).
    const below = [0.5, 0.6914624612740131, 0.8413447460685429, 0.9331927987311419, 0.9772498680518208];
    const halves = [...below.slice(1), 0.9937903346742238, 1].map(
      (p, i) => p - ([...below, 0.9937903346742238][i] ?? 0),
    );
    const { exceeds } = chiSquareAgainst(counts, [...halves.slice().reverse(), ...halves]);
    expect(exceeds).toBe(false);
  });

  it.each<[string, Rational]>([
    ["0", rational(0n)],
    ["1/1000", rational(1n, 1000n)],
    ["1/3", rational(1n, 3n)],
    ["1", rational(1n)],
    ["5/2", rational(5n, 2n)],
    ["6, a chance of 1 in 403", rational(6n)],
  ])("exp(-x) for x = %s", (_, exponent) => {
    const tosses = 60_000;
    const words = new WordSource();
    let heads = 0;
    for (let i = 0; i < tosses; i++) {
      if (expChance(words, exponent.numerator, exponent.denominator)) heads++;
    }
    const p = asNumber(expNegative(exponent));
    if (p === 1) expect(heads).toBe(tosses);
    else expect(chiSquareAgainst([heads, tosses - heads], [p, 1 - p]).exceeds).toBe(false);
  });
});

describe("the goodness-of-fit tests can fail: they find", () => {
  const mutants: readonly (readonly [string, Mutation, "gaussian" | "laplace"])[] = [
    [
      "a zero that comes twice as often",
      { file: "random/discrete-laplace.js", text: "if (size !== 0)\n", replacement: "if (true)\n" },
      "laplace",
    ],
    [
      "a geometric part without its end",
      {
        file: "random/bernoulli-exp.js",
        text: "if (words.below(k) !== 0)",
        replacement: "if (words.below(k) > 1 || k === 2 && words.below(2) !== 0)",
      },
      "laplace",
    ],
    [
      "every proposal taken",
      {
        file: "random/discrete-gaussian.js",
        text: "if (accepts(words, Math.abs(candidate), shape))",
        replacement: "if (true)",
      },
      "gaussian",
    ],
    [
      "a rejection that is a tenth too lenient",
      {
        file: "random/discrete-gaussian.js",
        text: "factor: 0.5 / approximate",
        replacement: "factor: 0.45 / approximate",
      },
      "gaussian",
    ],
    [
      "a sum in place of an alternating one",
      {
        file: "random/discrete-laplace.js",
        text: "quotient / k)",
        replacement: "quotient / (k + (k > 1)))",
      },
      "laplace",
    ],
  ];

  it.each(mutants)("%s", async (name, mutation, distribution) => {
    const mutant = await importMutant<Samplers>(name.replaceAll(" ", "-"), "random/index.js", mutation);
    const fitting =
      distribution === "gaussian"
        ? gaussianFits(mutant, rational(10n, 3n), 20)
        : laplaceFits(mutant, rational(7n, 3n), 100);
    expect(fitting).toBe(false);
  });
});

describe("the fast way", () => {
  const variances = [
    rational(1n, 1_000_000n),
    rational(1n, 8n),
    rational(1n),
    rational(2n),
    rational(9n),
    rational(314_159_265_358_979n, 100_000_000n),
    rational(10n ** 12n),
    rational((1n << 62n) - 1n),
    rational((1n << 61n) + 1n, 3n ** 30n),
  ];
  const scales = [
    rational(1n, 50n),
    rational(1n),
    rational(5n, 4n),
    rational(1n << 32n),
    rational(99_991n, 1n << 20n),
  ];

  const sameAsReference = ({ discreteGaussian, discreteLaplace }: Samplers, count: number): void => {
    for (const [seed, variance] of variances.entries()) {
      const fast = discreteGaussian({ variance, length: count, random: replayed(seed) });
      const words = new WordSource(replayed(seed));
      expect([...fast]).toEqual(Array.from({ length: count }, () => gaussian(words, variance)));
    }
    for (const [seed, scale] of scales.entries()) {
      const fast = discreteLaplace({ scale, length: count, random: replayed(seed) });
      const words = new WordSource(replayed(seed));
      const reference = (): bigint => laplace(words, scale.numerator, scale.denominator);
      expect([...fast]).toEqual(Array.from({ length: count }, reference));
    }
  };

  it("gives the samples of the big-integer reference, word for word", () => {
    sameAsReference(random, 3000);
  });

  it("gives them where every decision is at the edge and is settled exactly", async () => {
    const mutation = {
      file: "random/word-source.js",
      text: "const slack = 2 ** -8;",
      replacement: "const slack = 2 ** 33;",
    };
    sameAsReference(await importMutant<Samplers>("edge", "random/index.js", mutation), 300);
  });

  it("is left for parameters beyond its range, which are sampled in big integers", () => {
    const variance = rational(1n << 100n);
    const samples = random.discreteGaussian({ variance, length: 50, random: replayed(1) });
    const words = new WordSource(replayed(1));
    expect([...samples]).toEqual(Array.from({ length: 50 }, () => gaussian(words, variance)));
    expect(samples.some((sample) => sample > 1n << 48n)).toBe(true);
    const scale = rational(1n << 50n);
    const laplaces = random.discreteLaplace({ scale, length: 5, random: replayed(1) });
    const again = new WordSource(replayed(1));
    expect([...laplaces]).toEqual(Array.from({ length: 5 }, () => laplace(again, 1n << 50n, 1n)));
  });
});

describe("a decision by words", () => {
  /** A source of given words, then of zeros. */
  const scripted = (words: readonly number[]): WordSource => {
    let given = false;
    return new WordSource((byteLength) => {
      const bytes = new Uint8Array(byteLength);
      const view = new DataView(bytes.buffer);
      if (!given)
        words.forEach((word, i) => {
          view.setUint32(4 * i, word, true);
        });
      given = true;
      return bytes;
    });
  };

  it("is that of the uniform number which the words are the digits of", () => {
    const digits = fc.array(fc.nat(0xffffffff), { minLength: 4, maxLength: 4 });
    const fraction = fc
      .tuple(fc.bigInt(1n, 1n << 70n), fc.bigInt(0n, 1n << 70n))
      .map(([n, more]) => [n, n + more] as const);
    fc.assert(
      fc.property(fraction, digits, fc.nat(3), fc.constantFrom(-1n, 0n, 1n), ([n, d], free, from, off) => {
        // Digits that follow the probability's own for a while, so that the decision is late.
        const own = (n << 128n) / d + off;
        const words = free.map((word, i) =>
          i < from ? Number((own >> BigInt(96 - 32 * i)) & 0xffffffffn) : word,
        );
        const uniform = words.reduce((sum, word) => (sum << 32n) | BigInt(word), 0n);
        fc.pre(uniform !== (n << 128n) / d); // else later digits decide
        const expected = uniform * d < n << 128n;
        expect(scripted(words).chance(n, d)).toBe(expected);
        const source = scripted(words);
        const approximate = Math.min(1, numberFromRational({ numerator: n, denominator: d }));
        expect(source.decide(approximate) ?? source.settle(n, d)).toBe(expected);
      }),
    );
  });

  it("draws integers below a bound of any size", () => {
    fc.assert(
      fc.property(fc.bigInt(1n, 1n << 130n), (bound) => {
        const drawn = new WordSource().belowBig(bound);
        expect(drawn >= 0n && drawn < bound).toBe(true);
      }),
    );
    const counts = new Float64Array(5);
    const words = new WordSource();
    for (let i = 0; i < 5000; i++) {
      const at = Number(words.belowBig(5n << 40n) >> 40n);
      counts[at] = (counts[at] ?? 0) + 1;
    }
    expect(chiSquareAgainst(counts, [0.2, 0.2, 0.2, 0.2, 0.2]).exceeds).toBe(false);
  });
});

describe("samplers refuse", () => {
  it.each([
    [rational(0n)],
    [rational(-1n)],
    [{ numerator: 1n, denominator: 0n }],
    [rational((1n << 100n) + 1n)],
  ])("the parameter %o", (parameter) => {
    expectError(() => random.discreteGaussian({ variance: parameter, length: 1 }), "INVALID_ARGUMENT");
    expectError(() => random.discreteLaplace({ scale: parameter, length: 1 }), "INVALID_ARGUMENT");
  });

  it("a negative exponent, and lengths that are none", () => {
    expectError(() => random.bernoulliExp({ numerator: -1n, denominator: 1n }), "INVALID_ARGUMENT");
    expectError(() => random.discreteGaussian({ variance: rational(1n), length: -1 }), "INVALID_ARGUMENT");
    expect(random.discreteLaplace({ scale: rational(1n), length: 0 }).length).toBe(0);
  });

  it.each([0x00, 0xff, 0x55])(
    "a source that gives the byte %i for ever, rather than going round for ever",
    (byte) => {
      const source = (byteLength: number): Uint8Array => new Uint8Array(byteLength).fill(byte);
      const huge = { variance: rational(3n ** 60n), length: 4000, random: source };
      expectError(
        () => random.discreteLaplace({ scale: rational(1n, 3n), length: 4000, random: source }),
        "INVALID_ARGUMENT",
      );
      expectError(() => random.discreteGaussian(huge), "INVALID_ARGUMENT");
    },
  );

  it("a source that gives fewer bytes than it was asked for", () => {
    expectError(() => random.bernoulliExp(rational(1n), () => new Uint8Array(8)), "INVALID_ARGUMENT");
  });
});

describe("rationals", () => {
  it("are in lowest terms with a positive denominator", () => {
    expect(rational(6n, -4n)).toEqual({ numerator: -3n, denominator: 2n });
    expect(rational(0n, 5n)).toEqual({ numerator: 0n, denominator: 1n });
    expectError(() => rational(1n, 0n), "INVALID_ARGUMENT");
  });

  it("are what a double is, and give it back", () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true, min: 1e-200, max: 1e200 }), (value) => {
        expect(numberFromRational(random.rationalFromNumber(value)) / value).toBeCloseTo(1, 14);
      }),
    );
    expect(random.rationalFromNumber(0.1)).toEqual({ numerator: 3602879701896397n, denominator: 1n << 55n });
    expectError(() => random.rationalFromNumber(Number.NaN), "INVALID_ARGUMENT");
  });
});
