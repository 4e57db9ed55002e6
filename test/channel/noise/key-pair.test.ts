import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { bytesFromHex, bytesToHex } from "../../../dist/bytes/encoding.js";
import { KeyPair } from "../../../dist/channel/noise/key-pair.js";
import { describeWithData, readDataJson } from "../../support/data.js";

const hex = (text: string): Uint8Array => bytesFromHex(text, "vector");
const keys = (text: string): KeyPair => KeyPair.fromSecretKey(hex(text));

describe("X25519 key pairs", () => {
  it("agree as in RFC 7748, section 6.1", () => {
    const alice = keys("77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a");
    const bob = keys("5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb");
    expect(bytesToHex(alice.publicKey)).toBe(
      "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a",
    );
    expect(bytesToHex(bob.publicKey)).toBe(
      "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f",
    );
    const shared = "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742";
    expect(bytesToHex(alice.agree(bob.publicKey))).toBe(shared);
    expect(bytesToHex(bob.agree(alice.publicKey))).toBe(shared);
  });

  // The points of order 1, 2, 4 and 8 on the curve and its twist, and their non-canonical encodings.
  it.each([
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0100000000000000000000000000000000000000000000000000000000000000",
    "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
    "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  ])("refuse the small-order point %s", (point) => {
    expect(() => KeyPair.generate().agree(hex(point))).toThrow(
      expect.objectContaining({ code: "PEER_UNAUTHENTICATED" }) as Error,
    );
  });

  it("refuse keys of other lengths", () => {
    expect(() => KeyPair.fromSecretKey(new Uint8Array(31))).toThrow(/32 bytes/);
    expect(() => KeyPair.generate().agree(new Uint8Array(33))).toThrow(/32 bytes/);
  });

  it("print without their secret", () => {
    const secret = new Uint8Array(32).fill(0xa5);
    const pair = KeyPair.fromSecretKey(secret);
    const value: unknown = pair;
    const printed = [
      String(value),
      JSON.stringify({ pair }),
      inspect(pair),
      inspect({ deep: { pair } }, { depth: 9 }),
    ];
    for (const text of printed) {
      expect(text).toContain("KeyPair(redacted)");
      expect(text).not.toMatch(/a5a5|165/);
    }
  });
});

const wycheproof = "crypto/wycheproof-x25519_test-part-a.json";
const rfc7748 = "crypto/x25519-rfc7748-part-a.json";

describeWithData("X25519 meets outside vectors", [wycheproof, rfc7748], () => {
  it("of Wycheproof: the shared secret, or a refusal where it is all zeros", () => {
    interface Case {
      readonly tcId: number;
      readonly public: string;
      readonly private: string;
      readonly shared: string;
    }
    const { testGroups } = readDataJson<{ testGroups: readonly { tests: readonly Case[] }[] }>(wycheproof);
    const cases = testGroups.flatMap((group) => group.tests);
    let refused = 0;
    for (const test of cases) {
      const agree = (): string => bytesToHex(keys(test.private).agree(hex(test.public)));
      if (/^0+$/.test(test.shared)) {
        refused++;
        expect(agree, `case ${test.tcId}`).toThrow();
      } else {
        expect(agree(), `case ${test.tcId}`).toBe(test.shared);
      }
    }
    expect(refused).toBeGreaterThan(0);
    expect(cases.length).toBeGreaterThan(250);
  });

  it("of RFC 7748, section 5.2, iterated a thousand times", () => {
    interface Vectors {
      readonly kat: readonly { readonly scalar: string; readonly input: string; readonly output: string }[];
      readonly iterated: readonly { readonly times: number; readonly key: string }[];
    }
    const { kat, iterated } = readDataJson<Vectors>(rfc7748);
    for (const { scalar, input, output } of kat)
      expect(bytesToHex(keys(scalar).agree(hex(input)))).toBe(output);
    const base = `09${"00".repeat(31)}`;
    let [k, u] = [hex(base), hex(base)];
    const wanted = new Map(iterated.map(({ times, key }) => [times, key]));
    for (let i = 1; i <= 1000; i++) {
      [k, u] = [KeyPair.fromSecretKey(k).agree(u), k];
      if (wanted.has(i)) expect(bytesToHex(k)).toBe(wanted.get(i));
    }
  });
});
