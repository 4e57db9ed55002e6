import { modPow } from "bigint-crypto-utils";
import {
  add,
  decrypt,
  encrypt,
  generatePaillierKey,
  multiplyPlain,
  paillierKeyBits,
  PrecomputedRandomisers,
  slotLayout,
  type PaillierKeyBits,
  type PaillierPrivateKey,
} from "veilshare/he";
import type { BenchContext } from "../context.js";
import { compare, type Comparison } from "../micro.js";
import type { Measurement, Topic } from "../measurement.js";

const maxAbs = 2n ** 31n;

/** Ciphertexts of one run. */
const count = 2;

/** Values in the slots of one ciphertext, when sums of 1000 vectors of 32-bit values are to fit. */
const terms = 1000n;

/**
 * Paillier with keys of both lengths, beside the scheme's formulas as they stand over BigInt: powers bit by bit, no
 * factors of n.
 */
export const heTopic: Topic = {
  name: "he",
  title: "Paillier encryption",
  async run(context) {
    const results: Measurement[] = [];
    let ratios: Record<string, number> = {};
    for (const bits of paillierKeyBits) {
      const measured = await compare(context, await comparisons(context, bits));
      results.push(...measured.results);
      ratios = { ...ratios, ...measured.ratios };
    }
    return { results, ratios };
  },
};

async function comparisons(context: BenchContext, bits: PaillierKeyBits): Promise<Comparison[]> {
  const input = context.input(`he/${bits}`);
  const random = (byteLength: number): Uint8Array => input.bytes(byteLength);
  const key = await generatePaillierKey({ bits, random });
  const { publicKey } = key;
  const values = [123_456_789n, -987_654_321n];
  const options = { maxAbs, random };
  const sealed = await encrypt(publicKey, values, options);
  const layout = slotLayout(bits, terms * maxAbs);
  const packed = Array.from({ length: count * layout.slots }, (_, i) => BigInt(i) * 1001n);
  const precomputed = new PrecomputedRandomisers(key);
  await precomputed.add(count, { random });
  const restocked = await precomputed.take(count);
  const naive = naivePaillier(key);
  if (naive.decrypt(sealed.ciphertexts[0] ?? 1n) !== values[0])
    throw new Error("bench: the rival decrypts wrongly");
  const size = `${bits} bits,`;
  const unit = "ciphertexts";
  return [
    {
      unit,
      ours: { name: `encrypt ${size}`, items: count, run: () => encrypt(publicKey, values, options) },
      rivals: [
        { name: `naive BigInt encrypt ${size}`, items: 1, run: () => naive.encrypt(values[0] ?? 0n, 3n) },
      ],
    },
    {
      unit,
      ours: { name: `encrypt by the holder ${size}`, items: count, run: () => encrypt(key, values, options) },
    },
    {
      unit: "values",
      ours: {
        name: `encrypt by the holder in ${layout.slots} slots of ${layout.slotBits} bits, ${size}`,
        items: packed.length,
        run: () => encrypt(key, packed, { ...options, layout }),
      },
    },
    {
      unit,
      ours: {
        name: `encrypt with randomisers in precomputed ${size}`,
        items: count,
        run: () => encrypt(fixedStock(key, restocked), values, options),
      },
    },
    {
      unit,
      ours: { name: `decrypt ${size}`, items: count, run: () => decrypt(key, sealed) },
      rivals: [
        {
          name: `naive BigInt decrypt ${size}`,
          items: 1,
          run: () => naive.decrypt(sealed.ciphertexts[0] ?? 1n),
        },
      ],
    },
    { unit, ours: { name: `add ${size}`, items: count, run: () => add(sealed, sealed) } },
    {
      unit,
      ours: {
        name: `multiplyPlain by 32 bits ${size}`,
        items: count,
        run: () => multiplyPlain(sealed, 3_000_000_019n, 2n ** 32n),
      },
    },
  ];
}

/** A precomputed that always has the same randomisers: what using one costs, not making it. Never outside a bench. */
function fixedStock(key: PaillierPrivateKey, randomisers: readonly bigint[]): PrecomputedRandomisers {
  const precomputed = new PrecomputedRandomisers(key);
  precomputed.take = () => Promise.resolve([...randomisers]);
  return precomputed;
}

/** The formulas of the paper, with (n + 1)^m as a power and lambda = phi(n). */
function naivePaillier(key: PaillierPrivateKey): {
  encrypt: (m: bigint, r: bigint) => bigint;
  decrypt: (c: bigint) => bigint;
} {
  const { n, nSquared } = key.publicKey;
  const secret = key.secretBytes();
  const integer = (bytes: Uint8Array): bigint => BigInt(`0x${Buffer.from(bytes).reverse().toString("hex")}`);
  const [p, q] = [integer(secret.slice(0, secret.length / 2)), integer(secret.slice(secret.length / 2))];
  const lambda = (p - 1n) * (q - 1n);
  const l = (x: bigint): bigint => (x - 1n) / n;
  const mu = modPow(l(modPow(n + 1n, lambda, nSquared)), lambda - 1n, n);
  return {
    encrypt: (m, r) => (modPow(n + 1n, m, nSquared) * modPow(r, n, nSquared)) % nSquared,
    decrypt: (c) => (l(modPow(c, lambda, nSquared)) * mu) % n,
  };
}
