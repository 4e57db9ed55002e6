import { chacha20orig } from "@noble/ciphers/chacha.js";
import fc from "fast-check";
import { createCipheriv } from "node:crypto";
import { describe, expect, it } from "vitest";
import { bytesFromHex, bytesToHex, concatBytes } from "../../dist/bytes/encoding.js";
import { openKeystream as openInNode } from "../../dist/random/keystream-node.js";
import { openKeystream as openPortable } from "../../dist/random/keystream-portable.js";
import { describeWithData, readDataJson } from "../support/data.js";

const hex = (text: string): Uint8Array => bytesFromHex(text, "vector");
const implementations = [
  ["OpenSSL", openInNode],
  ["@noble/ciphers", openPortable],
] as const;

const zeroKey = "00".repeat(32);
const oneKey = `${"00".repeat(31)}01`;

describe.each(implementations)("the ChaCha20 key stream of %s", (_name, open) => {
  it.each([
    [
      1,
      zeroKey,
      0,
      "76b8e0ada0f13d90405d6ae55386bd28bdd219b8a08ded1aa836efcc8b770dc7" +
        "da41597c5157488d7724e03fb8d84a376a43b8f41518a11cc387b669b2ee6586",
    ],
    [
      2,
      zeroKey,
      1,
      "9f07e7be5551387a98ba977c732d080dcb0f29a048e3656912c6533e32ee7aed" +
        "29b721769ce64e43d57133b074d839d531ed1f28510afb45ace10a1f4b794d6f",
    ],
    [
      3,
      oneKey,
      1,
      "3aeb5224ecf849929b9d828db1ced4dd832025e8018b8160b82284f3c949aa5a" +
        "8eca00bbb4a73bdad192b5c42f73f2fd4e273644c8b36125a64addeb006c13a0",
    ],
  ])("is that of RFC 8439, appendix A.1, vector %d", (_number, key, block, expected) => {
    const bytes = new Uint8Array(64);
    open(hex(key), block).fill(bytes);
    expect(bytesToHex(bytes)).toBe(expected);
  });

  it("is the same whatever the pieces it is read in", () => {
    fc.assert(
      fc.property(seeds, fc.array(fc.nat(200), { maxLength: 20 }), (seed, lengths) => {
        const total = lengths.reduce((sum, length) => sum + length, 0);
        const whole = new Uint8Array(total);
        open(seed).fill(whole);
        const stream = open(seed);
        const pieces = lengths.map((length) => {
          const piece = new Uint8Array(length);
          stream.fill(piece);
          return piece;
        });
        expect(concatBytes(...pieces)).toEqual(whole);
      }),
    );
  });

  it("overwrites its target, and goes on when the caller changes the key or the target", () => {
    const key = Buffer.alloc(32, 7);
    const stream = open(key);
    const target = new Uint8Array(100).fill(0xaa);
    stream.fill(target);
    key.fill(0);
    target.fill(0);
    const rest = new Uint8Array(100);
    stream.fill(rest);
    const whole = new Uint8Array(200);
    open(new Uint8Array(32).fill(7)).fill(whole);
    expect(rest).toEqual(whole.slice(100));
  });
});

const seeds = fc.uint8Array({ minLength: 32, maxLength: 32 });

describe("the two key streams", () => {
  it("are the same bytes at every position, for every seed, length and way of reading", () => {
    fc.assert(
      fc.property(
        seeds,
        fc.integer({ min: 0, max: 2 ** 32 - 5000 }),
        fc.array(fc.nat(70_000), { minLength: 1, maxLength: 4 }),
        (seed, firstBlock, lengths) => {
          const [inNode, portable] = [openInNode(seed, firstBlock), openPortable(seed, firstBlock)];
          for (const length of lengths) {
            const [left, right] = [new Uint8Array(length), new Uint8Array(length).fill(1)];
            inNode.fill(left);
            portable.fill(right);
            expect(Buffer.compare(left, right)).toBe(0);
          }
        },
      ),
      { numRuns: 40 },
    );
  });

  it("reach the last block but one of the counter alike, where Prg stops", () => {
    const [left, right] = [new Uint8Array(128), new Uint8Array(128)];
    openInNode(hex(oneKey), 2 ** 32 - 3).fill(left);
    openPortable(hex(oneKey), 2 ** 32 - 3).fill(right);
    expect(left).toEqual(right);
  });
});

interface ChaChaVector {
  readonly key: string;
  readonly nonce: string;
  readonly stream: string;
}

describeWithData("published ChaCha20 key streams", ["crypto/chacha20.json"], () => {
  const vectors = readDataJson<ChaChaVector[]>("crypto/chacha20.json");

  it("with a zero nonce are what both implementations give", () => {
    const zeroNonce = vectors.filter(({ nonce }) => /^0+$/.test(nonce));
    expect(zeroNonce).toHaveLength(2);
    for (const { key, stream } of zeroNonce) {
      for (const [, open] of implementations) {
        const bytes = new Uint8Array(stream.length / 2);
        open(hex(key)).fill(bytes);
        expect(bytesToHex(bytes)).toBe(stream);
      }
    }
  });

  it("with any nonce are what both underlying ciphers give", () => {
    for (const { key, nonce, stream } of vectors) {
      const zeros = new Uint8Array(stream.length / 2);
      expect(bytesToHex(chacha20orig(hex(key), hex(nonce), zeros))).toBe(stream);
      const cipher = createCipheriv("chacha20", hex(key), concatBytes(new Uint8Array(8), hex(nonce)));
      expect(cipher.update(zeros).toString("hex")).toBe(stream);
    }
  });
});
