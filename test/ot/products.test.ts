import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { receiveBitProducts, sendBitProducts } from "../../dist/ot/bit-products.js";
import type { TakenRows } from "../../dist/ot/index.js";
import {
  batchRows,
  choiceFlips,
  messageBytes,
  receiveProducts,
  sendProducts,
} from "../../dist/ot/products.js";
import { randomBytes, randomWords } from "../../dist/random/index.js";
import { chiSquare } from "../support/chi-square.js";
import { bitOf, withEnds } from "./directions.js";

const rowsMade = 6400;
let rows: Uint8Array, delta: Uint8Array, name: Uint8Array, taken: TakenRows;
let batchNumber = 0;

beforeAll(async () => {
  const [sent, received] = await withEnds(
    { checked: false },
    async (sender) => ({ rows: await sender.take(rowsMade), delta: sender.delta, name: sender.name }),
    (receiver) => receiver.take(rowsMade),
  );
  ({ rows, delta, name } = sent);
  taken = received;
});

interface Case {
  readonly elements: number;
  readonly bits: number;
  readonly words: number;
}

/** Both ends of one batch; rows are used again from test to test, which only a test may do. */
function product({ elements, bits, words }: Case, choices: Uint8Array, factors: BigUint64Array) {
  const batch = { elements, bits, words };
  const count = batchRows(batch);
  const own = { rows: taken.rows.subarray(0, 16 * count), choices: taken.choices.subarray(0, count / 8) };
  const flips = choiceFlips(own, choices);
  const at = (element: number): number => element * words;
  const hashedAs = { name, number: batchNumber++ };
  const places = { factorAt: at, resultAt: at };
  const [sent, received] = [new BigUint64Array(elements * words), new BigUint64Array(elements * words)];
  const common = { batch, hashedAs, ...places };
  const message = sendProducts({
    ...common,
    rows: rows.subarray(0, 16 * count),
    delta,
    flips,
    factors,
    result: sent,
  });
  receiveProducts({ ...common, rows: own.rows, choices, message, result: received });
  return { sent, received, message, flips };
}

function elementAt(choices: Uint8Array, element: number, bits: number): bigint {
  let value = 0n;
  for (let i = 0; i < bits; i++) value |= BigInt(bitOf(choices, element * bits + i)) << BigInt(i);
  return value;
}

const sizes = fc.record({
  elements: fc.integer({ min: 1, max: 40 }),
  bits: fc.constantFrom(1, 2, 7, 16, 20, 24, 31, 32, 64),
  words: fc.constantFrom(1, 2, 3, 5, 8),
});

describe("products by oblivious transfer", () => {
  it("are shares of x y modulo 2^64, for every size", () => {
    fc.assert(
      fc.property(sizes, (size) => {
        const { elements, bits, words } = size;
        const choices = randomBytes(batchRows(size) / 8);
        const factors = randomWords(elements * words);
        const { sent, received, message } = product(size, choices, factors);
        expect(message.length).toBe(messageBytes(size));
        for (let e = 0; e < elements; e++) {
          const x = elementAt(choices, e, bits);
          for (let t = e * words; t < (e + 1) * words; t++) {
            const sum = BigInt.asUintN(64, (sent[t] ?? 0n) + (received[t] ?? 0n));
            expect(sum).toBe(BigInt.asUintN(64, x * (factors[t] ?? 0n)));
          }
        }
      }),
      { numRuns: 60 },
    );
  });

  it("are right where a vector, or a batch, is longer than one call of the kernel", () => {
    for (const size of [
      { elements: 2, bits: 64, words: 1300 },
      { elements: 3, bits: 20, words: 2000 },
      { elements: 6400, bits: 1, words: 9 },
    ]) {
      const choices = randomBytes(batchRows(size) / 8);
      const factors = randomWords(size.elements * size.words);
      const { sent, received } = product(size, choices, factors);
      const wrong = factors.filter((factor, t) => {
        const x = elementAt(choices, Math.floor(t / size.words), size.bits);
        return BigInt.asUintN(64, (sent[t] ?? 0n) + (received[t] ?? 0n)) !== BigInt.asUintN(64, x * factor);
      });
      expect(wrong.length).toBe(0);
    }
  });

  it("send uniform bytes, have uniform shares, and flips that are uniform, whatever the inputs (false alarms below 10^-7)", () => {
    const size = { elements: 90, bits: 64, words: 4 };
    for (const input of [0, 255]) {
      const choices = new Uint8Array(batchRows(size) / 8).fill(input);
      const factors = new BigUint64Array(size.elements * size.words).fill(BigInt(input) && 2n ** 64n - 1n);
      const flips: Uint8Array[] = [];
      const { sent, received, message, flips: used } = product(size, choices, factors);
      flips.push(used);
      for (const bytes of [message, new Uint8Array(sent.buffer), new Uint8Array(received.buffer), ...flips]) {
        const counts = new Uint32Array(8);
        for (const byte of bytes) counts[byte >> 5] = (counts[byte >> 5] ?? 0) + 1;
        expect(chiSquare(counts).exceeds).toBe(false);
      }
    }
  });

  it("of bits are shares modulo 2, and send uniform bits", () => {
    const words = 100;
    const own = { rows: taken.rows.subarray(0, 1024 * words), choices: taken.choices.subarray(0, 8 * words) };
    for (const factors of [
      randomWords(words),
      new BigUint64Array(words),
      new BigUint64Array(words).fill(2n ** 64n - 1n),
    ]) {
      const choices = randomWords(words);
      const flips = choiceFlips(own, new Uint8Array(choices.buffer));
      const hashedAs = { name, number: batchNumber++ };
      const [sent, received] = [new BigUint64Array(words), new BigUint64Array(words)];
      const message = sendBitProducts({
        rows: rows.subarray(0, 1024 * words),
        delta,
        flips,
        factors,
        hashedAs,
        result: sent,
      });
      receiveBitProducts({ rows: own.rows, choices, message, hashedAs, result: received });
      expect(sent.map((word, i) => word ^ (received[i] ?? 0n))).toEqual(
        choices.map((word, i) => word & (factors[i] ?? 0n)),
      );
      let ones = 0;
      for (let i = 0; i < 8 * message.length; i++) ones += bitOf(message, i);
      expect(Math.abs(ones - 4 * message.length)).toBeLessThan(3 * Math.sqrt(8 * message.length)); // 10^-9
    }
  });
});
