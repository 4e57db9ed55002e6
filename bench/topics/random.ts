import { chacha20 } from "@noble/ciphers/chacha.js";
import { hkdfSync, randomFillSync, randomInt } from "node:crypto";
import {
  deriveKey,
  discreteGaussian,
  discreteLaplace,
  Prg,
  randomPermutation,
  randomWords,
  rational,
} from "veilshare/random";
import { compare } from "../micro.js";
import type { Topic } from "../measurement.js";

const words = 1_000_000;
const items = 100_000;

/** The generator expanded from a seed, fresh randomness, key derivation and shuffling. */
export const randomTopic: Topic = {
  name: "random",
  title: "Randomness",
  async run(context) {
    const seed = context.input("random").bytes(32);
    const prg = new Prg(seed);
    const nonce = new Uint8Array(12);
    const zeros = new Uint8Array(8 * words);
    const target = new BigUint64Array(words);
    return compare(context, [
      {
        unit: "words",
        ours: { name: "Prg.words", items: words, run: () => prg.words(words) },
        rivals: [
          { name: "@noble/ciphers chacha20", items: words, run: () => chacha20(seed, nonce, zeros) },
          { name: "node:crypto randomFillSync", items: words, run: () => randomFillSync(target) },
        ],
      },
      { unit: "words", ours: { name: "randomWords", items: words, run: () => randomWords(words) } },
      {
        unit: "items",
        ours: { name: "randomPermutation", items, run: () => randomPermutation(items) },
        rivals: [{ name: "node:crypto randomInt shuffle", items, run: () => shuffleByRandomInt(items) }],
      },
      {
        unit: "items",
        ours: {
          name: "discreteGaussian sigma 2^10",
          items,
          run: () => discreteGaussian({ variance: rational(1n << 20n), length: items }),
        },
        rivals: [
          {
            name: "in big integers",
            items: items / 100,
            run: () => discreteGaussian({ variance: rational(1n << 62n), length: items / 100 }),
          },
        ],
      },
      {
        unit: "items",
        ours: {
          name: "discreteLaplace scale 2^10",
          items,
          run: () => discreteLaplace({ scale: rational(1n << 10n), length: items }),
        },
      },
      {
        unit: "keys",
        ours: { name: "deriveKey", items: 1, run: () => deriveKey({ secret: seed, label: "bench" }) },
        rivals: [
          { name: "node:crypto hkdfSync", items: 1, run: () => hkdfSync("sha256", seed, nonce, nonce, 32) },
        ],
      },
    ]);
  },
};

function shuffleByRandomInt(length: number): Uint32Array {
  const order = Uint32Array.from({ length }, (_, i) => i);
  for (let i = length - 1; i > 0; i--) {
    const j = randomInt(i + 1);
    [order[i], order[j]] = [order[j] ?? 0, order[i] ?? 0];
  }
  return order;
}
