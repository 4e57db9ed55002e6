import { describe, expect, it } from "vitest";
import { exportShares, importShares, SecretMatrix } from "../../dist/mpc/index.js";
import { Prg } from "../../dist/random/index.js";
import { chiSquare } from "../support/chi-square.js";
import { replicated, schemes, withDealer, type SchemeCase } from "./computation.js";

const keyOf = (party: number): Uint8Array => new Uint8Array(32).fill(party + 1);
const values = [1.5, -2, 1e5, 0.25];

/** Every party's file of the same export. */
function exported(scheme: SchemeCase, options = { label: "model", epoch: 3 }): Promise<Uint8Array[]> {
  return scheme.compute(async ({ engine, own, party }) => {
    const weights = await own(0, values, { rows: 4, bound: 2e5 });
    const counts = await own(scheme.n - 1, [7, 8, 9], { rows: 1, columns: 3, bound: 10, fractionalBits: 0 });
    return exportShares(engine, { weights, counts }, { ...options, key: keyOf(party.index) });
  });
}

interface Imported {
  readonly weights: number[];
  readonly counts: number[];
  readonly bound: number;
}

function imported(
  scheme: SchemeCase,
  fileOf: (party: number) => Uint8Array,
  options: { readonly label?: string; readonly epoch?: number; readonly key?: Uint8Array } = {},
): Promise<Imported[]> {
  return scheme.compute(async ({ engine, party }) => {
    const { label = "model", epoch = 3, key = keyOf(party.index) } = options;
    const { weights, counts } = await importShares(engine, fileOf(party.index), { label, epoch, key });
    if (weights === undefined || counts === undefined) throw new Error("a secret is missing");
    return {
      weights: [...(await engine.reveal(weights))],
      counts: [...(await engine.reveal(counts))],
      bound: weights.bound,
    };
  });
}

const of =
  (files: readonly Uint8Array[]) =>
  (party: number): Uint8Array =>
    files[party] ?? new Uint8Array(0);

describe.each(schemes)("with $name, exported shares", (scheme) => {
  it("come back in a later run, with shapes and bounds", async () => {
    const files = await exported(scheme);
    for (const result of await imported(scheme, of(files))) {
      expect(result).toEqual({ weights: values, counts: [7, 8, 9], bound: 2e5 });
    }
  });

  it("are refused when one party's file is of another export, of the very same secrets too", async () => {
    const [first, second] = [await exported(scheme), await exported(scheme)];
    const mixed = (party: number): Uint8Array => (party === 0 ? of(second)(party) : of(first)(party));
    await expect(imported(scheme, mixed)).rejects.toMatchObject({ code: "PEER_MISMATCH" });
  });

  it("are refused with another party's file, key, label or epoch", async () => {
    const files = await exported(scheme);
    const attempts = [
      () => imported(scheme, () => of(files)(0), { key: keyOf(0) }),
      () => imported(scheme, of(files), { key: new Uint8Array(32).fill(99) }),
      () => imported(scheme, of(files), { label: "another" }),
      () => imported(scheme, of(files), { epoch: 2 }),
    ];
    for (const attempt of attempts) await expect(attempt()).rejects.toMatchObject({ code: "INVALID_DATA" });
  });
});

describe("exported shares", () => {
  it("are refused by another way of sharing", async () => {
    const files = await exported(withDealer(3));
    const renamed = imported(replicated, of(files));
    await expect(renamed).rejects.toMatchObject({ code: "INVALID_DATA" });
  });

  it("are refused with any byte changed, cut off or added", async () => {
    const files = await exported(replicated);
    const whole = of(files)(0);
    const last = whole.length - 1;
    const places = [0, 16, 17, 25, 60, Math.floor(last / 2), last - 40, last];
    const broken: Uint8Array[] = places.map((at) => {
      const copy = whole.slice();
      copy[at] = (copy[at] ?? 0) ^ 1;
      return copy;
    });
    broken.push(
      whole.subarray(0, last),
      whole.subarray(0, 10),
      Uint8Array.of(...whole, 0),
      new Uint8Array(0),
    );
    for (const file of broken) {
      const attempt = imported(replicated, (party) => (party === 0 ? file : of(files)(party)));
      await expect(attempt).rejects.toMatchObject({ code: "INVALID_DATA" });
    }
  });

  it("hold nothing of the secret in the clear, and sealed words that are uniform", async () => {
    const files: Uint8Array[] = [];
    for (let i = 0; i < 12; i++) {
      const all = await replicated.compute(async ({ engine, own, party }) => {
        const x = await own(0, new Float64Array(1000).fill(1), { rows: 1000, bound: 1 });
        return exportShares(engine, { x }, { key: keyOf(party.index), label: "x", epoch: i });
      });
      files.push(of(all)(1));
    }
    const counts = new Uint32Array(256);
    for (const file of files)
      for (const byte of file.subarray(file.length - 15_000)) counts[byte] = (counts[byte] ?? 0) + 1;
    expect(chiSquare(counts).exceeds).toBe(false);
  });

  it("are of fresh shares: two exports of one secret, and what comes back, have nothing in common", async () => {
    const words = new Prg(new Uint8Array(32).fill(4)).words(64);
    const secret = BigInt64Array.from(words, (word) => BigInt.asIntN(32, word));
    const runs = await replicated.compute(async ({ engine, own, party }) => {
      const x = await own(0, secret, { rows: 64, bound: 2 ** 31, fractionalBits: 0 });
      const options = { key: keyOf(party.index), label: "x", epoch: 0 };
      const twice = [await exportShares(engine, { x }, options), await exportShares(engine, { x }, options)];
      const back = await Promise.all(
        twice.map(async (file) => (await importShares(engine, file, options))["x"] ?? x),
      );
      return [...(await engine.revealUnits(SecretMatrix.concatRows(back)))];
    });
    expect(runs[2]).toEqual([...secret, ...secret]);
  });

  it("are sealed with a key of which nothing is changed, a buffer's either", async () => {
    await replicated.compute(async ({ engine, own, party }) => {
      const x = await own(0, [1], { rows: 1, bound: 1 });
      const key = Buffer.from(keyOf(party.index));
      const file = await exportShares(engine, { x }, { key, label: "x", epoch: 0 });
      expect([...key]).toEqual([...keyOf(party.index)]);
      await importShares(engine, file, { key, label: "x", epoch: 0 });
    });
  });

  it("are checked before anything is done: no secret, a short key, a mismatch of labels", async () => {
    await replicated.compute(async ({ engine, own }) => {
      const x = await own(0, [1], { rows: 1, bound: 1 });
      const good = { key: keyOf(0), label: "x", epoch: 0 };
      const attempts = [
        () => exportShares(engine, {}, good),
        () => exportShares(engine, { x: 5 as never }, good),
        () => exportShares(engine, { x }, { ...good, key: new Uint8Array(16) }),
        () => exportShares(engine, { x }, { ...good, epoch: -1 }),
        () => importShares(engine, "file" as never, good),
      ];
      for (const attempt of attempts) {
        await expect(attempt()).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
      }
    });
    const mismatch = replicated.compute(async ({ engine, own, party }) => {
      const x = await own(0, [1], { rows: 1, bound: 1 });
      return exportShares(engine, { x }, { key: keyOf(0), label: "x", epoch: party.index === 2 ? 1 : 0 });
    });
    await expect(mismatch).rejects.toMatchObject({ code: "PEER_MISMATCH" });
  });
});
