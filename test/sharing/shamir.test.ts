import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PrimeField, ristretto255Scalars } from "../../dist/field/prime-field.js";
import { shamir } from "../../dist/sharing/index.js";
import { expectError } from "../support/expect-error.js";
import { expectRedacted } from "../support/expect-redacted.js";

const { ShamirShare } = shamir;
const small = new PrimeField(65_537n);
const mersenne = new PrimeField(2n ** 521n - 1n);
const fields = [ristretto255Scalars, small, mersenne];

/** A field, a secret in it, a threshold and at least as many shares, and an order to take them in. */
const sharing = fc.constantFrom(...fields).chain((field) =>
  fc
    .record({
      secret: fc.array(fc.bigInt({ min: 0n, max: field.order - 1n }), { maxLength: 4 }),
      threshold: fc.integer({ min: 2, max: 6 }),
      extra: fc.integer({ min: 0, max: 4 }),
    })
    .chain(({ secret, threshold, extra }) => {
      const options = { field, secret, threshold, shares: threshold + extra };
      const indices = Array.from({ length: options.shares }, (_, i) => i);
      return fc.record({
        options: fc.constant(options),
        chosen: fc.shuffledSubarray(indices, { minLength: threshold }),
      });
    }),
);

const pick = <T>(items: readonly T[], chosen: readonly number[]): T[] => chosen.map((i) => items[i] as T);

describe("split and combine", () => {
  it("return the secret for every choice of t or more of n shares, in any order and any field", () => {
    fc.assert(
      fc.property(sharing, ({ options, chosen }) => {
        const shares = shamir.split(options);
        expect(shares.map((share) => share.index)).toEqual(shares.map((_, i) => i + 1));
        expect(shamir.combine(pick(shares, chosen))).toEqual(options.secret);
      }),
    );
  });

  it("return byte strings of every length", () => {
    fc.assert(
      fc.property(fc.constantFrom(...fields), fc.uint8Array({ maxLength: 200 }), (field, secret) => {
        const shares = shamir.split({ secret, threshold: 2, shares: 3, field });
        expect(shamir.combineBytes(shares.slice(1))).toEqual(secret);
      }),
    );
  });

  it("keep trailing zeros and end marks apart", () => {
    const secrets = [
      [],
      [0],
      [0, 0],
      [0x80],
      [0x80, 0],
      new Array<number>(31).fill(0),
      new Array<number>(62).fill(0x80),
    ];
    for (const bytes of secrets) {
      const secret = Uint8Array.from(bytes);
      expect(shamir.combineBytes(shamir.split({ secret, threshold: 2, shares: 2 }))).toEqual(secret);
    }
  });

  it("is linear: sums of shares are shares of the sum", () => {
    fc.assert(
      fc.property(sharing, ({ options, chosen }) => {
        const { field, secret } = options;
        const other = shamir.split({
          ...options,
          secret: secret.map((value) => field.reduce(3n * value + 1n)),
        });
        const sums = shamir.split(options).map((share, i) => {
          const right = (other[i] as shamir.ShamirShare).values();
          const values = share.values().map((value, row) => field.add(value, right[row] ?? 0n));
          return new ShamirShare({ ...parts(share), values });
        });
        const expected = secret.map((value) => field.reduce(4n * value + 1n));
        expect(shamir.combine(pick(sums, chosen))).toEqual(expected);
      }),
    );
  });

  it("neither change nor keep the secret", () => {
    const secret = [1n, 2n];
    const bytes = Uint8Array.of(1, 2, 3);
    const shares = shamir.split({ secret, threshold: 2, shares: 2 });
    const byteShares = shamir.split({ secret: bytes, threshold: 2, shares: 2 });
    expect([secret, bytes]).toEqual([[1n, 2n], Uint8Array.of(1, 2, 3)]);
    secret.fill(0n);
    bytes.fill(0);
    for (const share of [...shares, ...byteShares]) {
      share.values().fill(0n);
      share.id.fill(0);
      share.toBytes().fill(0);
    }
    expect(shamir.combine(shares)).toEqual([1n, 2n]);
    expect(shamir.combineBytes(byteShares)).toEqual(Uint8Array.of(1, 2, 3));
  });

  it("work at the edges: 2 of 2, n = order - 1, the most shares, and an empty list", () => {
    const tiny = new PrimeField(5n);
    const shares = shamir.split({ secret: [3n], threshold: 4, shares: 4, field: tiny });
    expect(shamir.combine(shares)).toEqual([3n]);
    expect(shamir.combine(shamir.split({ secret: [], threshold: 2, shares: 2 }))).toEqual([]);
    const many = shamir.split({ secret: [7n], threshold: 2, shares: 65_535 });
    expect(shamir.combine(many.slice(-2))).toEqual([7n]);
  });
});

