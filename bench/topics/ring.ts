import * as ring from "veilshare/ring";
import { compare } from "../micro.js";
import type { Topic } from "../measurement.js";

const length = 1_000_000;
const side = 100;

/** Vectors and matrices over Z_2^64, beside the same on plain arrays of BigInt. */
export const ringTopic: Topic = {
  name: "ring",
  title: "Z_2^64 in BigUint64Array",
  async run(context) {
    const input = context.input("ring");
    const [a, b] = [input.words(length), input.words(length)];
    const [plainA, plainB] = [Array.from(a), Array.from(b)];
    const shape = { rows: side, inner: side, columns: side };
    const [left, right] = [a.slice(0, side * side), b.slice(0, side * side)];
    const reals = Float64Array.from({ length }, (_, i) => Math.sin(i) * 1000);
    const encoded = ring.encodeFixed(reals);
    const factor = 0x9e3779b97f4a7c15n;
    return compare(context, [
      {
        unit: "elements",
        ours: { name: "ring.add", items: length, run: () => ring.add(a, b) },
        rivals: [
          { name: "BigInt[] add", items: length, run: () => mapPairs(plainA, plainB, (x, y) => x + y) },
        ],
      },
      {
        unit: "elements",
        ours: { name: "ring.multiply", items: length, run: () => ring.multiply(a, b) },
        rivals: [
          { name: "BigInt[] multiply", items: length, run: () => mapPairs(plainA, plainB, (x, y) => x * y) },
        ],
      },
      { unit: "elements", ours: { name: "ring.subtract", items: length, run: () => ring.subtract(a, b) } },
      { unit: "elements", ours: { name: "ring.negate", items: length, run: () => ring.negate(a) } },
      { unit: "elements", ours: { name: "ring.scale", items: length, run: () => ring.scale(a, factor) } },
      { unit: "elements", ours: { name: "ring.sum", items: length, run: () => ring.sum(a) } },
      {
        unit: "elements",
        ours: { name: "ring.dot", items: length, run: () => ring.dot(a, b) },
        rivals: [{ name: "BigInt[] dot", items: length, run: () => plainDot(plainA, plainB) }],
      },
      {
        unit: "multiply-adds",
        ours: {
          name: `ring.matrixProduct ${side}x${side}x${side}`,
          items: side ** 3,
          run: () => ring.matrixProduct(left, right, shape),
        },
        rivals: [
          {
            name: `BigInt[] product ${side}x${side}x${side}`,
            items: side ** 3,
            run: () => plainProduct(plainA, plainB),
          },
        ],
      },
      {
        unit: "multiply-adds",
        ours: {
          name: `ring.matrixProduct 1000x1000x1`,
          items: length,
          run: () => ring.matrixProduct(a, b.subarray(0, 1000), { rows: 1000, inner: 1000, columns: 1 }),
        },
      },
      {
        unit: "numbers",
        ours: { name: "ring.encodeFixed", items: length, run: () => ring.encodeFixed(reals) },
      },
      {
        unit: "numbers",
        ours: { name: "ring.decodeFixed", items: length, run: () => ring.decodeFixed(encoded) },
      },
    ]);
  },
};

function mapPairs(a: readonly bigint[], b: readonly bigint[], f: (x: bigint, y: bigint) => bigint): bigint[] {
  return a.map((x, i) => BigInt.asUintN(64, f(x, b[i] ?? 0n)));
}

function plainDot(a: readonly bigint[], b: readonly bigint[]): bigint {
  let total = 0n;
  for (let i = 0; i < a.length; i++) total = BigInt.asUintN(64, total + (a[i] ?? 0n) * (b[i] ?? 0n));
  return total;
}

function plainProduct(a: readonly bigint[], b: readonly bigint[]): bigint[] {
  const result: bigint[] = [];
  for (let i = 0; i < side; i++) {
    for (let j = 0; j < side; j++) {
      let total = 0n;
      for (let k = 0; k < side; k++) total += (a[i * side + k] ?? 0n) * (b[k * side + j] ?? 0n);
      result.push(BigInt.asUintN(64, total));
    }
  }
  return result;
}
