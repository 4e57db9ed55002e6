import { ristretto255, ristretto255_hasher } from "@noble/curves/ed25519.js";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { byteRowsFromArrays, byteRowsFromTexts } from "../../dist/bytes/byte-rows.js";
import { bytesFromHex, concatBytes, utf8ToBytes } from "../../dist/bytes/encoding.js";
import { VeilshareError } from "../../dist/errors.js";
import { integerFromBytes, ristretto255Scalars } from "../../dist/field/prime-field.js";
import {
  decodeCheck,
  firstInvalidElement,
  hashAndMultiply,
  hashToGroup,
  invalidElementRow,
  invertScalar,
  linearCombinationVartime,
  multiply,
  multiplyBase,
  multiplyEach,
  randomScalar,
  randomScalars,
} from "../../dist/group/index.js";
import { encodeScalar } from "../../dist/group/scalars.js";
import { chiSquare } from "../support/chi-square.js";
import { expectError } from "../support/expect-error.js";

const { Point } = ristretto255;
const scalar = fc.bigInt({ min: 1n, max: ristretto255Scalars.order - 1n });
const few = { numRuns: 15 };

describe("multiplication", () => {
  it("agrees element by element with @noble/curves", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(scalar, scalar), { maxLength: 3 }), scalar, (pairs, factor) => {
        const points = pairs.map(([base]) => Point.BASE.multiply(base));
        const elements = concatBytes(...points.map((point) => point.toBytes()));
        const expected = points.map((point) => point.multiply(factor).toBytes());
        expect(multiply(elements, encodeScalar(factor))).toEqual(concatBytes(...expected));
        const each = points.map((point, i) => point.multiply(pairs[i]?.[1] ?? 1n).toBytes());
        const scalars = concatBytes(...pairs.map(([, own]) => encodeScalar(own)));
        expect(multiplyEach(elements, scalars)).toEqual(concatBytes(...each));
      }),
      few,
    );
  });

  it("commutes: a(bP) = b(aP), and the inverse undoes it", () => {
    fc.assert(
      fc.property(scalar, scalar, fc.string({ unit: "grapheme" }), (a, b, text) => {
        const [first, second] = [encodeScalar(a), encodeScalar(b)];
        const rows = byteRowsFromTexts([text, "other"]);
        const hashed = hashToGroup(rows, "test");
        const once = hashAndMultiply(rows, "test", first);
        expect(once).toEqual(multiply(hashed, first));
        expect(multiply(once, second)).toEqual(multiply(multiply(hashed, second), first));
        expect(multiply(once, invertScalar(first))).toEqual(hashed);
      }),
      few,
    );
  });

  it("reaches the edges 1 and l - 1: itself and its negation", () => {
    const element = multiplyBase(encodeScalar(7n));
    expect(multiply(element, encodeScalar(1n))).toEqual(element);
    const negated = multiply(element, encodeScalar(ristretto255Scalars.order - 1n));
    const ones = concatBytes(encodeScalar(1n), encodeScalar(1n));
    expect(linearCombinationVartime(ones, concatBytes(element, negated))).toEqual(new Uint8Array(32));
  });

  it("takes empty batches", () => {
    const none = new Uint8Array(0);
    expect(multiply(none, randomScalar())).toEqual(none);
    expect(multiplyEach(none, none)).toEqual(none);
    expect(multiplyBase(none)).toEqual(none);
    expect(hashToGroup(byteRowsFromTexts([]), "x")).toEqual(none);
    expect(linearCombinationVartime(none, none)).toEqual(new Uint8Array(32));
    expect(firstInvalidElement(none)).toBe(-1);
  });

  it("changes no argument and returns memory of its own", () => {
    const elements = multiplyBase(randomScalars(3));
    const factor = randomScalar();
    const [keptElements, keptFactor] = [elements.slice(), factor.slice()];
    const one = encodeScalar(1n);
    const products = [multiply(elements, factor), multiply(elements, one)];
    expect([elements, factor]).toEqual([keptElements, keptFactor]);
    for (const product of products) product.fill(0);
    expect([elements, factor, one]).toEqual([keptElements, keptFactor, encodeScalar(1n)]);
  });
});

describe("linearCombinationVartime", () => {
  it("is the sum of the products, zeros and identities included, over more rows than one chunk", () => {
    const count = 1030;
    const factors = Array.from({ length: count }, (_, i) => BigInt(i % 5));
    const bases = Array.from({ length: count }, (_, i) => BigInt(i % 3));
    const expected = factors.reduce((total, factor, i) => total + factor * (bases[i] ?? 0n), 0n);
    const three = [0n, 1n, 2n].map((k) => multiplyBase(encodeScalar(k)));
    const elements = concatBytes(...bases.map((base) => three[Number(base)] ?? new Uint8Array(32)));
    const combined = linearCombinationVartime(concatBytes(...factors.map(encodeScalar)), elements);
    expect(combined).toEqual(multiplyBase(encodeScalar(expected)));
  });

  it("refuses a bad element with its row, a bad scalar, and counts that differ", () => {
    const elements = concatBytes(multiplyBase(randomScalar()), new Uint8Array(32).fill(1));
    const scalars = randomScalars(2);
    expectError(() => linearCombinationVartime(scalars, elements), "INVALID_ARGUMENT", {
      field: "elements[1]",
    });
    const good = multiplyBase(scalars);
    expectError(() => linearCombinationVartime(new Uint8Array(64).fill(255), good), "INVALID_ARGUMENT", {
      field: "scalar",
    });
    expectError(() => linearCombinationVartime(randomScalar(), good), "INVALID_ARGUMENT");
  });
});

