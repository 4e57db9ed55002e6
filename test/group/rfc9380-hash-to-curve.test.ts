import { expand_message_xmd } from "@noble/curves/abstract/hash-to-curve.js";
import { ed25519_hasher, ristretto255_hasher } from "@noble/curves/ed25519.js";
import { p256_hasher } from "@noble/curves/nist.js";
import { sha256, sha512 } from "@noble/hashes/sha2.js";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { byteRowsFromArrays, byteRowsFromTexts } from "../../dist/bytes/byte-rows.js";
import { bytesFromHex, bytesToHex, concatBytes, utf8ToBytes } from "../../dist/bytes/encoding.js";
import { hashAndMultiply, hashToGroup, multiply } from "../../dist/group/index.js";
import { readDataParts } from "../support/data-parts.js";
import { describeWithData } from "../support/data.js";
import { expectError } from "../support/expect-error.js";

describe("hashToGroup", () => {
  it("is expand_message_xmd with SHA-512 (RFC 9380, 5.3.1) and element derivation (RFC 9496, 4.3.4)", () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 4 }),
        fc.string({ minLength: 1, maxLength: 400, unit: "grapheme" }),
        (messages, dst) => {
          const expected = messages.map((message) =>
            ristretto255_hasher.deriveToCurve?.(expandMessage(message, utf8ToBytes(dst))).toBytes(),
          );
          const elements = hashToGroup(byteRowsFromArrays(messages), dst);
          expect(elements).toEqual(concatBytes(...(expected as Uint8Array[])));
        },
      ),
      { numRuns: 30 },
    );
  });

  it("gives other elements under another tag, and refuses an empty one", () => {
    const rows = byteRowsFromTexts(["x"]);
    expect(hashToGroup(rows, "a")).not.toEqual(hashToGroup(rows, "b"));
    expectError(() => hashToGroup(rows, ""), "INVALID_ARGUMENT");
  });

  it("hashes input 00 of RFC 9497, A.1.1.1, to the element whose blinded form is listed there", () => {
    const blind = bytesFromHex("64d37aed22a27f5191de1c1d69fadb899d8862b58eb4220029e036ec4c1f6706", "blind");
    const rows = byteRowsFromArrays([Uint8Array.of(0)]);
    const dst = "HashToGroup-OPRFV1-\x00-ristretto255-SHA512";
    const blinded = "609a0ae68c15a3cf6903766461307e5c8bb2f95e7e6550e1ffa2dc99e412803c";
    expect(bytesToHex(multiply(hashToGroup(rows, dst), blind))).toBe(blinded);
    expect(bytesToHex(hashAndMultiply(rows, dst, blind))).toBe(blinded);
  });
});

/** expand_message_xmd for 64 bytes with SHA-512, written from the RFC's steps. */
function expandMessage(message: Uint8Array, tag: Uint8Array): Uint8Array {
  const dst = tag.length > 255 ? sha512(concatBytes(utf8ToBytes("H2C-OVERSIZE-DST-"), tag)) : tag;
  const dstPrime = concatBytes(dst, Uint8Array.of(dst.length));
  const zPad = new Uint8Array(128);
  const b0 = sha512(concatBytes(zPad, message, Uint8Array.of(0, 64, 0), dstPrime));
  return sha512(concatBytes(b0, Uint8Array.of(1), dstPrime)); // ell = 1
}

interface ExpandFile {
  readonly DST: string;
  readonly hash: string;
  readonly tests: readonly {
    readonly msg: string;
    readonly len_in_bytes: string;
    readonly uniform_bytes: string;
  }[];
}

describe.each(["SHA256_38", "SHA256_256", "SHA512_38"])("expand_message_xmd_%s", (name) => {
  const stem = `crypto/h2c-expand_message_xmd_${name}`;
  describeWithData("of the dependency", [`${stem}-part-a.json`], () => {
    it("gives the bytes of RFC 9380, appendix K", () => {
      for (const file of readDataParts<ExpandFile>(stem)) {
        const hash = file.hash === "SHA512" ? sha512 : sha256;
        for (const { msg, len_in_bytes, uniform_bytes } of file.tests) {
          const bytes = expand_message_xmd(
            utf8ToBytes(msg),
            utf8ToBytes(file.DST),
            Number(len_in_bytes),
            hash,
          );
          expect(bytesToHex(bytes)).toBe(uniform_bytes);
        }
      }
    });
  });
});

interface CurveFile {
  readonly dst: string;
  readonly vectors: readonly {
    readonly msg: string;
    readonly P: { readonly x: string; readonly y: string };
  }[];
}

type HashToPoint = (message: Uint8Array, DST: string) => { readonly x: bigint; readonly y: bigint };

const curves: readonly (readonly [string, HashToPoint])[] = [
  ["P256_XMD-SHA-256_SSWU_RO", (message, DST) => p256_hasher.hashToCurve(message, { DST }).toAffine()],
  ["P256_XMD-SHA-256_SSWU_NU", (message, DST) => p256_hasher.encodeToCurve(message, { DST }).toAffine()],
  [
    "edwards25519_XMD-SHA-512_ELL2_RO",
    (message, DST) => ed25519_hasher.hashToCurve(message, { DST }).toAffine(),
  ],
];

describe.each(curves)("%s", (name, hash) => {
  const stem = `crypto/h2c-${name}`;
  describeWithData("of the dependency", [`${stem}-part-a.json`], () => {
    it("gives the points of RFC 9380, appendix J", () => {
      for (const file of readDataParts<CurveFile>(stem)) {
        for (const { msg, P } of file.vectors) {
          const { x, y } = hash(utf8ToBytes(msg), file.dst);
          expect({ x, y }).toEqual({ x: BigInt(P.x), y: BigInt(P.y) });
        }
      }
    });
  });
});

describe("curve25519_XMD-SHA-512_ELL2_RO", () => {
  const stem = "crypto/h2c-curve25519_XMD-SHA-512_ELL2_RO";
  describeWithData("of the dependency", [`${stem}-part-a.json`], () => {
    it("gives the u coordinates of RFC 9380, appendix J.4.1, by way of edwards25519", () => {
      const p = 2n ** 255n - 19n;
      for (const file of readDataParts<CurveFile>(stem)) {
        for (const { msg, P } of file.vectors) {
          const { y } = ed25519_hasher.hashToCurve(utf8ToBytes(msg), { DST: file.dst }).toAffine();
          // u = (1 + y) / (1 - y), compared without the division
          expect((BigInt(P.x) * (1n - y + p)) % p).toBe((1n + y) % p);
        }
      }
    });
  });
});