describe("refusals", () => {
  const secret = [123n, 0n];
  const shares = shamir.split({ secret, threshold: 3, shares: 5 });
  const [first, second, third, fourth] = shares as [
    shamir.ShamirShare,
    shamir.ShamirShare,
    shamir.ShamirShare,
    shamir.ShamirShare,
  ];

  it("refuses thresholds and counts that make no sense", () => {
    const options = { secret, threshold: 2, shares: 3 };
    for (const bad of [
      { threshold: 1 },
      { threshold: 0 },
      { threshold: 4 },
      { threshold: 2.5 },
      { threshold: Number.NaN },
      { shares: 1 },
      { shares: 65_536 },
      { shares: Number.POSITIVE_INFINITY },
      { field: new PrimeField(3n) },
    ]) {
      expectError(() => shamir.split({ ...options, ...bad }), "INVALID_ARGUMENT");
    }
  });

  it("refuses secrets outside the field, and bytes in a field too small for one", () => {
    const options = { threshold: 2, shares: 3, field: small };
    for (const bad of [[-1n], [small.order], [1n, small.order + 5n]]) {
      expectError(() => shamir.split({ ...options, secret: bad }), "INVALID_ARGUMENT");
    }
    const bytes = Uint8Array.of(1);
    const field = new PrimeField(251n);
    expectError(() => shamir.split({ ...options, secret: bytes, field }), "INVALID_ARGUMENT");
  });

  it("refuses too few shares, one given twice, and shares of different splits", () => {
    const other = shamir.split({ secret, threshold: 3, shares: 5 });
    expectError(() => shamir.combine([]), "INVALID_ARGUMENT");
    expectError(() => shamir.combine([first, second]), "INVALID_ARGUMENT");
    expectError(() => shamir.combine([first, second, first]), "INVALID_ARGUMENT", { field: "2" });
    expectError(() => shamir.combine([first, second, other[2] as shamir.ShamirShare]), "INVALID_ARGUMENT", {
      field: "2",
    });
  });

  it("refuses shares whose threshold, length or field differ", () => {
    for (const change of [{ threshold: 2 }, { values: [1n] }, { field: mersenne }]) {
      const odd = new ShamirShare({ ...parts(third), ...change });
      expectError(() => shamir.combine([first, second, odd]), "INVALID_ARGUMENT");
    }
  });

  it("notices a changed share as soon as there are more than t", () => {
    const values = third.values();
    values[1] = ristretto255Scalars.add(values[1] ?? 0n, 1n);
    const changed = new ShamirShare({ ...parts(third), values });
    expectError(() => shamir.combine([first, second, changed, fourth]), "INVALID_ARGUMENT");
    expectError(() => shamir.combine([first, second, fourth, changed]), "INVALID_ARGUMENT");
    expect(shamir.combine([first, second, changed])).not.toEqual(secret);
  });

  it("refuses to give bytes for a secret that was not bytes", () => {
    for (const elements of [[], [0n], [1n], [0x80n, 0n], [2n ** 248n + 0x80n]]) {
      const odd = shamir.split({ secret: elements, threshold: 2, shares: 2 });
      expectError(() => shamir.combineBytes(odd), "INVALID_ARGUMENT");
    }
  });

  it("refuses parts of a share that are out of range", () => {
    const good = parts(first);
    for (const bad of [
      { index: 0 },
      { index: -1 },
      { index: 1.5 },
      { index: 65_536 },
      { index: 251, values: [1n], field: new PrimeField(251n) },
      { threshold: 1 },
      { threshold: 65_536 },
      { values: [-1n] },
      { values: [ristretto255Scalars.order] },
      { id: new Uint8Array(15) },
    ]) {
      expectError(() => new ShamirShare({ ...good, ...bad }), "INVALID_ARGUMENT");
    }
  });
});

describe("encoding", () => {
  it("returns every share, over any field", () => {
    fc.assert(
      fc.property(sharing, ({ options, chosen }) => {
        const shares = shamir
          .split(options)
          .map((share) => ShamirShare.fromBytes(share.toBytes(), options.field));
        expect(shamir.combine(pick(shares, chosen))).toEqual(options.secret);
      }),
      { numRuns: 30 },
    );
  });

  it("has one form: what decodes encodes to the same bytes, whichever byte is changed", () => {
    const bytes = (
      shamir.split({ secret: [5n, 6n], threshold: 2, shares: 2 })[0] as shamir.ShamirShare
    ).toBytes();
    let refused = 0;
    for (let at = 0; at < bytes.length; at++) {
      for (const flip of [1, 0x80, 0xff]) {
        const changed = bytes.slice();
        changed[at] = (changed[at] ?? 0) ^ flip;
        try {
          expect(ShamirShare.fromBytes(changed).toBytes()).toEqual(changed);
        } catch (error) {
          expect(error).toMatchObject({ code: "INVALID_ARGUMENT" });
          refused += 1;
        }
      }
    }
    expect(refused).toBeGreaterThan(100); // version, kind, field and counts; a changed value or id is another share
  });

  it("refuses missing and trailing bytes, another field, and values of the order or more", () => {
    const share = shamir.split({ secret: [1n], threshold: 2, shares: 2 })[0] as shamir.ShamirShare;
    const bytes = share.toBytes();
    for (let length = 0; length < bytes.length; length++) {
      expectError(() => ShamirShare.fromBytes(bytes.slice(0, length)), "INVALID_ARGUMENT");
    }
    const longer = new Uint8Array(bytes.length + 1);
    longer.set(bytes);
    expectError(() => ShamirShare.fromBytes(longer), "INVALID_ARGUMENT");
    expectError(() => ShamirShare.fromBytes(bytes, mersenne), "INVALID_ARGUMENT");
    bytes.fill(0xff, bytes.length - 32);
    expectError(() => ShamirShare.fromBytes(bytes), "INVALID_ARGUMENT");
  });
});

describe("ShamirShare", () => {
  it("prints as redacted", () => {
    for (const share of shamir.split({ secret: [1n], threshold: 2, shares: 2 })) expectRedacted(share);
  });
});

function parts(share: shamir.ShamirShare): ConstructorParameters<typeof ShamirShare>[0] {
  const { id, index, threshold, field } = share;
  return { id, index, threshold, field, values: share.values() };
}
