/**
 * What a party sees of the other one, and that it tells nothing. Each check states how often it fails although all is
 * well, and is shown to catch a broken protocol ("mutant").
 */

import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { bytesToHex, concatBytes } from "../../dist/bytes/encoding.js";
import { simulate, type Party, type ProtocolRun } from "../../dist/channel/index.js";
import { multiply, randomScalar } from "../../dist/group/index.js";
import { BlindingKey } from "../../dist/psi/blinding.js";
import { doubledValueBytes, doubledValues } from "../../dist/psi/doubled-value.js";
import { intersectWith } from "../../dist/psi/intersect.js";
import { freshRandomness as fresh, type PsiRandomness } from "../../dist/psi/matching.js";
import { randomBytes } from "../../dist/random/index.js";
import { agreedParameters, blindedBatches, commitmentOf, sizesMessage } from "./hand-written-peer.js";

const oneScalar = randomScalar();
const mutants = {
  withoutShuffle: { ...fresh, permutation: (length: number) => Uint32Array.from({ length }, (_, i) => i) },
  withOneScalar: { ...fresh, scalar: () => oneScalar.slice() },
} satisfies Record<string, PsiRandomness>;

/** All that the curious party gets, and what it can work out from it. */
interface View {
  /** The victim's blinded elements, 32 bytes each, in the order received. */
  readonly blinded: Uint8Array;
  /** Their doubled values, which the curious party computes itself. */
  readonly doubledOfVictim: string[];
  /** The doubled values of its own five items, as the victim answered. */
  readonly doubledOfOwn: string[];
}

function values(doubled: Uint8Array): string[] {
  return Array.from({ length: doubled.length / valueBytes }, (_, i) =>
    bytesToHex(doubled.slice(valueBytes * i, valueBytes * (i + 1))),
  );
}

/** Follows the protocol and keeps what it sees. */
async function watch(run: ProtocolRun): Promise<View> {
  await run.agree(agreedParameters);
  await run.exchange("sizes", sizesMessage(5, 1));
  const scalar = randomScalar();
  for (const batch of blindedBatches(scalar)) await run.send(0, "blinded", batch);
  const batches = [await run.receive(0, "blinded"), await run.receive(0, "blinded")];
  const answers = batches.map((elements) => doubledValues(multiply(elements, scalar), valueBytes));
  const nonce = randomBytes(32);
  await run.exchange("commitment", commitmentOf(run, "", nonce, concatBytes(...answers)));
  for (const answer of answers) await run.send(0, "doubled", answer);
  const own = [await run.receive(0, "doubled"), await run.receive(0, "doubled")];
  await run.exchange("done", nonce);
  return {
    blinded: concatBytes(...batches),
    doubledOfVictim: values(concatBytes(...answers)),
    doubledOfOwn: values(concatBytes(...own)),
  };
}

/** Of the victim's six items, "c" and "d" are also the curious party's first two. */
const victimItems = ["c", "x", "d", "y", "z", "w"];

/** The curious party has five. */
const valueBytes = doubledValueBytes(victimItems.length + 5, 40);

async function viewOf(randomness: PsiRandomness): Promise<View> {
  const protocol = { name: "veilshare/psi", version: 4 };
  const options = { method: "ecdh", reveal: "both", batchSize: 3, workers: 0 } as const;
  const [, view] = await simulate(2, async (party: Party): Promise<View | undefined> => {
    if (party.index === 1) return party.run(protocol, watch);
    await intersectWith(randomness, party, victimItems, options);
    return undefined;
  });
  if (view === undefined) throw new Error("expected a view");
  return view;
}

async function views(randomness: PsiRandomness, count: number): Promise<View[]> {
  const all: View[] = [];
  for (let i = 0; i < count; i++) all.push(await viewOf(randomness));
  return all;
}

function chiSquare(observed: readonly number[], expected: number): number {
  return observed.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
}

/** Where the curious party sees the item that is first in the victim's list. */
function positionsOfFirstItem(seen: readonly View[]): number[] {
  const counts = new Array<number>(victimItems.length).fill(0);
  for (const { doubledOfVictim, doubledOfOwn } of seen) {
    const position = doubledOfVictim.indexOf(doubledOfOwn[0] ?? "");
    counts[position] = (counts[position] ?? 0) + 1;
  }
  return counts;
}

const sessions = 240;

