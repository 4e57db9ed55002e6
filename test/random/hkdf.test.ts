import { hkdf } from "@noble/hashes/hkdf.js";
import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import fc from "fast-check";
import { hkdfSync } from "node:crypto";
import { describe, expect, it } from "vitest";
import { bytesFromHex, bytesToHex, concatBytes, equalBytes, utf8ToBytes } from "../../dist/bytes/encoding.js";
import { deriveKey } from "../../dist/random/index.js";
import { describeWithData, readDataJson } from "../support/data.js";
import { expectError } from "../support/expect-error.js";

const hex = (text: string): Uint8Array => bytesFromHex(text, "vector");

describe("deriveKey", () => {
  it("is HKDF-SHA-256 whose info is the label behind its length, then the context (oracle: OpenSSL)", () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 16, maxLength: 80 }),
        fc.string({ minLength: 1, maxLength: 40 }),
        fc.uint8Array({ maxLength: 40 }),
        fc.uint8Array({ maxLength: 80 }),
        fc.integer({ min: 1, max: 100 }),
        (secret, label, context, salt, byteLength) => {
          const name = utf8ToBytes(label);
          const info = concatBytes(Uint8Array.of(name.length), name, context);
          const expected = new Uint8Array(hkdfSync("sha256", secret, salt, info, byteLength));
          expect(deriveKey({ secret, label, context, salt, byteLength })).toEqual(expected);
        },
      ),
    );
  });

  it("keeps label and context apart", () => {
    const secret = new Uint8Array(32).fill(1);
    const keys = [
      deriveKey({ secret, label: "ab" }),
      deriveKey({ secret, label: "a", context: utf8ToBytes("b") }),
      deriveKey({ secret, label: "ab", context: Uint8Array.of(0) }),
    ].map(bytesToHex);
    expect(new Set(keys).size).toBe(3);
  });

  it("refuses short secrets, labels that are empty or too long, and lengths out of range", () => {
    const good = { secret: new Uint8Array(16), label: "x" };
    expect(deriveKey(good)).toHaveLength(32);
    expect(deriveKey({ ...good, label: "x".repeat(255), byteLength: 8160 })).toHaveLength(8160);
    for (const bad of [
      { secret: new Uint8Array(15) },
      { label: "" },
      { label: "x".repeat(256) },
      { byteLength: 0 },
      { byteLength: 8161 },
      { byteLength: 1.5 },
      { byteLength: Number.NaN },
    ]) {
      expectError(() => deriveKey({ ...good, ...bad }), "INVALID_ARGUMENT");
    }
  });
});

describe("HKDF-SHA-256 of the dependency", () => {
  it("gives RFC 5869, appendix A.1 and A.3", () => {
    const secret = hex("0b".repeat(22));
    const withSalt = hkdf(sha256, secret, hex("000102030405060708090a0b0c"), hex("f0f1f2f3f4f5f6f7f8f9"), 42);
    expect(bytesToHex(withSalt)).toBe(
      "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865",
    );
    const without = hkdf(sha256, secret, undefined, undefined, 42);
    expect(bytesToHex(without)).toBe(
      "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8",
    );
  });
});

interface Wycheproof<T> {
  readonly testGroups: readonly { readonly tagSize?: number; readonly tests: readonly T[] }[];
}

interface HkdfTest {
  readonly ikm: string;
  readonly salt: string;
  readonly info: string;
  readonly size: number;
  readonly okm: string;
  readonly result: "valid" | "invalid";
}

const hkdfFile = "crypto/wycheproof-hkdf_sha256_test-part-a.json";
describeWithData("Wycheproof HKDF-SHA-256", [hkdfFile], () => {
  it("gives every valid key, and refuses what is too long, as deriveKey does", () => {
    const tests = readDataJson<Wycheproof<HkdfTest>>(hkdfFile).testGroups.flatMap((group) => group.tests);
    expect(new Set(tests.map((test) => test.result))).toEqual(new Set(["valid", "invalid"]));
    for (const { ikm, salt, info, size, okm, result } of tests) {
      const derive = (): Uint8Array => hkdf(sha256, hex(ikm), hex(salt), hex(info), size);
      if (result === "valid") {
        expect(bytesToHex(derive())).toBe(okm);
      } else {
        expect(derive).toThrow();
        expectError(() => deriveKey({ secret: hex(ikm), label: "x", byteLength: size }), "INVALID_ARGUMENT");
      }
    }
  });
});

interface HmacTest {
  readonly key: string;
  readonly msg: string;
  readonly tag: string;
  readonly result: "valid" | "invalid";
}

const hmacFile = "crypto/wycheproof-hmac_sha256_test-part-a.json";
describeWithData("Wycheproof HMAC-SHA-256", [hmacFile], () => {
  it("tells every valid tag from every invalid one", () => {
    for (const { tagSize = 256, tests } of readDataJson<Wycheproof<HmacTest>>(hmacFile).testGroups) {
      for (const { key, msg, tag, result } of tests) {
        const computed = hmac(sha256, hex(key), hex(msg)).slice(0, tagSize / 8);
        expect(equalBytes(computed, hex(tag))).toBe(result === "valid");
      }
    }
  });
});
