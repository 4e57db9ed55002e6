import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { concatBytes } from "../../dist/bytes/encoding.js";
import { PrimeField, ristretto255Scalars } from "../../dist/field/prime-field.js";
import { multiplyBase, randomScalar } from "../../dist/group/index.js";
import { shamir } from "../../dist/sharing/index.js";
import { expectError } from "../support/expect-error.js";

const { FeldmanCommitment, ShamirShare } = shamir;
const order = ristretto255Scalars.order;
const first = (sharing: { readonly shares: readonly shamir.ShamirShare[] }): shamir.ShamirShare =>
  sharing.shares[0] as shamir.ShamirShare;

describe("verifyShare", () => {
  it("accepts every share of an honest dealer, also of secrets that are zero", () => {
    fc.assert(
      fc.property(
        fc.array(fc.bigInt({ min: 0n, max: order - 1n }), { maxLength: 2 }),
        fc.integer({ min: 2, max: 4 }),
        (secret, threshold) => {
          const withZero = [...secret, 0n];
          const { shares, commitment } = shamir.splitVerifiable({
            secret: withZero,
            threshold,
            shares: threshold + 1,
          });
          expect(shares.map((share) => shamir.verifyShare(share, commitment))).toEqual(
            shares.map(() => true),
          );
          expect(shamir.combine(shares)).toEqual(withZero);
        },
      ),
      { numRuns: 10 },
    );
  });

  it("accepts shares of a byte string, whose commitment names the same number of elements", () => {
    const secret = new Uint8Array(70).fill(9);
    const { shares, commitment } = shamir.splitVerifiable({ secret, threshold: 2, shares: 3 });
    expect(commitment.length).toBe(3);
    expect(shares.every((share) => shamir.verifyShare(share, commitment))).toBe(true);
    expect(shamir.combineBytes(shares)).toEqual(secret);
  });

  it("refuses a share with any one value changed", () => {
    const { shares, commitment } = shamir.splitVerifiable({ secret: [1n, 2n, 3n], threshold: 2, shares: 2 });
    for (const share of shares) {
      for (let row = 0; row < 3; row++) {
        const values = share.values();
        values[row] = ristretto255Scalars.add(values[row] ?? 0n, 1n);
        const changed = new ShamirShare({ ...publicParts(share), values });
        expect(shamir.verifyShare(changed, commitment)).toBe(false);
      }
    }
  });

  it("refuses another holder's share, and shares of another sharing, threshold, length or field", () => {
    const options = { secret: [1n], threshold: 2, shares: 3 };
    const sharing = shamir.splitVerifiable(options);
    const share = first(sharing);
    const values = share.values();
    const wrong = [
      new ShamirShare({ ...publicParts(share), values, index: 2 }),
      new ShamirShare({ ...publicParts(share), values, threshold: 3 }),
      new ShamirShare({ ...publicParts(share), values: [...values, 0n] }),
      new ShamirShare({ ...publicParts(share), values, id: new Uint8Array(16) }),
      new ShamirShare({ ...publicParts(share), values, field: new PrimeField(2n ** 521n - 1n) }),
      first(shamir.splitVerifiable(options)),
    ];
    expect(wrong.map((one) => shamir.verifyShare(one, sharing.commitment))).toEqual(wrong.map(() => false));
  });

  it("catches a dealer who gives one holder a value off the polynomial", () => {
    const { shares, commitment } = shamir.splitVerifiable({ secret: [5n], threshold: 3, shares: 4 });
    const cheated = shares.map((share) =>
      share.index === 3 ? new ShamirShare({ ...publicParts(share), values: [17n] }) : share,
    );
    const verdicts = cheated.map((share) => shamir.verifyShare(share, commitment));
    expect(verdicts).toEqual([true, true, false, true]);
  });
});

describe("FeldmanCommitment", () => {
  const { commitment } = shamir.splitVerifiable({ secret: [1n, 2n], threshold: 3, shares: 3 });

  it("returns from its encoding, which has one form", () => {
    const bytes = commitment.toBytes();
    expect(FeldmanCommitment.fromBytes(bytes).toBytes()).toEqual(bytes);
    for (let length = 0; length < bytes.length; length++) {
      expectError(() => FeldmanCommitment.fromBytes(bytes.slice(0, length)), "INVALID_ARGUMENT");
    }
    expectError(() => FeldmanCommitment.fromBytes(concatBytes(bytes, Uint8Array.of(0))), "INVALID_ARGUMENT");
  });

  it("refuses elements that are no encodings, and counts that do not fit", () => {
    const id = new Uint8Array(16);
    const good = concatBytes(multiplyBase(randomScalar()), new Uint8Array(32)); // the identity commits to zero
    expect(new FeldmanCommitment({ id, threshold: 2, elements: good }).length).toBe(1);
    const bad = concatBytes(good.slice(0, 32), new Uint8Array(32).fill(1));
    expectError(() => new FeldmanCommitment({ id, threshold: 2, elements: bad }), "INVALID_ARGUMENT", {
      field: "elements[1]",
    });
    expectError(() => new FeldmanCommitment({ id, threshold: 3, elements: good }), "INVALID_ARGUMENT");
    expectError(() => new FeldmanCommitment({ id, threshold: 1, elements: good }), "INVALID_ARGUMENT");
    expectError(() => new FeldmanCommitment({ id: good, threshold: 2, elements: good }), "INVALID_ARGUMENT");
    for (const row of [-1, 2, 0.5]) expectError(() => commitment.elements(row), "INVALID_ARGUMENT");
  });

  it("is unchanged by what is done to what it hands out", () => {
    const before = commitment.toBytes();
    commitment.elements(0).fill(0);
    commitment.id.fill(0);
    expect(commitment.toBytes()).toEqual(before);
  });

  it("shows a secret that can be guessed, as its documentation warns", () => {
    const sharing = shamir.splitVerifiable({ secret: [42n], threshold: 2, shares: 2 });
    const committed = sharing.commitment.elements(0).slice(0, 32);
    const guesses = Array.from({ length: 100 }, (_, guess) => guess);
    const found = guesses.find((guess) => {
      const guessed = multiplyBase(ristretto255Scalars.encode(BigInt(guess)));
      return guessed.every((byte, i) => byte === committed[i]);
    });
    expect(found).toBe(42);
  });
});

function publicParts(share: shamir.ShamirShare): { id: Uint8Array; index: number; threshold: number } {
  const { id, index, threshold } = share;
  return { id, index, threshold };
}
