import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonicalJson, type JsonValue } from "../../dist/bytes/canonical-json.js";
import {
  bytesFromHex,
  bytesFromWords,
  bytesToHex,
  compareBytes,
  copyBytes,
  equalBytes,
  wordsFromBytes,
} from "../../dist/bytes/encoding.js";
import { printAsRedacted } from "../../dist/bytes/redacted.js";
import { expectError } from "../support/expect-error.js";
import { expectRedacted } from "../support/expect-redacted.js";

const bytes = fc.uint8Array({ maxLength: 24 });

describe("hexadecimal text", () => {
  it("returns every byte string, in either case", () => {
    fc.assert(
      fc.property(bytes, (value) => {
        expect(bytesFromHex(bytesToHex(value), "x")).toEqual(value);
        expect(bytesFromHex(bytesToHex(value).toUpperCase(), "x", value.length)).toEqual(value);
      }),
    );
  });

  it("is refused when it is odd, of another length or has another character, with no word of its content", () => {
    for (const text of ["0", "0g", " 00", "00\n", "0x00", "００"]) {
      const error = expectError(() => bytesFromHex(text, "staticKey"), "INVALID_ARGUMENT", {
        field: "staticKey",
      });
      expect(error.message).not.toContain(text.trim() === "0" ? "got 0 " : text);
    }
    expectError(() => bytesFromHex("0000", "key", 3), "INVALID_ARGUMENT");
  });
});

describe("byte strings", () => {
  it("are equal exactly when all bytes are", () => {
    fc.assert(
      fc.property(bytes, bytes, (a, b) => {
        expect(equalBytes(a, a.slice())).toBe(true);
        expect(equalBytes(a, b)).toBe(bytesToHex(a) === bytesToHex(b));
      }),
    );
  });

  it("are ordered as their hexadecimal text is", () => {
    fc.assert(
      fc.property(bytes, bytes, (a, b) => {
        const [x, y] = [bytesToHex(a), bytesToHex(b)];
        expect(Math.sign(compareBytes(a, b))).toBe(x < y ? -1 : x > y ? 1 : 0);
      }),
    );
  });

  it("are copied to memory of their own, Node Buffers too", () => {
    const buffer = Buffer.from([1, 2]);
    const copy = copyBytes(buffer);
    buffer.fill(0);
    expect(copy).toEqual(Uint8Array.of(1, 2));
  });
});

describe("words", () => {
  it("return from their little-endian bytes, also from an unaligned view", () => {
    fc.assert(
      fc.property(fc.array(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), { maxLength: 9 }), (values) => {
        const words = BigUint64Array.from(values);
        const encoded = bytesFromWords(words);
        expect(wordsFromBytes(encoded)).toEqual(words);
        const shifted = new Uint8Array(encoded.length + 3);
        shifted.set(encoded, 3);
        expect(wordsFromBytes(shifted.subarray(3))).toEqual(words);
        encoded.fill(0);
        expect(words).toEqual(BigUint64Array.from(values));
      }),
    );
    expect([...bytesFromWords(BigUint64Array.of(0x0102n))]).toEqual([2, 1, 0, 0, 0, 0, 0, 0]);
    expectError(() => wordsFromBytes(new Uint8Array(7)), "INVALID_ARGUMENT");
  });
});

describe("canonicalJson", () => {
  it("gives one text for one value, whatever the order of its keys, and JSON that parses to it", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = canonicalJson(value);
        expect(canonicalJson(reversed(value as JsonValue))).toBe(text);
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
    expect(canonicalJson({ b: [1, -0, "é\n"], a: undefined, A: null })).toBe('{"A":null,"b":[1,0,"é\\n"]}');
  });

  it("refuses what JSON would drop, change or choke on", () => {
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY, 1n, undefined, Symbol("x"), (): number => 1]) {
      expectError(() => canonicalJson({ list: [bad as JsonValue] }), "INVALID_ARGUMENT");
    }
  });
});

function reversed(value: JsonValue): JsonValue {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return (value as readonly JsonValue[]).map(reversed);
  const entries = Object.entries(value as Readonly<Record<string, JsonValue>>).reverse();
  return Object.fromEntries(entries.map(([key, member]) => [key, reversed(member)]));
}

describe("printAsRedacted", () => {
  it("makes a class print its name only", () => {
    class Pin {
      static {
        printAsRedacted(this);
      }
      readonly #digits = "1234";
      same(other: string): boolean {
        return other === this.#digits;
      }
    }
    const pin = new Pin();
    expectRedacted(pin);
    expect(pin.same("1234")).toBe(true);
  });
});
