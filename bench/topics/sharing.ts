import { ristretto255_FROST } from "@noble/curves/ed25519.js";
import { randomFillSync } from "node:crypto";
import { additive, shamir } from "veilshare/sharing";
import { compare } from "../micro.js";
import type { Topic } from "../measurement.js";

const words = 100_000;

/** The functions of shamir-secret-sharing: over GF(256), with an asynchronous face. */
interface ShamirOverBytes {
  split(secret: Uint8Array, shares: number, threshold: number): Promise<Uint8Array[]>;
  combine(shares: Uint8Array[]): Promise<Uint8Array>;
}

/** Splitting and combining. */
export const sharingTopic: Topic = {
  name: "sharing",
  title: "Secret sharing",
  async run(context) {
    const input = context.input("sharing");
    const vector = input.words(words);
    const plain = Array.from(vector);
    const secret = input.bytes(32);
    const options = { secret, threshold: 2, shares: 3 };
    const additiveShares = additive.split(vector, 3);
    const shares = shamir.split(options);
    const verifiable = shamir.splitVerifiable({ ...options, secret: [12345n] });
    const ours = verifiable.shares[0];
    if (ours === undefined) throw new Error("bench: no share");
    const bytewise = (await context.rival("shamir-secret-sharing")) as ShamirOverBytes;
    const byteShares = await bytewise.split(secret, 3, 2);
    return compare(context, [
      {
        unit: "words",
        ours: { name: "additive.split 3 parties,", items: words, run: () => additive.split(vector, 3) },
        rivals: [{ name: "BigInt[] split 3 parties,", items: words, run: () => plainSplit(plain, 3) }],
      },
      {
        unit: "words",
        ours: {
          name: "additive.combine 3 parties,",
          items: words,
          run: () => additive.combine(additiveShares),
        },
      },
      {
        unit: "secrets",
        ours: { name: "shamir.split 32 bytes 2 of 3,", items: 1, run: () => shamir.split(options) },
        rivals: [
          {
            name: "shamir-secret-sharing split 32 bytes 2 of 3 (GF(256)),",
            items: 1,
            run: () => bytewise.split(secret, 3, 2),
          },
        ],
      },
      {
        unit: "secrets",
        ours: {
          name: "shamir.combineBytes 32 bytes 2 of 3,",
          items: 1,
          run: () => shamir.combineBytes(shares.slice(1)),
        },
        rivals: [
          {
            name: "shamir-secret-sharing combine 32 bytes 2 of 3 (GF(256)),",
            items: 1,
            run: () => bytewise.combine(byteShares.slice(1)),
          },
        ],
      },
      {
        unit: "secrets",
        ours: {
          name: "shamir.splitVerifiable 1 element 2 of 3,",
          items: 1,
          run: () => shamir.splitVerifiable({ ...options, secret: [12345n] }),
        },
        rivals: [
          {
            name: "@noble/curves FROST trustedDealer 2 of 3,",
            items: 1,
            run: () => ristretto255_FROST.trustedDealer({ min: 2, max: 3 }),
          },
        ],
      },
      {
        unit: "shares",
        ours: {
          name: "shamir.verifyShare 1 element 2 of 3,",
          items: 1,
          run: () => shamir.verifyShare(ours, verifiable.commitment),
        },
      },
    ]);
  },
};

/** The textbook way: a random BigInt a word and party. */
function plainSplit(secret: readonly bigint[], parties: number): bigint[][] {
  const shares: bigint[][] = [];
  const last = [...secret];
  for (let party = 1; party < parties; party++) {
    const mask = Array.from(randomFillSync(new BigUint64Array(secret.length)));
    for (let i = 0; i < last.length; i++) last[i] = BigInt.asUintN(64, (last[i] ?? 0n) - (mask[i] ?? 0n));
    shares.push(mask);
  }
  return [...shares, last];
}
