import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bytesFromHex } from "../../dist/bytes/encoding.js";
import * as node from "../../dist/group/x25519-node.js";
import * as portable from "../../dist/group/x25519-portable.js";
import { describeWithData, readDataJson } from "../support/data.js";

const hex = (text: string): Uint8Array => bytesFromHex(text, "vector");
const implementations = [
  ["OpenSSL", node],
  ["@noble/curves", portable],
] as const;

const wycheproof = "crypto/wycheproof-x25519_test-part-a.json";

describeWithData("X25519 meets Wycheproof", [wycheproof], () => {
  interface Case {
    readonly tcId: number;
    readonly public: string;
    readonly private: string;
    readonly shared: string;
  }
  it.each(implementations)("by %s: the shared secret, or nothing where it is all zeros", (_, x25519) => {
    const { testGroups } = readDataJson<{ testGroups: readonly { tests: readonly Case[] }[] }>(wycheproof);
    const cases = testGroups.flatMap((group) => group.tests);
    expect(cases.length).toBeGreaterThan(0);
    for (const test of cases) {
      const expected = /^0+$/.test(test.shared) ? undefined : hex(test.shared);
      const shared = x25519.openX25519Key(hex(test.private)).agree(hex(test.public));
      expect(shared, `case ${test.tcId}`).toEqual(expected);
    }
  });
});

describe("The two implementations of X25519", () => {
  const bytes32 = fc.uint8Array({ minLength: 32, maxLength: 32 });

  it("give the same public keys and agree on the same secrets, for any secret and any public key", () => {
    fc.assert(
      fc.property(bytes32, bytes32, (secretKey, publicKey) => {
        const [fast, reference] = [node.openX25519Key(secretKey), portable.openX25519Key(secretKey)];
        expect(fast.publicKey).toEqual(reference.publicKey);
        expect(fast.agree(publicKey)).toEqual(reference.agree(publicKey));
      }),
      { numRuns: 100 },
    );
  });

  it.each(implementations)("keep a copy of the secret key (%s)", (_, x25519) => {
    const secretKey = new Uint8Array(32).fill(7);
    const key = x25519.openX25519Key(secretKey);
    const peer = x25519.openX25519Key(new Uint8Array(32).fill(9)).publicKey;
    const before = key.agree(peer);
    secretKey.fill(0);
    expect(key.agree(peer)).toEqual(before);
  });
});
