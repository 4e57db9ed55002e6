import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bytesFromWords, bytesToHex } from "../../dist/bytes/encoding.js";
import * as ring from "../../dist/ring/index.js";
import { expectError } from "../support/expect-error.js";

const edges = [
  0n,
  1n,
  2n,
  2n ** 32n - 1n,
  2n ** 32n,
  2n ** 63n - 1n,
  2n ** 63n,
  2n ** 64n - 2n,
  2n ** 64n - 1n,
];
const element = fc.oneof(fc.constantFrom(...edges), fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }));

/** Two vectors of one length. */
const pair = fc
  .array(fc.tuple(element, element), { maxLength: 40 })
  .map((rows) => [BigUint64Array.from(rows, ([a]) => a), BigUint64Array.from(rows, ([, b]) => b)] as const);

// The oracle: arbitrary integers, reduced by the remainder and not by BigInt.asUintN.
const modulo = (value: bigint): bigint => ((value % 2n ** 64n) + 2n ** 64n) % 2n ** 64n;
const zip = (a: BigUint64Array, b: BigUint64Array, f: (x: bigint, y: bigint) => bigint): BigUint64Array =>
  a.map((x, i) => modulo(f(x, b[i] ?? 0n)));

describe("vectors over Z_2^64", () => {
  it("add, subtract and multiply as integers modulo 2^64 do", () => {
    fc.assert(
      fc.property(pair, ([a, b]) => {
        expect(ring.add(a, b)).toEqual(zip(a, b, (x, y) => x + y));
        expect(ring.subtract(a, b)).toEqual(zip(a, b, (x, y) => x - y));
        expect(ring.multiply(a, b)).toEqual(zip(a, b, (x, y) => x * y));
      }),
    );
  });

  it("negate and scale by any integer, of any sign and size", () => {
    const factor = fc.oneof(element, fc.bigInt({ min: -(2n ** 130n), max: 2n ** 130n }));
    fc.assert(
      fc.property(pair, factor, ([a], k) => {
        expect(ring.negate(a)).toEqual(a.map((x) => modulo(-x)));
        expect(ring.scale(a, k)).toEqual(a.map((x) => modulo(k * x)));
      }),
    );
  });

  it("sum and dot as integers modulo 2^64 do, nothing giving zero", () => {
    fc.assert(
      fc.property(pair, ([a, b]) => {
        expect(ring.sum(a)).toBe(modulo([...a].reduce((total, x) => total + x, 0n)));
        expect(ring.dot(a, b)).toBe(modulo([...a].reduce((total, x, i) => total + x * (b[i] ?? 0n), 0n)));
      }),
    );
    expect([ring.sum(new BigUint64Array(0)), ring.dot(new BigUint64Array(0), new BigUint64Array(0))]).toEqual(
      [0n, 0n],
    );
  });

  it("give the same after V8 has compiled the loops, on long vectors", () => {
    const length = 20_000;
    const a = BigUint64Array.from({ length }, (_, i) => BigInt(i) * 0x9e3779b97f4a7c15n);
    const b = BigUint64Array.from({ length }, (_, i) => BigInt(i) * 0xd1b54a32d192ed03n);
    const run = (): unknown[] => {
      const vectors = [ring.add(a, b), ring.subtract(a, b), ring.multiply(a, b), ring.scale(a, -3n)];
      return [...vectors.map((vector) => bytesToHex(bytesFromWords(vector))), ring.sum(a), ring.dot(a, b)];
    };
    const cold = run();
    for (let repeat = 0; repeat < 30; repeat++) expect(run()).toEqual(cold);
    expect(cold[2]).toBe(bytesToHex(bytesFromWords(zip(a, b, (x, y) => x * y))));
    expect(cold[5]).toBe(modulo([...a].reduce((total, x, i) => total + x * (b[i] ?? 0n), 0n)));
  });

  it("change no argument and return memory of their own, except where the name says so", () => {
    fc.assert(
      fc.property(pair, ([a, b]) => {
        const [keptA, keptB] = [a.slice(), b.slice()];
        const results = [
          ring.add(a, b),
          ring.subtract(a, b),
          ring.multiply(a, b),
          ring.negate(a),
          ring.scale(a, 1n),
        ];
        for (const result of results) result.fill(99n);
        expect([a, b]).toEqual([keptA, keptB]);
        ring.addInPlace(a, b);
        expect([a, b]).toEqual([zip(keptA, keptB, (x, y) => x + y), keptB]);
        ring.subtractInPlace(a, b);
        expect([a, b]).toEqual([keptA, keptB]);
      }),
    );
  });

  it("refuse vectors of different lengths", () => {
    const [two, three] = [new BigUint64Array(2), new BigUint64Array(3)];
    for (const operation of [
      ring.add,
      ring.subtract,
      ring.multiply,
      ring.dot,
      ring.addInPlace,
      ring.subtractInPlace,
    ]) {
      expectError(() => {
        operation(two, three);
      }, "INVALID_ARGUMENT");
      expectError(() => {
        operation(three, two);
      }, "INVALID_ARGUMENT");
    }
  });
});