/** The 1 - 10^-6 quantile of the chi-square distribution with 5 degrees of freedom is 35.9. */
const positionLimit = 35.9;

function positionsLookUniform(seen: readonly View[]): boolean {
  return chiSquare(positionsOfFirstItem(seen), seen.length / victimItems.length) < positionLimit;
}

function repeatedElements(seen: readonly View[]): number {
  const elements = seen.flatMap(({ blinded }) =>
    Array.from({ length: blinded.length / 32 }, (_, i) => bytesToHex(blinded.slice(32 * i, 32 * i + 32))),
  );
  return elements.length - new Set(elements).size;
}

/**
 * Byte values 1 to 30 of an encoding are uniform up to 2^-120. With 255 degrees of freedom the statistic is nearly
 * normal with mean 255 and deviation 22.6; six deviations are passed with a probability below 10^-8.
 */
function bytesLookUniform(seen: readonly View[]): boolean {
  const counts = new Array<number>(256).fill(0);
  let total = 0;
  for (const { blinded } of seen) {
    for (const [i, byte] of blinded.entries()) {
      if (i % 32 === 0 || i % 32 === 31) continue;
      counts[byte] = (counts[byte] ?? 0) + 1;
      total += 1;
    }
  }
  return chiSquare(counts, total / 256) < 255 + 6 * 22.6;
}

describe("the view of the other party", () => {
  it(
    "tells nothing by order (false alarm 1e-6), repeats nothing (2^-230), and looks uniform (1e-8)",
    { timeout: 60_000 },
    async () => {
      const seen = await views(fresh, sessions);
      expect(positionsLookUniform(seen)).toBe(true);
      expect(repeatedElements(seen)).toBe(0);
      expect(bytesLookUniform(seen)).toBe(true);
      expect(seen.every(({ doubledOfOwn }) => new Set(doubledOfOwn).size === 5)).toBe(true);
    },
  );

  it("holds nothing but sizes: lists of one size make messages of one length", async () => {
    const [view] = await views(fresh, 1);
    expect(view?.blinded.length).toBe(32 * victimItems.length);
    expect(view?.doubledOfOwn.length).toBe(5);
  });
});

describe("the same checks catch", () => {
  it("a party that does not shuffle", { timeout: 60_000 }, async () => {
    const seen = await views(mutants.withoutShuffle, sessions);
    expect(positionsLookUniform(seen)).toBe(false);
  });

  it("a party that uses its scalar twice", async () => {
    const seen = await views(mutants.withOneScalar, 2);
    expect(repeatedElements(seen)).toBe(victimItems.length);
  });

  it("values that are not blinded", () => {
    const plain = Uint8Array.from({ length: 32 * 1440 }, (_, i) => 97 + (i % 26));
    expect(bytesLookUniform([{ blinded: plain, doubledOfVictim: [], doubledOfOwn: [] }])).toBe(false);
  });
});

describe("the session's secrets", () => {
  it("are wiped when the run ends, well or badly", async () => {
    const scalars: Uint8Array[] = [];
    const orders: Uint32Array[] = [];
    const watched: PsiRandomness = {
      scalar: () => {
        const scalar = randomScalar();
        scalars.push(scalar);
        return scalar;
      },
      permutation: (length) => {
        const order = Uint32Array.from({ length }, (_, i) => length - 1 - i);
        orders.push(order);
        return order;
      },
    };
    const lists = [["a", "b", "c"], ["b"]];
    await simulate(2, (party) => intersectWith(watched, party, lists[party.index] ?? [], { workers: 1 }));
    const controller = new AbortController();
    const cancelled = simulate(
      2,
      (party) => intersectWith(watched, party, lists[party.index] ?? [], { workers: 0 }),
      {
        signal: controller.signal,
        onProgress: () => {
          controller.abort();
        },
      },
    );
    await expect(cancelled).rejects.toMatchObject({ code: "ABORTED" });
    expect(scalars.length).toBe(4);
    expect(scalars.every((scalar) => scalar.every((byte) => byte === 0))).toBe(true);
    expect(orders.every((order) => order.every((position) => position === 0))).toBe(true);
  });

  it("print as redacted", () => {
    const key = new BlindingKey(randomScalar());
    expect([inspect(key), JSON.stringify(key)]).toEqual(["BlindingKey(redacted)", '"BlindingKey(redacted)"']);
    expect(Object.keys(key)).toEqual([]);
  });
});
