import fc from "fast-check";
import { ed25519 } from "@noble/curves/ed25519.js";
import { describe, expect, it } from "vitest";
import { bytesFromHex, bytesToHex } from "../../dist/bytes/encoding.js";
import * as node from "../../dist/group/ed25519-node.js";
import * as portable from "../../dist/group/ed25519-portable.js";

const hex = (text: string): Uint8Array => bytesFromHex(text, "text");

/** RFC 8032, section 7.1, tests 1 to 3. */
const vectors = [
  {
    secret: "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
    publicKey: "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
    message: "",
    signature:
      "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
  },
  {
    secret: "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
    publicKey: "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
    message: "72",
    signature:
      "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
  },
  {
    secret: "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
    publicKey: "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
    message: "af82",
    signature:
      "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
  },
];

describe.each([
  ["by OpenSSL", node],
  ["by @noble/curves", portable],
])("Ed25519 %s", (_, { openEd25519Key, verifyEd25519 }) => {
  it.each(vectors)("signs and verifies the vector of RFC 8032 for message '$message'", (vector) => {
    const key = openEd25519Key(hex(vector.secret));
    expect(bytesToHex(key.publicKey)).toBe(vector.publicKey);
    expect(bytesToHex(key.sign(hex(vector.message)))).toBe(vector.signature);
    expect(verifyEd25519(hex(vector.signature), hex(vector.message), key.publicKey)).toBe(true);
  });

  it("refuses any changed bit of signature, message and key, and other lengths", () => {
    const key = openEd25519Key(new Uint8Array(32).fill(7));
    const message = new Uint8Array(20).fill(1);
    const signature = key.sign(message);
    fc.assert(
      fc.property(fc.constantFrom(0, 1, 2), fc.nat(), (which, at) => {
        const parts = [signature, message, key.publicKey].map((bytes) => bytes.slice());
        const part = parts[which] ?? new Uint8Array(1);
        const bit = at % (8 * part.length);
        part[bit >> 3] = (part[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        const [a, b, c] = parts as [Uint8Array, Uint8Array, Uint8Array]; // three
        expect(verifyEd25519(a, b, c)).toBe(false);
      }),
      { numRuns: 60 },
    );
    expect(verifyEd25519(signature.slice(1), message, key.publicKey)).toBe(false);
    expect(verifyEd25519(signature, message, key.publicKey.slice(1))).toBe(false);
  });

  it("refuses keys of small order and encodings that are not canonical, whatever is signed", () => {
    const identity = new Uint8Array(32);
    identity[0] = 1;
    const notCanonical = new Uint8Array(32).fill(0xff);
    notCanonical[0] = 0xee; // 2^255 - 18: the y of the identity again
    notCanonical[31] = 0x7f;
    const zeros = new Uint8Array(64);
    zeros[0] = 1; // R: the identity, s: 0, which holds for any message under a key of order 1
    const signed = identity.slice();
    signed[31] = 0x80; // the identity with a sign that it can't have
    for (const key of [identity, signed, notCanonical, new Uint8Array(32)]) {
      expect(verifyEd25519(zeros, new Uint8Array(3), key)).toBe(false);
    }
  });

  it("agrees with @noble/curves on random keys and messages", () => {
    const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
    fc.assert(
      fc.property(bytes(32), fc.uint8Array({ maxLength: 100 }), (secret, message) => {
        const key = openEd25519Key(secret);
        const signature = key.sign(message);
        expect(bytesToHex(signature)).toBe(bytesToHex(ed25519.sign(message, secret)));
        expect(verifyEd25519(signature, message, ed25519.getPublicKey(secret))).toBe(true);
      }),
      { numRuns: 20 },
    );
  });
});
