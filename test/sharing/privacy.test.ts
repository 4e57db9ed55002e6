import { describe, expect, it } from "vitest";
import { integerFromBytes, PrimeField } from "../../dist/field/prime-field.js";
import { randomBytes, randomWords } from "../../dist/random/csprng.js";
import { additive, shamir } from "../../dist/sharing/index.js";
import { chiSquare } from "../support/chi-square.js";

// Chi-square tests of this file raise a false alarm once in 10^9 each (test/support/chi-square.ts). Each privacy check is
// a function of the sampler, and is shown to fail for samplers that leak.

/** Draws one sharing of a secret and returns the values that t - 1 holders see, below `cells` each. */
type SharesSampler = (secret: number) => readonly number[];

/** True if what the holders see is jointly uniform for every one of the secrets. */
function sharesAreUniform(
  sample: SharesSampler,
  cells: number,
  seen: number,
  secrets: readonly number[],
): boolean {
  for (const secret of secrets) {
    const counts = new Uint32Array(cells ** seen);
    for (let draw = 0; draw < 50 * counts.length; draw++) {
      let cell = 0;
      for (const value of sample(secret)) cell = cell * cells + value;
      counts[cell] = (counts[cell] ?? 0) + 1;
    }
    if (chiSquare(counts).exceeds) return false;
  }
  return true;
}

describe("Shamir, 3 of 5 over the field of 11", () => {
  const field = new PrimeField(11n);
  const pairs = [
    [0, 1],
    [1, 4],
    [2, 3],
  ] as const;

  const honest =
    ([left, right]: readonly [number, number]): SharesSampler =>
    (secret) => {
      const shares = shamir.split({ secret: [BigInt(secret)], threshold: 3, shares: 5, field });
      return [left, right].map((holder) => Number(shares[holder]?.values()[0]));
    };

  it.each(pairs)("holders %d and %d see uniform pairs whatever the secret", (...pair) => {
    expect(sharesAreUniform(honest(pair), 11, 2, [0, 7])).toBe(true);
  });

  it("two holders see each pair for exactly one choice of coefficients, for every secret", () => {
    for (let secret = 0; secret < 11; secret++) {
      for (const [left, right] of pairs) {
        const seen = new Set<string>();
        for (let choice = 0; choice < 121; choice++) {
          const coefficients = [Math.floor(choice / 11), choice % 11];
          const random = (byteLength: number): Uint8Array => {
            const bytes = new Uint8Array(byteLength);
            if (byteLength !== 16) bytes[0] = coefficients.shift() ?? 0;
            return bytes;
          };
          const shares = shamir.split({ secret: [BigInt(secret)], threshold: 3, shares: 5, field, random });
          seen.add([left, right].map((holder) => shares[holder]?.values()[0]).join());
        }
        expect(seen.size).toBe(121);
      }
    }
  });

  it("draws the coefficients of each element afresh", () => {
    const counts = new Uint32Array(11);
    for (let draw = 0; draw < 1100; draw++) {
      const share = shamir.split({ secret: [0n, 0n], threshold: 2, shares: 2, field })[0];
      const [first = 0n, second = 0n] = share?.values() ?? [];
      counts[Number(field.subtract(first, second))] =
        (counts[Number(field.subtract(first, second))] ?? 0) + 1;
    }
    expect(chiSquare(counts).exceeds).toBe(false);
  });

  describe("the check fails for dealers that leak", () => {
    const uniform = (): number => Number(integerFromBytes(randomBytes(8)) % 11n);
    const evaluate = (secret: number, a: number, b: number): number[] =>
      [1, 2].map((x) => (secret + a * x + b * x * x) % 11);

    it.each<[string, SharesSampler]>([
      ["reuses one coefficient", (secret) => evaluate(secret, uniform(), 4)],
      [
        "uses one random number for both coefficients",
        (secret) => {
          const a = uniform();
          return evaluate(secret, a, a);
        },
      ],
      [
        "never draws zero for the highest coefficient",
        (secret) => evaluate(secret, uniform(), 1 + (uniform() % 10)),
      ],
      [
        "reduces a byte of random bits without widening",
        (secret) => {
          const narrow = (): number => ((randomBytes(1)[0] ?? 0) % 16) % 11;
          return evaluate(secret, narrow(), narrow());
        },
      ],
      ["adds no randomness to a holder", (secret) => [secret, uniform()]],
    ])("one that %s", (_name, sample) => {
      expect(sharesAreUniform(sample, 11, 2, [0, 7])).toBe(false);
    });
  });
});

describe("additive, 3 parties", () => {
  /** The top and the bottom three bits of the words that two of the parties hold. */
  const view = (left: bigint, right: bigint): number[] => [
    Number(left >> 61n),
    Number(left & 7n),
    Number(right >> 61n),
    Number(right & 7n),
  ];

  const honest =
    (holders: readonly [number, number]): SharesSampler =>
    (secret) => {
      const shares = additive.split(BigUint64Array.of(BigInt(secret)), 3);
      const [left = 0n, right = 0n] = holders.map((holder) => shares[holder]?.words()[0]);
      return view(left, right);
    };

  // One long split a secret gives many draws: every word is shared with words of its own.
  const batched = (holders: readonly [number, number]): SharesSampler => {
    const words = 1 << 16;
    let at = words;
    let held: (BigUint64Array | undefined)[] = [];
    let current = -1;
    return (secret) => {
      if (at === words || secret !== current) {
        const shares = additive.split(new BigUint64Array(words).fill(BigInt(secret)), 3);
        held = holders.map((holder) => shares[holder]?.words());
        at = 0;
        current = secret;
      }
      const [left = 0n, right = 0n] = held.map((own) => own?.[at]);
      at += 1;
      return view(left, right);
    };
  };

  it.each([
    [0, 1],
    [0, 2],
    [1, 2],
  ] as const)("parties %d and %d see uniform words whatever the secret", (...holders) => {
    expect(sharesAreUniform(batched(holders), 8, 4, [0, 1_000_000])).toBe(true);
  });

  it("each split draws seeds of its own", () => {
    const first = honest([0, 2]);
    const counts = new Uint32Array(8);
    for (let draw = 0; draw < 2000; draw++) {
      const top = first(5)[0] ?? 0;
      counts[top] = (counts[top] ?? 0) + 1;
    }
    expect(chiSquare(counts).exceeds).toBe(false);
  });

  describe("the check fails for dealers that leak", () => {
    const word = (): bigint => randomWords(1)[0] ?? 0n;
    it.each<[string, SharesSampler]>([
      [
        "gives two parties one mask",
        (secret) => {
          const mask = word();
          return view(mask, BigInt.asUintN(64, BigInt(secret) - mask));
        },
      ],
      [
        "masks with 32 bits only",
        (secret) => view(word() & 0xffffffffn, BigInt.asUintN(64, BigInt(secret) - word())),
      ],
      [
        "leaves the lowest bits in the clear",
        (secret) => view(word(), ((word() >> 3n) << 3n) | (BigInt(secret) & 7n)),
      ],
    ])("one that %s", (_name, sample) => {
      expect(sharesAreUniform(sample, 8, 4, [0])).toBe(false);
    });
  });
});
