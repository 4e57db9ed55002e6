import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { wordsFromBytes } from "../../dist/bytes/encoding.js";
import { drawBytes, randomBytes, randomWords } from "../../dist/random/csprng.js";
import { deriveKey, Prg, randomPermutation, randomSeed } from "../../dist/random/index.js";
import { openKeystream } from "../../dist/random/keystream-portable.js";
import { chiSquare } from "../support/chi-square.js";
import { expectError } from "../support/expect-error.js";
import { expectRedacted } from "../support/expect-redacted.js";

const notCounts = [-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53];

describe("Prg", () => {
  it("gives the key stream of its seed, as bytes, words or into the caller's memory", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), fc.nat(50), (seed, length) => {
        const expected = new Uint8Array(24 * length);
        openKeystream(seed).fill(expected);
        const prg = new Prg(seed);
        expect(prg.bytes(8 * length)).toEqual(expected.slice(0, 8 * length));
        expect(prg.words(length)).toEqual(wordsFromBytes(expected.slice(8 * length, 16 * length)));
        const target = new BigUint64Array(length + 2).fill(5n);
        prg.fillWords(target.subarray(1, length + 1));
        const rest = wordsFromBytes(expected.slice(16 * length));
        expect(target).toEqual(BigUint64Array.of(5n, ...rest, 5n));
      }),
    );
  });

  it("derives generators that differ by label, context and secret", () => {
    const secret = randomSeed();
    const context = Uint8Array.of(1);
    const streams = [
      Prg.derive(secret, "a"),
      Prg.derive(secret, "b"),
      Prg.derive(secret, "a", context),
      Prg.derive(randomSeed(), "a"),
    ].map((prg) => String(prg.bytes(16)));
    expect(new Set(streams).size).toBe(4);
    const again = new Prg(deriveKey({ secret, label: "a", context }));
    expect(String(again.bytes(16))).toBe(streams[2]);
  });

  it("stops before the block counter would wrap", () => {
    const prg = new Prg(randomSeed());
    const pretended = {
      length: 2 ** 38,
      subarray: (): Uint8Array => new Uint8Array(0),
    } as unknown as Uint8Array;
    prg.bytes(1);
    expectError(() => {
      prg.fill(pretended);
    }, "VALUE_OUT_OF_RANGE");
    expectError(() => prg.bytes(1), "VALUE_OUT_OF_RANGE");
  });

  it("refuses seeds of another length, and counts that are none", () => {
    for (const length of [0, 31, 33]) expectError(() => new Prg(new Uint8Array(length)), "INVALID_ARGUMENT");
    const prg = new Prg(randomSeed());
    for (const count of notCounts) {
      expectError(() => prg.bytes(count), "INVALID_ARGUMENT");
      expectError(() => prg.words(count), "INVALID_ARGUMENT");
    }
  });

  it("prints as redacted", () => {
    expectRedacted(new Prg(randomSeed()));
  });
});

describe("randomBytes and randomWords", () => {
  it("give what they are asked for, across the platform's limit of 65,536 bytes a call", () => {
    for (const length of [0, 1, 65_536, 65_537, 200_000]) {
      const bytes = randomBytes(length);
      expect(bytes.length).toBe(length);
      if (length > 1000) expect(chiSquare(histogram(bytes)).exceeds).toBe(false);
      // A zero tail of 16 bytes comes by chance once in 2^128.
      if (length > 16) expect(bytes.slice(-16).some((byte) => byte !== 0)).toBe(true);
    }
    expect(randomWords(9).length).toBe(9);
    const words = randomWords(20_000);
    expect(chiSquare(histogram(new Uint8Array(words.buffer))).exceeds).toBe(false);
  });

  it("refuse counts that are none, for which a typed array would be empty", () => {
    for (const count of notCounts) {
      expectError(() => randomBytes(count), "INVALID_ARGUMENT");
      expectError(() => randomWords(count), "INVALID_ARGUMENT");
    }
  });

  it("say so where the platform has no generator", () => {
    const descriptor = Object.getOwnPropertyDescriptor(globalThis, "crypto");
    Object.defineProperty(globalThis, "crypto", { value: undefined, configurable: true });
    try {
      expectError(() => randomBytes(1), "UNSUPPORTED");
    } finally {
      if (descriptor !== undefined) Object.defineProperty(globalThis, "crypto", descriptor);
    }
  });

  it("refuse a source that gives fewer bytes than it was asked for", () => {
    expectError(() => drawBytes(() => new Uint8Array(31), 32), "INVALID_ARGUMENT");
    expect(drawBytes(randomBytes, 32)).toHaveLength(32);
  });
});

