import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { add } from "../../dist/ring/vector.js";
import { additive } from "../../dist/sharing/index.js";
import { expectError } from "../support/expect-error.js";
import { expectRedacted } from "../support/expect-redacted.js";

const { AdditiveShare } = additive;
const words = fc.array(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), { maxLength: 40 });

describe("split and combine", () => {
  it("return the secret from all shares in any order", () => {
    fc.assert(
      fc.property(words, fc.integer({ min: 2, max: 12 }), fc.integer(), (values, parties, turn) => {
        const secret = BigUint64Array.from(values);
        const shares = additive.split(secret, parties);
        const at = Math.abs(turn) % parties;
        expect(additive.combine([...shares.slice(at), ...shares.slice(0, at)])).toEqual(secret);
      }),
    );
  });

  it("make all shares but the last seeds of 32 bytes, whatever the secret's length", () => {
    const shares = additive.split(new BigUint64Array(1000), 4);
    expect(shares.map((share) => share.toBytes().length)).toEqual([58, 58, 58, 26 + 8000]);
  });

  it("is linear: sums of shares are shares of the sum", () => {
    fc.assert(
      fc.property(words, (values) => {
        const secret = BigUint64Array.from(values);
        const [left, right] = [additive.split(secret, 3), additive.split(secret, 3)];
        const sums = left.map((share, i) => {
          const other = right[i] as additive.AdditiveShare;
          return new AdditiveShare({ ...publicParts(share), content: add(share.words(), other.words()) });
        });
        expect(additive.combine(sums)).toEqual(add(secret, secret));
      }),
    );
  });

  it("neither change nor keep the secret or what is handed out", () => {
    const secret = BigUint64Array.of(1n, 2n ** 64n - 1n);
    const shares = additive.split(secret, 2);
    expect(secret).toEqual(BigUint64Array.of(1n, 2n ** 64n - 1n));
    secret.fill(0n);
    for (const share of shares) {
      share.words().fill(0n);
      share.id.fill(0);
      share.toBytes().fill(0);
    }
    expect(additive.combine(shares)).toEqual(BigUint64Array.of(1n, 2n ** 64n - 1n));
  });

  it("draw the id and one seed a party from the source they are given", () => {
    const asked: number[] = [];
    const random = (byteLength: number): Uint8Array => {
      asked.push(byteLength);
      return new Uint8Array(byteLength).fill(asked.length);
    };
    const shares = additive.split(BigUint64Array.of(5n), 4, { random });
    expect(asked).toEqual([16, 32, 32, 32]);
    expect(additive.combine(shares)).toEqual(BigUint64Array.of(5n));
  });
});

describe("refusals", () => {
  const secret = BigUint64Array.of(1n, 2n, 3n);
  const shares = additive.split(secret, 3);
  const [first, second, third] = shares as [
    additive.AdditiveShare,
    additive.AdditiveShare,
    additive.AdditiveShare,
  ];

  it("refuses fewer than two parties, and counts that are none", () => {
    for (const parties of [-1, 0, 1, 1.5, 65_536, Number.NaN]) {
      expectError(() => additive.split(secret, parties), "INVALID_ARGUMENT");
    }
  });

  it("refuses missing shares, one given twice, and shares of different splits", () => {
    const other = additive.split(secret, 3);
    expectError(() => additive.combine([]), "INVALID_ARGUMENT");
    expectError(() => additive.combine([first, second]), "INVALID_ARGUMENT");
    expectError(() => additive.combine([first, second, second]), "INVALID_ARGUMENT", { field: "2" });
    expectError(
      () => additive.combine([first, second, other[2] as additive.AdditiveShare]),
      "INVALID_ARGUMENT",
      {
        field: "2",
      },
    );
    expectError(() => additive.combine([...shares, first]), "INVALID_ARGUMENT");
  });

  it("refuses shares that say other lengths or counts, before it expands any", () => {
    const huge = new AdditiveShare({
      ...publicParts(first),
      length: 2 ** 32 - 1,
      content: new Uint8Array(32),
    });
    expectError(() => additive.combine([huge, second, third]), "INVALID_ARGUMENT");
    expectError(() => additive.combine([second, third, huge]), "INVALID_ARGUMENT");
    const odd = new AdditiveShare({ ...publicParts(first), parties: 4, content: new Uint8Array(32) });
    expectError(() => additive.combine([odd, second, third]), "INVALID_ARGUMENT");
  });

  it("refuses parts of a share that are out of range", () => {
    const good = { ...publicParts(third), content: third.words() };
    for (const bad of [
      { index: 3 },
      { index: -1 },
      { index: 0.5 },
      { parties: 1 },
      { length: 4 },
      { length: -1 },
      { content: new Uint8Array(31) },
      { content: new BigUint64Array(2) },
      { id: new Uint8Array(17) },
    ]) {
      expectError(() => new AdditiveShare({ ...good, ...bad }), "INVALID_ARGUMENT");
    }
  });

  it("refuses encodings with missing or trailing bytes, another version or another kind", () => {
    for (const share of [first, third]) {
      const bytes = share.toBytes();
      expect(AdditiveShare.fromBytes(bytes).words()).toEqual(share.words());
      for (let length = 0; length < bytes.length; length++) {
        expectError(() => AdditiveShare.fromBytes(bytes.slice(0, length)), "INVALID_ARGUMENT");
      }
      const longer = new Uint8Array(bytes.length + 1);
      longer.set(bytes);
      expectError(() => AdditiveShare.fromBytes(longer), "INVALID_ARGUMENT");
      for (const at of [0, 1]) {
        const changed = bytes.slice();
        changed[at] = 9;
        expectError(() => AdditiveShare.fromBytes(changed), "INVALID_ARGUMENT");
      }
    }
  });
});

describe("AdditiveShare", () => {
  it("prints as redacted in either form", () => {
    for (const share of additive.split(BigUint64Array.of(7n), 2)) expectRedacted(share);
  });
});

function publicParts(share: additive.AdditiveShare): {
  id: Uint8Array;
  index: number;
  parties: number;
  length: number;
} {
  const { id, index, parties, length } = share;
  return { id, index, parties, length };
}
