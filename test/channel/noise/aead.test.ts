import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bytesFromHex, bytesToHex, utf8ToBytes } from "../../../dist/bytes/encoding.js";
import * as node from "../../../dist/channel/noise/aead-node.js";
import * as portable from "../../../dist/channel/noise/aead-portable.js";
import { describeWithData, readDataJson } from "../../support/data.js";

const hex = (text: string): Uint8Array => bytesFromHex(text, "vector");
const implementations = [
  ["OpenSSL", node],
  ["@noble/ciphers", portable],
] as const;

function seal(
  aead: typeof node,
  plaintext: Uint8Array,
  context: Parameters<typeof node.open>[1],
): Uint8Array {
  const target = new Uint8Array(plaintext.length + 16);
  aead.sealInto(target, plaintext, context);
  return target;
}

describe.each(implementations)("ChaCha20-Poly1305 by %s", (_, aead) => {
  it("gives the ciphertext and tag of RFC 8439, section 2.8.2", () => {
    const context = {
      key: hex("808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f"),
      nonce: hex("070000004041424344454647"),
      associatedData: hex("50515253c0c1c2c3c4c5c6c7"),
    };
    const plaintext = utf8ToBytes(
      "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, sunscreen would be it.",
    );
    const sealed = seal(aead, plaintext, context);
    expect(bytesToHex(sealed)).toBe(
      "d31a8d34648e60db7b86afbc53ef7ec2a4aded51296e08fea9e2b5a736ee62d63dbea45e8ca9671282fafb69da92728b" +
        "1a71de0a9e060b2905d6a5b67ecd3b3692ddbd7f2d778b8c9803aee328091b58fab324e4fad675945585808b4831d7bc" +
        "3ff4def08e4b7a9de576d26586cec64b6116" +
        "1ae10b594f09e26a7e902ecbd0600691",
    );
    expect(aead.open(sealed, context)).toEqual(plaintext);
  });

  it("releases nothing of a ciphertext with one changed bit, wherever it is", () => {
    const context = { key: new Uint8Array(32), nonce: new Uint8Array(12), associatedData: new Uint8Array(3) };
    const sealed = seal(aead, new Uint8Array(40), context);
    for (let bit = 0; bit < 8 * sealed.length; bit++) {
      const forged = sealed.slice();
      forged[bit >> 3] = (forged[bit >> 3] as number) ^ (1 << (bit & 7));
      expect(aead.open(forged, context)).toBeUndefined();
    }
    for (let length = 0; length < sealed.length; length++) {
      expect(aead.open(sealed.subarray(0, length), context)).toBeUndefined();
    }
  });
});

interface WycheproofGroup {
  readonly tests: readonly (Readonly<
    Record<"key" | "iv" | "aad" | "msg" | "ct" | "tag" | "result", string>
  > & {
    readonly tcId: number;
  })[];
}
const file = "crypto/wycheproof-chacha20_poly1305_test-part-a.json";

describeWithData("Wycheproof chacha20_poly1305", [file], () => {
  const { testGroups } = readDataJson<{ testGroups: readonly WycheproofGroup[] }>(file);
  // Noise nonces have 12 bytes by construction; the other sizes in the file are not ours to judge.
  const cases = testGroups.flatMap((group) => group.tests).filter((test) => test.iv.length === 24);

  it.each(implementations)("is met by %s", (_, aead) => {
    let valid = 0;
    for (const test of cases) {
      const context = { key: hex(test.key), nonce: hex(test.iv), associatedData: hex(test.aad) };
      const sealed = hex(test.ct + test.tag);
      const opened = aead.open(sealed, context);
      if (test.result === "valid") {
        valid++;
        expect(opened, `case ${test.tcId}`).toEqual(hex(test.msg));
        expect(seal(aead, hex(test.msg), context), `case ${test.tcId}`).toEqual(sealed);
      } else {
        expect(opened, `case ${test.tcId}`).toBeUndefined();
      }
    }
    expect(valid).toBeGreaterThan(100);
    expect(cases.length).toBeGreaterThan(valid);
  });
});

describe("the two implementations", () => {
  it("give the same bytes and open each other's", () => {
    const bytes = (length: number): fc.Arbitrary<Uint8Array> =>
      fc.uint8Array({ minLength: length, maxLength: length });
    const input = fc.record({
      key: bytes(32),
      nonce: bytes(12),
      associatedData: fc.uint8Array({ maxLength: 64 }),
      plaintext: fc.uint8Array({ maxLength: 2000 }),
    });
    fc.assert(
      fc.property(input, ({ plaintext, ...context }) => {
        const sealed = seal(node, plaintext, context);
        expect(seal(portable, plaintext, context)).toEqual(sealed);
        expect(portable.open(sealed, context)).toEqual(plaintext);
        expect(node.open(sealed, context)).toEqual(plaintext);
      }),
    );
  });
});
