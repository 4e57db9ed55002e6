import { describe, expect, it } from "vitest";
import { bytesFromHex, bytesToHex, concatBytes } from "../../dist/bytes/encoding.js";
import { ristretto255Scalars } from "../../dist/field/prime-field.js";
import { linearCombinationVartime, multiplyBase } from "../../dist/group/index.js";
import { encodeScalar } from "../../dist/group/scalars.js";
import { shamir } from "../../dist/sharing/index.js";
import { describeWithData, readDataJson } from "../support/data.js";

const hex = (text: string): Uint8Array => bytesFromHex(text, "vector");
const element = (text: string): bigint => ristretto255Scalars.decode(hex(text));
const id = new Uint8Array(16);

/** A random source that gives the sharing's id, then the listed coefficients. */
function replay(coefficients: readonly string[]): (byteLength: number) => Uint8Array {
  let next = -1;
  return (byteLength) => {
    const bytes = new Uint8Array(byteLength);
    const coefficient = coefficients[next++];
    if (coefficient !== undefined) bytes.set(hex(coefficient));
    return bytes;
  };
}

interface FrostInputs {
  readonly group_secret_key: string;
  readonly group_public_key: string;
  readonly share_polynomial_coefficients: readonly string[];
  readonly participant_shares: readonly { readonly identifier: number; readonly participant_share: string }[];
}

/** RFC 9591, appendix E.3, configuration and group input parameters. */
const rfc9591: FrostInputs = {
  group_secret_key: "1b25a55e463cfd15cf14a5d3acc3d15053f08da49c8afcf3ab265f2ebc4f970b",
  group_public_key: "e2a62f39eede11269e3bd5a7d97554f5ca384f9f6d3dd9c3c0d05083c7254f57",
  share_polynomial_coefficients: ["410f8b744b19325891d73736923525a4f596c805d060dfb9c98009d34e3fec02"],
  participant_shares: [
    { identifier: 1, participant_share: "5c3430d391552f6e60ecdc093ff9f6f4488756aa6cebdbad75a768010b8f830e" },
    { identifier: 2, participant_share: "b06fc5eac20b4f6e1b271d9df2343d843e1e1fb03c4cbb673f2872d459ce6f01" },
    { identifier: 3, participant_share: "f17e505f0e2581c6acfe54d3846a622834b5e7b50cad9a2109a97ba7a80d5c04" },
  ],
};

function checkFrost(inputs: FrostInputs): void {
  const { shares, commitment } = shamir.splitVerifiable({
    secret: [element(inputs.group_secret_key)],
    threshold: inputs.share_polynomial_coefficients.length + 1,
    shares: inputs.participant_shares.length,
    random: replay(inputs.share_polynomial_coefficients),
  });
  for (const [i, listed] of inputs.participant_shares.entries()) {
    const share = shares[i];
    expect(share?.index).toBe(listed.identifier);
    expect(share?.values().map((value) => bytesToHex(encodeScalar(value)))).toEqual([
      listed.participant_share,
    ]);
  }
  expect(bytesToHex(commitment.elements(0).slice(0, 32))).toBe(inputs.group_public_key);
  for (const left of shares) {
    expect(shamir.verifyShare(left, commitment)).toBe(true);
    for (const right of shares) {
      if (left === right) continue;
      expect(shamir.combine([left, right])).toEqual([element(inputs.group_secret_key)]);
    }
  }
}

describe("RFC 9591, appendix E.3", () => {
  it("splits the group secret key into the listed shares, which verify and combine", () => {
    checkFrost(rfc9591);
  });
});

describeWithData("FROST(ristretto255, SHA-512)", ["crypto/frost-ristretto255-sha512.json"], () => {
  it("splits the group secret key into the listed shares, which verify and combine", () => {
    checkFrost(readDataJson<{ inputs: FrostInputs }>("crypto/frost-ristretto255-sha512.json").inputs);
  });
});

interface Dealer {
  readonly identifier: number;
  readonly signing_key: string;
  readonly coefficient: string;
  readonly vss_commitments: readonly string[];
  readonly signing_shares: Readonly<Record<string, string>>;
  readonly verifying_share: string;
  readonly signing_share: string;
}

describeWithData("Feldman DKG over ristretto255", ["crypto/feldman-dkg-ristretto255.json"], () => {
  const { inputs } = readDataJson<{
    inputs: { readonly verifying_key: string } & Readonly<Record<"1" | "2" | "3", Dealer>>;
  }>("crypto/feldman-dkg-ristretto255.json");
  const dealers = [inputs["1"], inputs["2"], inputs["3"]];
  const commitments = dealers.map(
    (dealer) =>
      new shamir.FeldmanCommitment({ id, threshold: 2, elements: hex(dealer.vss_commitments.join("")) }),
  );
  /** What holder `index` received from a dealer: the file lists it with the receiver, under the sender's number. */
  const listedShare = (dealer: Dealer, index: number): bigint | undefined => {
    const text = dealers[index - 1]?.signing_shares[dealer.identifier];
    return text === undefined ? undefined : element(text);
  };

  it("gives every dealer's commitment and the shares it sends", () => {
    for (const [d, dealer] of dealers.entries()) {
      const { shares, commitment } = shamir.splitVerifiable({
        secret: [element(dealer.signing_key)],
        threshold: 2,
        shares: 3,
        random: replay([dealer.coefficient]),
      });
      expect(commitment.elements(0)).toEqual(commitments[d]?.elements(0));
      for (const share of shares) {
        const listed = listedShare(dealer, share.index);
        if (listed !== undefined) expect(share.values()).toEqual([listed]);
      }
    }
  });

  it("verifies every received share against its sender's commitment only", () => {
    let checked = 0;
    for (const [d, dealer] of dealers.entries()) {
      for (const index of [1, 2, 3]) {
        const listed = listedShare(dealer, index);
        if (listed === undefined) continue;
        const share = new shamir.ShamirShare({ id, index, threshold: 2, values: [listed] });
        for (const [c, commitment] of commitments.entries()) {
          expect(shamir.verifyShare(share, commitment)).toBe(c === d);
        }
        checked += 1;
      }
    }
    expect(checked).toBe(6);
  });

  it("adds up to the listed signing shares, verifying shares and verifying key", () => {
    for (const own of dealers) {
      let total = 0n;
      for (const dealer of dealers) {
        const received = listedShare(dealer, own.identifier);
        const kept = ristretto255Scalars.reduce(
          element(own.signing_key) + BigInt(own.identifier) * element(own.coefficient),
        );
        total += received ?? kept;
      }
      const scalar = encodeScalar(ristretto255Scalars.reduce(total));
      expect(bytesToHex(scalar)).toBe(own.signing_share);
      expect(bytesToHex(multiplyBase(scalar))).toBe(own.verifying_share);
    }
    const ones = concatBytes(...dealers.map(() => encodeScalar(1n)));
    const keys = concatBytes(...commitments.map((commitment) => commitment.elements(0).slice(0, 32)));
    expect(bytesToHex(linearCombinationVartime(ones, keys))).toBe(inputs.verifying_key);
  });
});
