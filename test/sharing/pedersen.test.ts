import { ristretto255, ristretto255_hasher } from "@noble/curves/ed25519.js";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { concatBytes } from "../../dist/bytes/encoding.js";
import { encodeScalar } from "../../dist/group/scalars.js";
import {
  maxPedersenLength,
  pedersenCommit,
  PedersenOpening,
  pedersenOpens,
  splitPedersenBlinding,
  sumPedersenBlindings,
  sumPedersenCommitments,
} from "../../dist/sharing/index.js";
import { expectError } from "../support/expect-error.js";
import { expectRedacted } from "../support/expect-redacted.js";

const { Point } = ristretto255;
const word = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
const dst = "veilshare pedersen v1 ristretto255_XMD:SHA-512_R255MAP_RO_";
const order = Point.Fn.ORDER;

/** The definition, term by term, in @noble/curves. */
function oracle(values: readonly bigint[], blinding: bigint, tag: string): Uint8Array {
  let sum = Point.BASE.multiplyUnsafe(blinding);
  for (const [j, value] of values.entries()) {
    const name = new TextEncoder().encode(`${values.length}/${j}/${tag}`);
    const generator = ristretto255_hasher.hashToCurve(name, { DST: dst });
    sum = sum.add(generator.multiplyUnsafe(((value % order) + order) % order));
  }
  return sum.toBytes();
}

function integer(scalar: Uint8Array): bigint {
  return scalar.reduceRight((sum, byte) => sum * 256n + BigInt(byte), 0n);
}

describe("pedersenCommit", () => {
  it("is v_1 G_1 + ... + v_m G_m + r B, for any 64-bit values", () => {
    fc.assert(
      fc.property(fc.array(word, { maxLength: 4 }), (values) => {
        const { commitment, opening } = pedersenCommit(BigInt64Array.from(values), "t");
        expect(commitment).toEqual(oracle(values, integer(opening.blinding()), "t"));
        expect([...opening.values()]).toEqual(values);
        expect(pedersenOpens(commitment, opening, "t")).toBe(true);
      }),
      { numRuns: 12, examples: [[[0n, -1n, 1n, -(2n ** 63n)]], [[]]] },
    );
  });

  it("differs every time, and by tag, length, place and value", () => {
    const values = BigInt64Array.of(5n, 0n);
    const { commitment, opening } = pedersenCommit(values, "t");
    expect(pedersenCommit(values, "t").commitment).not.toEqual(commitment);
    const others = [BigInt64Array.of(0n, 5n), BigInt64Array.of(5n), BigInt64Array.of(5n, 0n, 0n)];
    for (const other of [...others, BigInt64Array.of(6n, 0n)]) {
      expect(pedersenOpens(commitment, new PedersenOpening(other, opening.blinding()), "t")).toBe(false);
    }
    expect(pedersenOpens(commitment, opening, "u")).toBe(false);
    expect(pedersenOpens(commitment, new PedersenOpening(values, encodeScalar(1n)), "t")).toBe(false);
  });

  it("adds up: the sum of commitments opens to the sum of vectors and blindings", () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(fc.bigInt({ min: -(2n ** 50n), max: 2n ** 50n }), { minLength: 3, maxLength: 3 }), {
          minLength: 1,
          maxLength: 6,
        }),
        (vectors) => {
          const all = vectors.map((vector) => pedersenCommit(BigInt64Array.from(vector), "t"));
          const total = sumPedersenCommitments(concatBytes(...all.map(({ commitment }) => commitment)));
          const blinding = sumPedersenBlindings(all.map(({ opening }) => opening.blinding()));
          const sum = [0, 1, 2].map((j) => vectors.reduce((a, vector) => a + (vector[j] ?? 0n), 0n));
          expect(pedersenOpens(total, new PedersenOpening(BigInt64Array.from(sum), blinding), "t")).toBe(
            true,
          );
          const wrong = BigInt64Array.from(sum, (value, j) => (j === 1 ? value + 1n : value));
          expect(pedersenOpens(total, new PedersenOpening(wrong, blinding), "t")).toBe(false);
        },
      ),
      { numRuns: 10 },
    );
  });

  it("an opening prints as redacted and shares no memory", () => {
    const values = BigInt64Array.of(77n);
    const { commitment, opening } = pedersenCommit(values, "t");
    values[0] = 78n;
    opening.values()[0] = 79n;
    opening.blinding()[0] = 1;
    expect(pedersenOpens(commitment, opening, "t")).toBe(true);
    expectRedacted(opening);
  });

  it("refuses vectors that are too long, encodings that are no elements or scalars, and one part", () => {
    expectError(() => pedersenCommit(new BigInt64Array(maxPedersenLength + 1), "t"), "INVALID_ARGUMENT", {
      field: "values",
    });
    expectError(() => sumPedersenCommitments(new Uint8Array(32).fill(255)), "INVALID_ARGUMENT");
    expectError(() => sumPedersenCommitments(new Uint8Array(33)), "INVALID_ARGUMENT");
    expectError(() => sumPedersenBlindings([new Uint8Array(32).fill(255)]), "INVALID_ARGUMENT");
    expectError(() => new PedersenOpening(BigInt64Array.of(1n), new Uint8Array(31)), "INVALID_ARGUMENT");
    expectError(() => splitPedersenBlinding(encodeScalar(1n), 1), "INVALID_ARGUMENT");
  });

  it("splits a blinding into parts that sum to it, fresh every time", () => {
    const blinding = encodeScalar(123n);
    const parts = splitPedersenBlinding(blinding, 5);
    expect(parts).toHaveLength(5);
    expect(sumPedersenBlindings(parts)).toEqual(blinding);
    expect(splitPedersenBlinding(blinding, 5)[0]).not.toEqual(parts[0]);
  });
});