describe("matrices over Z_2^64", () => {
  const matrices = fc.record({ rows: fc.nat(5), inner: fc.nat(5), columns: fc.nat(5) }).chain((shape) =>
    fc.record({
      shape: fc.constant(shape),
      a: words(shape.rows * shape.inner),
      b: words(shape.inner * shape.columns),
      c: words(shape.inner * shape.columns),
    }),
  );

  it("multiply as the definition says, empty shapes and single columns included", () => {
    fc.assert(
      fc.property(matrices, ({ shape, a, b }) => {
        const { rows, inner, columns } = shape;
        const expected = Array.from({ length: rows * columns }, (_, at) => {
          const [i, j] = [Math.floor(at / columns), at % columns];
          let total = 0n;
          for (let k = 0; k < inner; k++) total += (a[i * inner + k] ?? 0n) * (b[k * columns + j] ?? 0n);
          return modulo(total);
        });
        expect(ring.matrixProduct(a, b, shape)).toEqual(BigUint64Array.from(expected));
      }),
    );
  });

  it("distribute over addition, and transpose in reverse order", () => {
    fc.assert(
      fc.property(matrices, ({ shape, a, b, c }) => {
        const { rows, inner, columns } = shape;
        const sum = ring.matrixProduct(a, ring.add(b, c), shape);
        expect(sum).toEqual(ring.add(ring.matrixProduct(a, b, shape), ring.matrixProduct(a, c, shape)));
        const turned = ring.matrixProduct(ring.transpose(b, inner, columns), ring.transpose(a, rows, inner), {
          rows: columns,
          inner,
          columns: rows,
        });
        expect(turned).toEqual(ring.transpose(ring.matrixProduct(a, b, shape), rows, columns));
        expect(ring.transpose(ring.transpose(a, rows, inner), inner, rows)).toEqual(a);
      }),
    );
  });

  it("change no argument", () => {
    const a = BigUint64Array.of(1n, 2n, 3n, 4n);
    ring.matrixProduct(a, a, { rows: 2, inner: 2, columns: 2 }).fill(0n);
    ring.transpose(a, 1, 4).fill(0n);
    expect(a).toEqual(BigUint64Array.of(1n, 2n, 3n, 4n));
  });

  it("refuse lengths that do not fit, and shapes that are none", () => {
    const four = new BigUint64Array(4);
    for (const shape of [
      { rows: 2, inner: 2, columns: 3 },
      { rows: 3, inner: 2, columns: 2 },
      { rows: -2, inner: -2, columns: -2 },
      { rows: 0.5, inner: 8, columns: 0.5 },
      { rows: Number.NaN, inner: 2, columns: 2 },
    ]) {
      expectError(() => ring.matrixProduct(four, four, shape), "INVALID_ARGUMENT");
    }
    for (const [rows, columns] of [
      [3, 1],
      [-1, -4],
      [0.5, 8],
    ] as const) {
      expectError(() => ring.transpose(four, rows, columns), "INVALID_ARGUMENT");
    }
  });
});

function words(length: number): fc.Arbitrary<BigUint64Array> {
  return fc
    .array(element, { minLength: length, maxLength: length })
    .map((values) => BigUint64Array.from(values));
}
