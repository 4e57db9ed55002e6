/** What each layer draws from its source of randomness is zero when the call has returned: SECURITY.md, "Erasure". */

import { describe, expect, it } from "vitest";
import { byteRowsFromTexts } from "../../dist/bytes/byte-rows.js";
import { wipe } from "../../dist/bytes/wipe.js";
import { simulate, type Party } from "../../dist/channel/index.js";
import { oprf, randomScalar, randomScalars, voprf } from "../../dist/group/index.js";
import * as he from "../../dist/he/index.js";
import { OtReceiver, OtSender } from "../../dist/ot/index.js";
import { growTree, punctureTree } from "../../dist/ot/puncturable-tree.js";
import { prio3Sum, prio3Histogram } from "../../dist/prio3/index.js";
import type { RandomSource } from "../../dist/random/index.js";
import { additive, pedersenCommit, shamir, splitPedersenBlinding } from "../../dist/sharing/index.js";

interface Spy {
  readonly random: RandomSource;
  /** How many draws there were, and how many of them still hold a byte. */
  readonly left: () => { readonly draws: number; readonly intact: number };
}

function spy(): Spy {
  const drawn: Uint8Array[] = [];
  const random = (byteLength: number): Uint8Array => {
    const bytes = crypto.getRandomValues(new Uint8Array(byteLength));
    drawn.push(bytes);
    return bytes;
  };
  const left = (): { draws: number; intact: number } => ({
    draws: drawn.length,
    intact: drawn.filter((bytes) => bytes.some((byte) => byte !== 0)).length,
  });
  return { random, left };
}

const inputs = byteRowsFromTexts(["a", "b"]);
const key = voprf.generateKey();

const uses: Readonly<Record<string, (random: RandomSource) => unknown>> = {
  "a scalar": randomScalar,
  scalars: (random) => randomScalars(3, random),
  "an OPRF key": (random) => oprf.generateKey(random),
  "a VOPRF key": (random) => voprf.generateKey(random),
  "OPRF blinds": (random) => oprf.blind(inputs, random),
  "VOPRF blinds": (random) => voprf.blind(inputs, random),
  "a proof of equal logarithms": (random) => voprf.evaluate(key, voprf.blind(inputs).blinded, random),
  "a Pedersen blinding": (random) => pedersenCommit(new BigInt64Array([1n]), "t", random),
  "parts of a blinding": (random) => splitPedersenBlinding(randomScalar(), 3, random),
  "Shamir's coefficients": (random) =>
    shamir.split({ secret: new Uint8Array(16), threshold: 2, shares: 3, random }),
  "Feldman's coefficients": (random) =>
    shamir.splitVerifiable({ secret: new Uint8Array(16), threshold: 2, shares: 3, random }),
  "additive shares": (random) => additive.split(new BigUint64Array(4), 3, { random }),
  "a report of one number": (random) =>
    prio3Sum({ shares: 2, maxMeasurement: 255n }).shard({
      context: new Uint8Array(1),
      measurement: 7n,
      random,
    }),
  "a report with joint randomness": (random) =>
    prio3Histogram({ shares: 3, length: 4 }).shard({ context: new Uint8Array(1), measurement: 1, random }),
};

describe("what is drawn is overwritten:", () => {
  it.each(Object.entries(uses))("%s", (_, use) => {
    const { random, left } = spy();
    use(random);
    expect(left()).toMatchObject({ intact: 0 });
    expect(left().draws).toBeGreaterThan(0);
  });

  it("both ends of oblivious transfer", async () => {
    const spies = [spy(), spy()];
    await simulate(2, (party: Party) =>
      party.run({ name: "test/ot", version: 1 }, async (run) => {
        await run.agree({});
        const random = (spies[run.index] as Spy).random;
        const end =
          run.index === 0
            ? await OtSender.open(run, 1, { random })
            : await OtReceiver.open(run, 0, { random });
        await end.take(4096);
      }),
    );
    for (const { left } of spies) {
      expect(left().intact).toBe(0);
      expect(left().draws).toBeGreaterThan(2); // scalars in one draw, seeds and keys
    }
  });

  it("a Paillier key and its randomisers", async () => {
    const { random, left } = spy();
    const made = await he.generatePaillierKey({ bits: 2048, random });
    await he.encrypt(made, [1n, 2n], { maxAbs: 5n, random });
    expect(left().intact).toBe(0);
    expect(left().draws).toBeGreaterThan(2);
  });
});

describe("what a closed end or a finished request still has:", () => {
  it("no rows, no difference, no take", async () => {
    await simulate(2, (party: Party) =>
      party.run({ name: "test/ot", version: 1 }, async (run) => {
        await run.agree({});
        const end = run.index === 0 ? await OtSender.open(run, 1) : await OtReceiver.open(run, 0);
        await end.take(64);
        end.close();
        if (end instanceof OtSender) expect(end.delta).toEqual(new Uint8Array(16));
        await expect(end.take(64)).rejects.toMatchObject({ code: "CLOSED" });
      }),
    );
  });

  it("no blinds: what was wiped finishes nothing", () => {
    const request = voprf.blind(inputs);
    const answer = voprf.evaluate(key, request.blinded);
    request.wipe();
    expect(() => request.finalize({ publicKey: key.publicKey, ...answer })).toThrow(
      expect.objectContaining({ code: "INVALID_ARGUMENT" }),
    );
  });
});

describe("wipe", () => {
  it("overwrites arrays of all kinds, and leaves out what is not there", () => {
    const bytes = Uint8Array.of(1, 2);
    const words = Uint32Array.of(3);
    const long = BigUint64Array.of(4n);
    const signed = BigInt64Array.of(-1n);
    wipe(bytes, undefined, words, long, signed);
    expect([...bytes, ...words, ...long, ...signed]).toEqual([0, 0, 0, 0n, 0n]);
  });

  it("does not reach what is given out: a tree's leaves are whole", () => {
    const seed = crypto.getRandomValues(new Uint8Array(32));
    const before = seed.slice();
    const { leaves, sums, proof } = growTree(seed, 4);
    expect(seed).toEqual(before); // the caller's
    expect(leaves.every((leaf) => leaf.some((byte) => byte !== 0))).toBe(true);
    const siblings = new Uint8Array(4 * 32);
    for (let level = 0; level < 4; level++) {
      siblings.set(sums.subarray((2 * level + 1) * 32, (2 * level + 2) * 32), level * 32);
    }
    const { leaves: punctured, consistent } = punctureTree(0, siblings, proof, 4);
    expect(consistent).toBe(true);
    expect(punctured.slice(1)).toEqual(leaves.slice(1));
  });
});