describe("hashToGroup", () => {
  it("agrees with @noble/curves and treats every byte string as different", () => {
    const messages = [new Uint8Array(0), Uint8Array.of(0), Uint8Array.of(0, 0), utf8ToBytes("ä")];
    const elements = hashToGroup(byteRowsFromArrays(messages), "some tag");
    const expected = messages.map((message) =>
      ristretto255_hasher.hashToCurve(message, { DST: "some tag" }).toBytes(),
    );
    expect(elements).toEqual(concatBytes(...expected));
    expect(new Set(expected.map(String)).size).toBe(4);
  });

  it("refuses a batch whose offsets do not fit", () => {
    const rows = { bytes: new Uint8Array(3), offsets: Uint32Array.of(0, 2, 1, 3) };
    expectError(() => hashToGroup(rows, "x"), "INVALID_ARGUMENT");
    expectError(() => hashAndMultiply(rows, "x", randomScalar()), "INVALID_ARGUMENT");
  });
});

describe("refusals", () => {
  const good = multiplyBase(randomScalars(3));
  const withIdentity = concatBytes(good, new Uint8Array(32));

  it("refuses the identity by default and takes it where it is allowed", () => {
    for (const action of [
      () => multiply(withIdentity, randomScalar()),
      () => multiplyEach(withIdentity, randomScalars(4)),
      () => {
        decodeCheck(withIdentity);
      },
    ]) {
      expect(invalidElementRow(expectError(action, "INVALID_ARGUMENT"))).toBe(3);
    }
    expect(firstInvalidElement(withIdentity)).toBe(3);
    expect(firstInvalidElement(withIdentity, { identity: "allow" })).toBe(-1);
    decodeCheck(withIdentity, { identity: "allow" });
    const products = multiply(withIdentity, randomScalar(), { identity: "allow" });
    expect(products.slice(96)).toEqual(new Uint8Array(32));
  });

  it("refuses scalars that are zero, of the order or more, or of another length", () => {
    const rows = byteRowsFromTexts(["x"]);
    const order = bytesFromHex("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010", "l");
    for (const bad of [new Uint8Array(32), order, new Uint8Array(32).fill(255)]) {
      expectError(() => multiply(good, bad), "INVALID_ARGUMENT", { field: "scalar" });
      expectError(() => hashAndMultiply(rows, "x", bad), "INVALID_ARGUMENT", { field: "scalar" });
      expectError(() => invertScalar(bad), "INVALID_ARGUMENT", { field: "scalar" });
      const each = concatBytes(randomScalars(2), bad);
      expectError(() => multiplyEach(good, each), "INVALID_ARGUMENT", { field: "scalar" });
    }
    expectError(() => multiplyBase(order), "INVALID_ARGUMENT", { field: "scalar" });
    for (const length of [0, 31, 33, 64]) {
      expectError(() => multiply(good, new Uint8Array(length).fill(1)), "INVALID_ARGUMENT");
    }
  });

  it("refuses lengths that are no whole number of elements or scalars", () => {
    const odd = good.slice(1);
    expectError(() => multiply(odd, randomScalar()), "INVALID_ARGUMENT");
    expectError(() => multiplyEach(odd, odd), "INVALID_ARGUMENT");
    expectError(() => multiplyEach(good, randomScalars(2)), "INVALID_ARGUMENT");
    expectError(() => firstInvalidElement(odd), "INVALID_ARGUMENT");
    expectError(() => multiplyBase(new Uint8Array(31)), "INVALID_ARGUMENT");
  });

  it("tells an element's error from every other", () => {
    expect(invalidElementRow(new Error("elements[3]"))).toBeUndefined();
    expect(invalidElementRow(new VeilshareError("INVALID_ARGUMENT", "x"))).toBeUndefined();
    expect(
      invalidElementRow(expectError(() => multiply(good, new Uint8Array(32)), "INVALID_ARGUMENT")),
    ).toBeUndefined();
  });
});

describe("randomScalar", () => {
  it("reduces 64 bytes modulo the order and asks again for zero", () => {
    const order = ristretto255Scalars.order;
    const answers = [encodeWide(0n), encodeWide(order), encodeWide(order + 5n)];
    const asked: number[] = [];
    const five = randomScalar((byteLength) => {
      asked.push(byteLength);
      return answers.shift() ?? new Uint8Array(byteLength);
    });
    expect([five, asked]).toEqual([encodeScalar(5n), [64, 64, 64]]);
  });

  it("is canonical, and uniform in its lowest byte and in its highest four bits", () => {
    const low = new Array<number>(256).fill(0);
    const high = new Array<number>(16).fill(0);
    const draws = 20_000;
    const scalars = randomScalars(draws);
    for (let i = 0; i < draws; i++) {
      const own = scalars.subarray(32 * i, 32 * i + 32);
      expect(ristretto255Scalars.isElement(integerFromBytes(own))).toBe(true);
      low[own[0] ?? 0] = (low[own[0] ?? 0] ?? 0) + 1;
      // Scalars are below 2^252 + 2^125: the 16 values of the nibble at bit 248 are equally likely.
      high[(own[31] ?? 0) & 15] = (high[(own[31] ?? 0) & 15] ?? 0) + 1;
    }
    expect(chiSquare(low).exceeds).toBe(false);
    expect(chiSquare(high).exceeds).toBe(false);
  });
});

function encodeWide(value: bigint): Uint8Array {
  const bytes = new Uint8Array(64);
  for (let i = 0; i < 64; i++) bytes[i] = Number((value >> BigInt(8 * i)) & 255n);
  return bytes;
}
