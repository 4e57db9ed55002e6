import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { concatBytes } from "../../dist/bytes/encoding.js";
import type { GroupBackend } from "../../dist/group/backend.js";
import { createKernelBackend } from "../../dist/group/kernel-backend.js";
import { referenceBackend } from "../../dist/group/reference-backend.js";
import { encodeScalar, randomScalars } from "../../dist/group/scalars.js";
import { expectError } from "../support/expect-error.js";

const order = 2n ** 252n + 27742317777372353535851937790883648493n;
const sizes = [0, 1, 2, 3, 4, 5, 256, 300];

/** Scalars whose digits to base 16 are all alike, or at the edges of their range from -8 to 8, or carried far. */
const edgeScalars = concatBytes(
  ...[
    0n,
    1n,
    2n,
    7n,
    8n,
    9n,
    15n,
    16n,
    17n,
    order - 1n,
    order - 2n,
    (order - 1n) / 2n,
    (order + 1n) / 2n,
    2n ** 252n,
    2n ** 252n - 1n,
    ...Array.from({ length: 15 }, (_, digit) => (BigInt(digit + 1) * (16n ** 63n - 1n)) / 15n),
    ...Array.from({ length: 16 }, (_, i) => 8n * 16n ** BigInt(4 * i)).filter((value) => value < order),
  ].map(encodeScalar),
);

const scalar = fc.bigInt({ min: 0n, max: order - 1n }).map(encodeScalar);

describe("the kernel's products of the generator", () => {
  let kernel: GroupBackend;

  beforeAll(() => {
    const created = createKernelBackend();
    if (created === undefined) throw new Error("this platform cannot run the kernel");
    kernel = created;
  });

  it("equal the reference's for edge scalars, zero among them", () => {
    expect(kernel.multiplyBase(edgeScalars)).toEqual(referenceBackend.multiplyBase(edgeScalars));
  });

  it("equal the reference's for every digit at every position, so every entry of the table", () => {
    const scalars: Uint8Array[] = [];
    for (let position = 0; position < 63; position++) {
      // Twice the digit, as the kernel multiplies half the scalar.
      for (let digit = 1n; digit <= 8n; digit++)
        scalars.push(encodeScalar((2n * digit * 16n ** BigInt(position)) % order));
    }
    const batch = concatBytes(...scalars);
    expect(kernel.multiplyBase(batch)).toEqual(referenceBackend.multiplyBase(batch));
  });

  it("equal the reference's for random scalars in batches of every size around the capacity", () => {
    for (const count of sizes) {
      const scalars = randomScalars(count);
      expect(kernel.multiplyBase(scalars)).toEqual(referenceBackend.multiplyBase(scalars));
    }
  });

  it("equal the kernel's own products of the generator as any other element", () => {
    const scalars = randomScalars(2000);
    const generator = kernel.multiplyBase(encodeScalar(1n));
    const generators = new Uint8Array(scalars.length);
    for (let at = 0; at < generators.length; at += 32) generators.set(generator, at);
    expect(kernel.multiplyBase(scalars)).toEqual(kernel.multiply(generators, scalars, "refuse"));
  });

  it("are refused for a scalar that is not below the order, in any row", () => {
    for (const row of [0, 3, 299]) {
      const scalars = randomScalars(300);
      scalars.fill(255, 32 * row, 32 * row + 32);
      expectError(() => kernel.multiplyBase(scalars), "INVALID_ARGUMENT", { field: "scalar" });
    }
  });
});

describe("the kernel's sums of products", () => {
  let kernel: GroupBackend;

  beforeAll(() => {
    const created = createKernelBackend();
    if (created === undefined) throw new Error("this platform cannot run the kernel");
    kernel = created;
  });

  const expectSame = (scalars: Uint8Array, elements: Uint8Array): void => {
    const sum = kernel.linearCombinationVartime(scalars, elements);
    expect(sum).toEqual(referenceBackend.linearCombinationVartime(scalars, elements));
  };

  it("equal the reference's in batches of every size around the capacity", () => {
    for (const count of [...sizes, 513]) {
      expectSame(randomScalars(count), kernel.multiplyBase(randomScalars(count)));
    }
  });

  it("equal the reference's where rows are the identity and scalars zero, in any lane", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(scalar, scalar, fc.nat({ max: 3 }), fc.nat({ max: 3 })), { maxLength: 9 }),
        (rows) => {
          const scalars = concatBytes(...rows.map(([own, , zero]) => (zero === 0 ? encodeScalar(0n) : own)));
          const factors = concatBytes(
            ...rows.map(([, own, , zero]) => (zero === 0 ? encodeScalar(0n) : own)),
          );
          expectSame(scalars, kernel.multiplyBase(factors));
        },
      ),
      { numRuns: 60 },
    );
  });

  it("equal the reference's for edge scalars", () => {
    expectSame(edgeScalars, kernel.multiplyBase(randomScalars(edgeScalars.length / 32)));
  });

  it("are the identity where rows cancel: lanes, quads and calls that hold a point and its opposite", () => {
    for (const apart of [1, 2, 4, 256]) {
      const scalars = randomScalars(2 * apart);
      const elements = new Uint8Array(scalars.length);
      const half = kernel.multiplyBase(randomScalars(apart));
      elements.set(half);
      elements.set(kernel.multiply(half, encodeScalar(order - 1n), "refuse"), half.length);
      scalars.set(scalars.slice(0, 32 * apart), 32 * apart);
      expect(kernel.linearCombinationVartime(scalars, elements)).toEqual(new Uint8Array(32));
    }
  });

  it("double where rows repeat one element", () => {
    const element = kernel.multiplyBase(randomScalars(1));
    for (const count of [2, 4, 8, 257]) {
      const elements = concatBytes(...Array.from({ length: count }, () => element));
      const ones = concatBytes(...Array.from({ length: count }, () => encodeScalar(1n)));
      const expected = kernel.multiply(element, encodeScalar(BigInt(count)), "refuse");
      expect(kernel.linearCombinationVartime(ones, elements)).toEqual(expected);
    }
  });

  it("are refused for the first encoding that is not valid, and leave nothing to the next sum", () => {
    const elements = kernel.multiplyBase(randomScalars(300));
    const scalars = randomScalars(300);
    const expected = kernel.linearCombinationVartime(scalars, elements);
    for (const row of [0, 5, 299]) {
      const broken = elements.slice();
      broken.fill(255, 32 * row, 32 * row + 32);
      expectError(() => kernel.linearCombinationVartime(scalars, broken), "INVALID_ARGUMENT", {
        field: `elements[${row}]`,
      });
      expect(kernel.linearCombinationVartime(scalars, elements)).toEqual(expected);
    }
  });
});
