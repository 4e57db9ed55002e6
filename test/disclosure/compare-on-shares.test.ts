import { describe, expect, it } from "vitest";
import type * as launcher from "../../examples/launcher/index.js";
import * as disclosure from "../../dist/disclosure/index.js";
import { simulate } from "../../dist/channel/index.js";
import { chiSquare } from "../support/chi-square.js";
import { importMutant } from "../support/mutant.js";
import { recordedParty } from "../support/recorded-party.js";

const built = new URL("../../build/examples/launcher/index.js", import.meta.url).href;
const { runParties } = (await import(built)) as typeof launcher; // the same module, as users build it

/**
 * Bytes of what a contributor sends one comparer, and of the sum of its two components there: with all contributions the
 * largest, or a small one. Uniform in an honest run; four tests, each of which fails such a run once in 10^9.
 */
async function histograms(own: bigint, { releaseTotals } = disclosure): Promise<readonly Float64Array[]> {
  const cells = 2048;
  const counts = [new Float64Array(256), new Float64Array(256)] as const;
  await simulate(4, (party) => {
    const noted = recordedParty(party, ({ step, to, payload }) => {
      if (party.index === 3 && step === "shares" && to === 1) {
        for (const byte of payload) counts[0][byte] = (counts[0][byte] ?? 0) + 1;
        const words = new BigUint64Array(payload.slice().buffer);
        const sums = Array.from({ length: cells }, (_, i) => (words[i] ?? 0n) + (words[cells + i] ?? 0n));
        for (const byte of new Uint8Array(BigUint64Array.from(sums).buffer)) {
          counts[1][byte] = (counts[1][byte] ?? 0) + 1;
        }
      }
      return payload;
    });
    return releaseTotals(noted, new BigInt64Array(cells).fill(own), { maxAbs: 1000n, comparers: [0, 1, 2] });
  });
  return counts;
}

describe("what one comparer gets", () => {
  it.each([1n, 1000n])("is uniform whatever the contributions are: %s", async (own) => {
    for (const counts of await histograms(own)) expect(chiSquare(counts).exceeds).toBe(false);
  });

  it("would not be with a component that is not random", async () => {
    const mutant = await importMutant<typeof disclosure>("no-mask", "disclosure/index.js", {
      file: "mpc/replicated/external-input.js",
      text: "randomWords(words.length), randomWords(words.length)",
      replacement: "randomWords(words.length), new BigUint64Array(words.length)",
    });
    const all = await histograms(1n, mutant);
    expect(all.some((counts) => chiSquare(counts).exceeds)).toBe(true);
  });
});

describe("four processes over encrypted WebSockets", () => {
  it("release the same cells with comparers, and none that somebody dominates", async () => {
    const cells = [
      [10, 20, 30, 5],
      [100, 20, 30, 40],
      [1, 0, 0, 2],
    ];
    const script = new URL("contributor-process.mjs", import.meta.url);
    const comparers = ["a", "b", "d"];
    const parties = ["a", "b", "c", "d"].map((name, i) => ({
      name,
      task: { own: cells.map((cell) => cell[i] ?? 0), comparers },
    }));
    const expected = ["65", "withheld-dominated", "withheld-small"];
    expect(await runParties({ script, parties })).toEqual([expected, expected, expected, expected]);
  }, 60_000);
});
