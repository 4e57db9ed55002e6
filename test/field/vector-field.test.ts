import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { instantiatePrio3 } from "../../dist/kernels/prio3/kernel.js";
import { KernelField } from "../../dist/field/kernel-field.js";
import { referenceField } from "../../dist/field/reference-field.js";
import {
  field128Parameters,
  field64Parameters,
  integersOf,
  power,
  rootOfUnity,
  vectorOf,
  type VectorField,
} from "../../dist/field/vector-field.js";

const kernel = instantiatePrio3();
if (kernel === undefined) throw new Error("this platform has no WebAssembly");

/** Elements at which carries, borrows and folds happen, among uniform ones. */
function elements(field: VectorField): fc.Arbitrary<bigint> {
  const { modulus } = field;
  const edges = [0n, 1n, 2n, modulus - 1n, modulus - 2n, 2n ** 32n - 1n, 2n ** 32n, modulus >> 1n];
  const powers = [31n, 32n, 33n, 63n, 64n, 65n, 96n, 127n].map((bits) => 2n ** bits % modulus);
  return fc.oneof(
    fc.constantFrom(...edges, ...powers, ...powers.map((value) => modulus - value)),
    fc.bigInt(0n, modulus - 1n),
  );
}

function vectors(field: VectorField, length: number): fc.Arbitrary<Uint8Array> {
  return fc
    .array(elements(field), { minLength: length, maxLength: length })
    .map((integers) => vectorOf(field, integers));
}

for (const parameters of [field64Parameters, field128Parameters]) {
  const reference = referenceField(parameters);
  const fast = new KernelField(parameters, kernel);
  const { modulus, elementBytes } = parameters;
  const sixteen = vectors(reference, 16);

  describe(parameters.name, () => {
    it("has a root of exactly the order that it states", () => {
      const half = 2n ** BigInt(parameters.twoAdicity - 1);
      expect(power(parameters.root, half, modulus)).toBe(modulus - 1n);
      expect(rootOfUnity(parameters, 2)).toBe(modulus - 1n);
    });

    it("adds, subtracts, multiplies and sums on the kernel as by the definition", () => {
      fc.assert(
        fc.property(sixteen, sixteen, (a, b) => {
          const [x, y] = [integersOf(parameters, a), integersOf(parameters, b)];
          const [sum, difference] = [a.slice(), a.slice()];
          fast.addInPlace(sum, b);
          fast.subtractInPlace(difference, b);
          const by = (f: (p: bigint, q: bigint) => bigint): Uint8Array =>
            vectorOf(
              parameters,
              x.map((value, i) => f(value, y[i] ?? 0n)),
            );
          expect(sum).toEqual(by((p, q) => p + q));
          expect(difference).toEqual(by((p, q) => p - q));
          expect(fast.multiply(a, b)).toEqual(by((p, q) => p * q));
          expect(fast.sum(a)).toEqual(vectorOf(parameters, [x.reduce((p, q) => p + q, 0n)]));
        }),
      );
    });

    it("computes rows and polynomials on the kernel as the reference does", () => {
      for (const rowLength of [2, 4, 16, 64]) {
        fc.assert(
          fc.property(
            vectors(reference, 4 * rowLength),
            vectors(reference, rowLength),
            elements(reference),
            (rows, weights, point) => {
              expect(fast.combineRows(rows, weights)).toEqual(reference.combineRows(rows, weights));
              const doubled = reference.doubleEvaluations(rows, rowLength);
              expect(fast.doubleEvaluations(rows, rowLength)).toEqual(doubled);
              const [ours, theirs] = [weights.slice(), weights.slice()];
              fast.addPairProducts(ours, rows);
              reference.addPairProducts(theirs, rows);
              expect(ours).toEqual(theirs);
              const t = vectorOf(parameters, [point]);
              expect(fast.lagrangeWeights(rowLength, t)).toEqual(reference.lagrangeWeights(rowLength, t));
            },
          ),
          { numRuns: 6 },
        );
      }
    });

    it("builds the wires of range checks on the kernel as the reference does", () => {
      const [calls, pairs] = [5, 3];
      fc.assert(
        fc.property(
          vectors(reference, calls * pairs),
          vectors(reference, 2 * pairs),
          vectors(reference, calls),
          vectors(reference, 1),
          (elementsOf, seeds, challenges, sharesInverse) => {
            const columns = { elements: elementsOf, seeds, challenges, sharesInverse, wireLength: 8 };
            const [ours, theirs] = [challenges.slice(), challenges.slice()];
            const wires = fast.rangeCheckWires({ ...columns, powers: ours });
            expect(wires).toEqual(reference.rangeCheckWires({ ...columns, powers: theirs }));
            expect(ours).toEqual(theirs);
          },
        ),
        { numRuns: 20 },
      );
    });

    for (const [name, field] of [
      ["kernel", fast],
      ["reference", reference],
    ] as const) {
      it(`finds values of a polynomial everywhere from those at roots of unity, on a root too (${name})`, () => {
        const coefficients = [5n, modulus - 3n, 7n, 11n];
        const valueAt = (x: bigint): bigint =>
          coefficients.reduceRight((value, coefficient) => (value * x + coefficient) % modulus, 0n);
        const nodes = (length: number): bigint[] =>
          Array.from({ length }, (_, k) => power(rootOfUnity(field, length), BigInt(k), modulus));
        const values = vectorOf(field, nodes(4).map(valueAt));
        expect(field.doubleEvaluations(values, 4)).toEqual(vectorOf(field, nodes(8).map(valueAt)));
        for (const x of [0n, 1n, 2n, 12345678901234567890n % modulus, nodes(4)[3] ?? 0n, nodes(8)[1] ?? 0n]) {
          const weights = field.lagrangeWeights(4, vectorOf(field, [x]));
          expect(field.combineRows(values, weights)).toEqual(vectorOf(field, [valueAt(x)]));
        }
      });

      it(`refuses encodings from the modulus on, at their position (${name})`, () => {
        const good = vectorOf(field, [0n, modulus - 1n, 5n]);
        expect(field.firstInvalid(good)).toBe(-1);
        const full = 2n ** BigInt(8 * elementBytes) - 1n;
        for (const bad of [modulus, modulus + 1n, full]) {
          const bytes = good.slice();
          for (let i = 0; i < elementBytes; i++)
            bytes[elementBytes + i] = Number((bad >> BigInt(8 * i)) & 255n);
          expect(field.firstInvalid(bytes)).toBe(1);
        }
      });
    }
  });
}

describe("the kernel's memory", () => {
  it("holds nothing of the last operation's vectors", () => {
    const field = new KernelField(field128Parameters, kernel);
    const secret = vectorOf(field, new Array<bigint>(64).fill(0xdead_beef_dead_beefn));
    field.doubleEvaluations(secret, 64);
    field.combineRows(secret, secret);
    const found = kernel.use((arena) => {
      const start = arena.reserve(0);
      return arena.take(start, 65_536 - (start % 65_536)).some((byte) => byte !== 0);
    });
    expect(found).toBe(false);
  });
});