/** Counts of all 256 bytes; long inputs only. */
function histogram(bytes: Uint8Array): Uint32Array {
  const counts = new Uint32Array(256);
  for (const byte of bytes) counts[byte] = (counts[byte] ?? 0) + 1;
  return counts;
}

describe("randomPermutation", () => {
  it("is a permutation of every length", () => {
    fc.assert(
      fc.property(fc.nat(300), (length) => {
        const order = [...randomPermutation(length)].sort((a, b) => a - b);
        expect(order).toEqual(Array.from({ length }, (_, i) => i));
      }),
    );
  });

  it("is the same for the same seed and differs for others", () => {
    const seed = randomSeed();
    const first = randomPermutation(50, new Prg(seed));
    expect(randomPermutation(50, new Prg(seed))).toEqual(first);
    expect(randomPermutation(50)).not.toEqual(first); // equal by chance once in 50! = 3 * 10^64
  });

  it("refuses lengths that are none", () => {
    for (const length of notCounts) expectError(() => randomPermutation(length), "INVALID_ARGUMENT");
  });

  // False alarm once in 10^9 (test/support/chi-square.ts); all 120 orders of five items are counted.
  it("gives every order equally often", () => {
    expect(ordersAreUniform((length, prg) => randomPermutation(length, prg))).toBe(true);
  });

  it.each<[string, Shuffle]>([
    ["swaps with any position", (length, prg) => shuffleBy(length, (_i, draw) => draw(length), prg)],
    [
      "never leaves an item in place (Sattolo)",
      (length, prg) => shuffleBy(length, (i, draw) => draw(i), prg),
    ],
    [
      "takes one byte modulo the bound",
      (length, prg) => shuffleBy(length, (i) => ((prg.bytes(1)[0] ?? 0) % 7) % (i + 1), prg),
    ],
    [
      "sorts by a random comparison",
      (length, prg) => {
        const items = Array.from({ length }, (_, i) => i);
        return Uint32Array.from(items.sort(() => ((prg.bytes(1)[0] ?? 0) & 1) - 0.5));
      },
    ],
  ])("the check fails for a shuffle that %s", (_name, shuffle) => {
    expect(ordersAreUniform(shuffle)).toBe(false);
  });
});

type Shuffle = (length: number, prg: Prg) => Uint32Array;

function ordersAreUniform(shuffle: Shuffle): boolean {
  const prg = new Prg(randomSeed());
  const counts = new Map<string, number>();
  for (let draw = 0; draw < 24_000; draw++) {
    const order = shuffle(5, prg).join("");
    counts.set(order, (counts.get(order) ?? 0) + 1);
  }
  const all = Array.from({ length: 120 }, () => 0);
  for (const [i, count] of [...counts.values()].entries()) all[i] = count;
  return !chiSquare(all).exceeds;
}

/** Fisher-Yates with the partner of position i drawn by `partner`. */
function shuffleBy(
  length: number,
  partner: (i: number, draw: (bound: number) => number) => number,
  prg: Prg,
): Uint32Array {
  const draw = (bound: number): number => Number((prg.words(1)[0] ?? 0n) % BigInt(Math.max(bound, 1)));
  const order = Uint32Array.from({ length }, (_, i) => i);
  for (let i = length - 1; i > 0; i--) {
    const j = partner(i, draw);
    [order[i], order[j]] = [order[j] ?? 0, order[i] ?? 0];
  }
  return order;
}
