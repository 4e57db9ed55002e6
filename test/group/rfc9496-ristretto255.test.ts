import { ristretto255_hasher } from "@noble/curves/ed25519.js";
import { describe, expect, it } from "vitest";
import { bytesFromHex, bytesToHex } from "../../dist/bytes/encoding.js";
import { decodeCheck, firstInvalidElement, multiply, multiplyBase } from "../../dist/group/index.js";
import { encodeScalar, randomScalar } from "../../dist/group/scalars.js";
import { readDataParts } from "../support/data-parts.js";
import { describeWithData, readDataJson } from "../support/data.js";
import { expectError } from "../support/expect-error.js";

const hex = (text: string): Uint8Array => bytesFromHex(text, "vector");

describe("RFC 9496, single vectors", () => {
  it("multiplies the generator (appendix A.1, B[0], B[1], B[2])", () => {
    const multiples = [0n, 1n, 2n].map((k) => bytesToHex(multiplyBase(encodeScalar(k))));
    expect(multiples).toEqual([
      "0000000000000000000000000000000000000000000000000000000000000000",
      "e2f2ae0a6abc4e71a884a961c500515f58e30b6aa582dd8db6a65945e08d2d76",
      "6a493210f7499cd17fecb510ae0cea23a110e8d5b901f8acadd3095c73a3b919",
    ]);
  });

  it.each([
    ["non-canonical", "00ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"],
    ["non-canonical p", "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"],
    ["negative", "0100000000000000000000000000000000000000000000000000000000000000"],
    ["non-square x^2", "26948d35ca62e643e26a83177332e6b6afeb9d08e4268b650f1f5bbd8d81d371"],
    ["negative xy", "3eb858e78f5a7254d8c9731174a94f76755fd3941c0ac93735c07ba14579630e"],
    ["s = -1", "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"],
  ])("refuses a %s encoding (appendix A.2)", (_kind, encoding) => {
    expectRefused(hex(encoding));
  });
});

interface Rfc9496 {
  readonly generator_multiples: Readonly<Record<string, string>>;
  readonly invalid_encodings: readonly { readonly class: string; readonly encoding: string }[];
  readonly from_uniform_bytes: readonly { readonly uniform_bytes: string; readonly encoding: string }[];
}

describeWithData("RFC 9496, appendix A", ["crypto/ristretto255-rfc9496-part-a.json"], () => {
  const parts = readDataParts<Rfc9496>("crypto/ristretto255-rfc9496");

  it("gives every listed multiple of the generator", () => {
    for (const part of parts) {
      for (const [multiple, encoding] of Object.entries(part.generator_multiples)) {
        expect(bytesToHex(multiplyBase(encodeScalar(BigInt(multiple))))).toBe(encoding);
        expect(firstInvalidElement(hex(encoding), { identity: "allow" })).toBe(-1);
      }
    }
  });

  it("refuses every invalid encoding, alone and in the middle of a batch", () => {
    for (const part of parts) {
      expect(part.invalid_encodings.length).toBeGreaterThan(0);
      for (const { encoding } of part.invalid_encodings) expectRefused(hex(encoding));
    }
  });

  it("has a dependency that derives elements from uniform bytes as listed", () => {
    for (const part of parts) {
      for (const { uniform_bytes, encoding } of part.from_uniform_bytes) {
        const point = ristretto255_hasher.deriveToCurve?.(hex(uniform_bytes));
        expect(point?.toHex()).toBe(encoding);
      }
    }
  });
});

describeWithData(
  "an invalid element of another project",
  ["crypto/invalid-element-ristretto255.json"],
  () => {
    it("is refused", () => {
      const file = readDataJson<{ elements: { invalid_element: string } }>(
        "crypto/invalid-element-ristretto255.json",
      );
      expectRefused(hex(file.elements.invalid_element));
    });
  },
);

/** Refused by every function that decodes, with the row, whether the identity is allowed or not. */
function expectRefused(encoding: Uint8Array): void {
  const good = multiplyBase(randomScalar());
  const batch = new Uint8Array(96);
  batch.set(good, 0);
  batch.set(encoding, 32);
  batch.set(good, 64);
  for (const identity of ["allow", "refuse"] as const) {
    expect(firstInvalidElement(batch, { identity })).toBe(1);
    expectError(
      () => {
        decodeCheck(batch, { identity });
      },
      "INVALID_ARGUMENT",
      { field: "elements[1]" },
    );
    expectError(() => multiply(batch, randomScalar(), { identity }), "INVALID_ARGUMENT", {
      field: "elements[1]",
    });
  }
}
