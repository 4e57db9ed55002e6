import { describe, expect, it } from "vitest";
import * as aggregation from "../../../dist/aggregation/index.js";
import { pairMaskSeed, selfMaskSeed } from "../../../dist/aggregation/resilient/seeds.js";
import { unpackWords } from "../../../dist/aggregation/resilient/ring.js";
import { concatBytes } from "../../../dist/bytes/encoding.js";
import { multiply, multiplyBase } from "../../../dist/group/index.js";
import { randomBytes } from "../../../dist/random/index.js";
import { KeystreamSum } from "../../../dist/ring/keystream-sum.js";
import { chiSquare } from "../../support/chi-square.js";
import { importMutant, type Mutation } from "../../support/mutant.js";
import { InProcessSum } from "./in-process.js";

/** Two pieces and a bit: a mask that starts anew with each piece would show. */
const length = 2 * 65_536 + 64;
const bits = 32;
const clients = 4;

type Module = Pick<typeof aggregation, "ResilientClient" | "ResilientServer">;

/** What the wire and one colluder more know of client 0, whose vector is all zeros. */
interface Recording {
  readonly masked: Uint32Array;
  /** Without the masks it shares with others: what a server has that declared it lost and then gets its vector. */
  readonly withoutPairMasks: Uint32Array;
  /** Without its self mask: what a server has of a client that is in the total. */
  readonly withoutSelfMask: Uint32Array;
}

/** Runs a sum and takes client 0's masks off by its scalars, which the test has drawn. */
function record({ ResilientClient: Client, ResilientServer: Server }: Module): Recording {
  const plan = aggregation.planResilientSum({
    clients,
    length,
    max: 2 ** 30 - 1,
    corrupt: 0.25,
    dropout: 0.25,
  });
  expect(plan.bits).toBe(bits);
  const scalars: Uint8Array[] = [];
  const drawn = (byteLength: number): Uint8Array => {
    const bytes = randomBytes(byteLength);
    if (byteLength === 64 && scalars.length < 3) {
      bytes.fill(0, 31); // 31 bytes and zeros: below the order, so it is the scalar itself
      scalars.push(bytes.slice(0, 32));
    }
    return bytes;
  };
  const zeros = new Uint32Array(length);
  const sum = new InProcessSum({ plan, vectorOf: () => zeros, Client, Server });
  const { sumId } = sum.server;
  sum.clients[0] = Client.begin({ plan, sumId, index: 0 }, { random: drawn });
  sum.adverts();
  const maskKeys = sum.clients.map((client) => client.advert.slice(32, 64));
  sum.shares();
  sum.opened();
  sum.server.closeRound();
  sum.clientAt(0).takeJoined(sum.server.messageFor(0));
  const masked = new Uint32Array(length);
  let at = 0;
  for (const piece of sum.clientAt(0).mask(zeros)) {
    const words = unpackWords(piece, (8 * piece.length) / bits, bits);
    masked.set(Uint32Array.from(words, Number), at);
    at += words.length;
  }
  const [, maskSecret = new Uint8Array(0), selfScalar = new Uint8Array(0)] = scalars;
  expect(maskKeys[0]).toEqual(multiplyBase(maskSecret));
  const others = [1, 2, 3].map((client) => ({ client, publicKey: maskKeys[client] ?? new Uint8Array(0) }));
  const own = { client: 0, publicKey: maskKeys[0] ?? new Uint8Array(0) };
  const pairSeeds = others.map((other) =>
    pairMaskSeed(multiply(other.publicKey, maskSecret), sumId, [own, other]),
  );
  const without = (seeds: readonly Uint8Array[]): Uint32Array => {
    const words = masked.slice();
    new KeystreamSum(concatBytes(...seeds), new Uint8Array(seeds.length).fill(1)).addTo(words);
    return words;
  };
  return {
    masked,
    withoutPairMasks: without(pairSeeds),
    withoutSelfMask: without([selfMaskSeed(selfScalar, sumId, 0)]),
  };
}

/** Counts of the values of each of a word's four bytes, tested for uniformity; a false alarm in one of 10^9 tests. */
function uniformityFaults(name: string, words: Uint32Array): string[] {
  const faults: string[] = [];
  for (let place = 0; place < 4; place++) {
    const counts = new Float64Array(256);
    for (const word of words) {
      const byte = (word >>> (8 * place)) & 255;
      counts[byte] = (counts[byte] ?? 0) + 1;
    }
    if (chiSquare(counts).exceeds) faults.push(`${name}, byte ${place}`);
  }
  // Within one run all pieces hold zeros, so their difference is one of masks. Chance of a repeated word: 2^-32 each.
  const difference = words.slice(0, 65_536).map((word, i) => word - (words[65_536 + i] ?? 0));
  const counts = new Float64Array(256);
  for (const word of difference) counts[word & 255] = (counts[word & 255] ?? 0) + 1;
  if (chiSquare(counts).exceeds) faults.push(`${name}, pieces`);
  return faults;
}

/** Faults in the claim that no mask alone opens a vector: 25 tests, fewer than one false alarm in 10^7 calls. */
function privacyFaults(module: Module): string[] {
  const first = record(module);
  const second = record(module);
  const difference = (a: Uint32Array, b: Uint32Array): Uint32Array => a.map((word, i) => word - (b[i] ?? 0));
  return [
    ...uniformityFaults("masked", first.masked),
    ...uniformityFaults("without pair masks", first.withoutPairMasks),
    ...uniformityFaults("without self mask", first.withoutSelfMask),
    ...uniformityFaults("two sums", difference(first.masked, second.masked)),
    ...uniformityFaults(
      "two sums without pair masks",
      difference(first.withoutPairMasks, second.withoutPairMasks),
    ),
  ];
}

describe("what a client of a resilient sum sends", () => {
  it("is uniform, also to who takes off its self mask or all masks that it shares (false alarm below 1e-7)", () => {
    expect(privacyFaults(aggregation)).toEqual([]);
  }, 60_000);
});

describe("the privacy check can fail: it finds", () => {
  const file = "aggregation/resilient/client-secrets.js";
  const mutants: readonly (readonly [string, Mutation, RegExp])[] = [
    [
      "no-self-mask",
      {
        file,
        text: "new KeystreamSum(seeds, subtract)",
        replacement: "new KeystreamSum(seeds.slice(32), subtract.slice(1))",
      },
      /without pair masks/,
    ],
    [
      "self-mask-that-everyone-knows",
      { file, text: "seeds.set(selfMaskSeed(selfScalar, sumId, index));", replacement: "" },
      /two sums without pair masks/,
    ],
    [
      "no-pair-masks",
      {
        file,
        text: "new KeystreamSum(seeds, subtract)",
        replacement: "new KeystreamSum(seeds.slice(0, 32), subtract.slice(0, 1))",
      },
      /without self mask/,
    ],
    [
      "mask-anew-with-each-piece",
      {
        file: "ring/keystream-sum.js",
        text: "prg.fill(new Uint8Array(piece.buffer, 0, length * piece.BYTES_PER_ELEMENT));",
        replacement:
          "prg.first ??= prg.bytes(4 * 16384); new Uint8Array(piece.buffer, 0, 4 * length).set(prg.first.subarray(0, 4 * length));",
      },
      /pieces/,
    ],
  ];

  it.each(mutants)(
    "%s",
    async (name, mutation, finding) => {
      const mutant = await importMutant<typeof aggregation>(
        `resilient-${name}`,
        "aggregation/index.js",
        mutation,
      );
      expect(privacyFaults(mutant).join("; ")).toMatch(finding);
    },
    60_000,
  );
});
