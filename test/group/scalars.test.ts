import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  checkScalar,
  checkScalars,
  decodeScalar,
  invertScalar,
  invertScalars,
  randomScalars,
  shortRandomScalars,
} from "../../dist/group/scalars.js";
import { expectError } from "../support/expect-error.js";

const order = 2n ** 252n + 27742317777372353535851937790883648493n;

function littleEndian(value: bigint): Uint8Array {
  return Uint8Array.from({ length: 32 }, (_, i) => Number((value >> BigInt(8 * i)) & 255n));
}

/** Integers of 256 bits, half of them so close to the order that only a low or a middle byte decides. */
const integers = fc.oneof(
  fc.bigInt({ min: 0n, max: 2n ** 256n - 1n }),
  fc
    .tuple(fc.nat({ max: 255 }), fc.constantFrom(-1n, 0n, 1n))
    .map(([bit, sign]) => order + sign * 2n ** BigInt(bit))
    .filter((value) => value >= 0n && value < 2n ** 256n),
);

describe("checkScalars", () => {
  it("accepts exactly the integers below the order, and zero only where it is allowed", () => {
    fc.assert(
      fc.property(integers, fc.constantFrom("allow", "refuse"), (value, zero) => {
        const check = (): void => {
          checkScalars("test", littleEndian(value), zero);
        };
        if (value < order && (zero === "allow" || value !== 0n)) check();
        else expectError(check, "INVALID_ARGUMENT", { field: "scalar" });
      }),
      { numRuns: 2000 },
    );
  });

  it("decides the edges: 0, 1, l - 1, l, l + 1, and the largest integer of 32 bytes", () => {
    const isAccepted = (value: bigint, zero: "allow" | "refuse"): boolean => {
      try {
        checkScalar("test", littleEndian(value), zero);
        return true;
      } catch {
        return false;
      }
    };
    const edges = [0n, 1n, order - 1n, order, order + 1n, 2n ** 252n, 2n ** 256n - 1n];
    expect(edges.map((value) => isAccepted(value, "allow"))).toEqual([
      true,
      true,
      true,
      false,
      false,
      true,
      false,
    ]);
    expect(isAccepted(0n, "refuse")).toBe(false);
  });

  it("names the fault of the first bad scalar of a batch, wherever it is", () => {
    for (const row of [0, 1, 6]) {
      const scalars = randomScalars(7);
      scalars.set(littleEndian(order), 32 * row);
      expectError(
        () => {
          checkScalars("test", scalars, "allow");
        },
        "INVALID_ARGUMENT",
        { got: "a value not below the group order" },
      );
      scalars.fill(0, 32 * row, 32 * row + 32);
      checkScalars("test", scalars, "allow");
      expectError(
        () => {
          checkScalars("test", scalars, "refuse");
        },
        "INVALID_ARGUMENT",
        { got: "zero" },
      );
    }
  });

  it("draws no scalars for a count that is none, which would give a protocol without a secret", () => {
    for (const count of [Number.NaN, -1, 0.5, Number.POSITIVE_INFINITY, 2 ** 53, "2" as unknown as number]) {
      expectError(() => randomScalars(count), "INVALID_ARGUMENT");
    }
    expect(randomScalars(0)).toEqual(new Uint8Array(0));
  });

  it("refuses one scalar of another length", () => {
    for (const length of [0, 31, 33, 64]) {
      expectError(() => decodeScalar("test", new Uint8Array(length)), "INVALID_ARGUMENT", {
        got: `${length} bytes`,
      });
    }
  });
});

describe("shortRandomScalars", () => {
  it("are one draw of 252 bits each, all of them kept, and below the order", () => {
    const asked: number[] = [];
    const scalars = shortRandomScalars(5, (byteLength) => {
      asked.push(byteLength);
      return new Uint8Array(byteLength).fill(255);
    });
    expect(asked).toEqual([160]);
    for (let i = 0; i < 5; i++)
      expect(scalars.slice(32 * i, 32 * i + 32)).toEqual(littleEndian(2n ** 252n - 1n));
    checkScalars("test", scalars, "refuse");
    expectError(
      () => shortRandomScalars(Number.NaN, (byteLength) => new Uint8Array(byteLength)),
      "INVALID_ARGUMENT",
    );
  });
});

describe("invertScalars", () => {
  it("gives for each scalar what makes the product 1, in batches of every small size", () => {
    for (const count of [0, 1, 2, 3, 20]) {
      const scalars = randomScalars(count);
      const inverses = invertScalars(scalars);
      for (let i = 0; i < count; i++) {
        const scalar = scalars.subarray(32 * i, 32 * i + 32);
        const inverse = inverses.subarray(32 * i, 32 * i + 32);
        expect((decodeScalar("test", scalar) * decodeScalar("test", inverse)) % order).toBe(1n);
        expect(invertScalar(scalar)).toEqual(inverse);
      }
    }
  });

  it("refuses a batch with a zero", () => {
    const scalars = randomScalars(3);
    scalars.fill(0, 32, 64);
    expectError(() => invertScalars(scalars), "INVALID_ARGUMENT", { field: "scalar" });
  });
});
