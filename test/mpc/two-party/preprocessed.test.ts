import { fork } from "node:child_process";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { simulate, type Party } from "../../../dist/channel/index.js";
import {
  preprocessToFile,
  openPreprocessedFile,
  type OpenPreprocessedOptions,
  type PreprocessedFile,
} from "../../../dist/mpc/index-node.js";
import { usedUnits } from "../../../dist/mpc/two-party/preprocessed.js";
import { memoryStore, type StateStore } from "../../../dist/store/index.js";
import { createFileStore, openFileStore } from "../../../dist/store/index-node.js";
import { compute } from "../../../dist/mpc/index.js";
import { expectError } from "../../support/expect-error.js";
import { expectRedacted } from "../../support/expect-redacted.js";
import { combined } from "./two-parties.js";

const folder = mkdtempSync(join(tmpdir(), "veilshare-preprocessed-"));
const names = ["a", "b"];
const counts = { triples: 200, bitTripleWords: 20, sharedBitWords: 5 };

afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** Both ends' files and stores. */
type Ends = readonly [End, End];

interface End {
  readonly path: string;
  readonly store: StateStore;
}

/** Makes files with both ends in one run, under new names. */
let made = 0;
async function makeFiles(files: number, units: Partial<typeof counts> = counts): Promise<Ends[]> {
  const stores = names.map(() => memoryStore());
  const first = made;
  made += files;
  const endsOf = (file: number): Ends =>
    names.map((name, i) => ({
      path: join(folder, `${name}-${first + file}`),
      store: stores[i] as StateStore, // as many as names
    })) as unknown as Ends;
  const all = Array.from({ length: files }, (_, file) => endsOf(file));
  await simulate(
    2,
    (party) =>
      party.run({ name: "test/preprocessed", version: 1 }, async (run) => {
        await run.agree({});
        for (const ends of all) {
          const { path, store } = ends[run.index as 0 | 1];
          await preprocessToFile(run, { path, store, checked: false, ...units });
        }
      }),
    { names },
  );
  return all;
}

async function freshFiles(units: Partial<typeof counts> = counts): Promise<Ends> {
  const [ends] = await makeFiles(1, units);
  return ends as Ends; // one was asked for
}

/** Runs a program at both ends of a preprocessed file whose positions were agreed. */
async function withPreprocesseds<T>(
  ends: readonly End[],
  program: (preprocessed: PreprocessedFile, party: Party) => T | Promise<T>,
  most: readonly OpenPreprocessedOptions["most"][] = [],
): Promise<[T, T]> {
  const results = await simulate<T>(
    2,
    (party) =>
      party.run({ name: "test/preprocessed", version: 1 }, async (run) => {
        await run.agree({});
        const { path, store } = ends[run.index] as End; // one a party
        const preprocessed = openPreprocessedFile(path, { store, most: most[run.index] ?? {} });
        try {
          await preprocessed.open(run, 1 - run.index);
          return await program(preprocessed, run);
        } finally {
          await preprocessed.close();
        }
      }),
    { names },
  );
  return results as [T, T]; // in the order of the parties
}

const triple = (length: number) => ({ kind: "triple", length }) as const;

describe("preprocessed correlations in a file", () => {
  it("gives both ends shares of right triples, bit triples and shared bits, each once, until it is empty", async () => {
    const ends = await freshFiles();
    const take = (preprocessed: PreprocessedFile) => ({
      triples: [preprocessed.take(triple(150)), preprocessed.take(triple(50)), preprocessed.take(triple(1))],
      bits: preprocessed.take({ kind: "bitTriple", words: 20 }),
      shared: preprocessed.take({ kind: "sharedBit", length: 300 }),
      matrix: preprocessed.take({ kind: "matrixTriple", rows: 1, inner: 1, columns: 1 }),
      left: preprocessed.left,
    });
    const [a, b] = await withPreprocesseds(ends, async (preprocessed) => {
      expectRedacted(preprocessed);
      const taken = take(preprocessed);
      const dependent = async (shares: (typeof taken)["bits"]) => (await shares?.dependent()) ?? [];
      return {
        ...taken,
        c: [...(await dependent(taken.triples[0])), ...(await dependent(taken.triples[1]))],
        and: await dependent(taken.bits),
        arithmetic: await dependent(taken.shared),
      };
    });
    expect([a.triples[2], a.matrix, b.matrix]).toEqual([undefined, undefined, undefined]);
    expect(a.left).toEqual({ triple: 0, bitTriple: 0, sharedBit: 0 });
    for (const [i, length] of [150, 50].entries()) {
      const [x, y] = combined([a.triples[i]?.masks ?? [], b.triples[i]?.masks ?? []], "addition");
      const [c] = combined([a.c.slice(i, i + 1), b.c.slice(i, i + 1)], "addition");
      expect(x?.length).toBe(length);
      expect(c).toEqual(x?.map((word, k) => BigInt.asUintN(64, word * (y?.[k] ?? 0n))));
    }
    const [p, q] = combined([a.bits?.masks ?? [], b.bits?.masks ?? []], "xor");
    expect(combined([a.and, b.and], "xor")[0]).toEqual(p?.map((word, k) => word & (q?.[k] ?? 0n)));
    const [r] = combined([a.shared?.masks ?? [], b.shared?.masks ?? []], "xor");
    const [bits] = combined([a.arithmetic, b.arithmetic], "addition");
    expect(bits?.length).toBe(300);
    expect([...(bits ?? [])]).toEqual(
      Array.from({ length: 300 }, (_, i) => ((r?.[i >> 6] ?? 0n) >> BigInt(i & 63)) & 1n),
    );
  });

  it("gives nothing out again after a process that used it was killed, and both ends go on at the further position", async () => {
    const [a, b] = await freshFiles();
    const state = join(folder, "killed-state");
    const before = await createFileStore(state);
    const used = a.store.view.get(usedUnits, a.store.view.keys(usedUnits)[0] ?? "");
    await before.transact((draft) => {
      for (const key of a.store.view.keys(usedUnits)) if (used !== undefined) draft.put(usedUnits, key, used);
    });
    await before.close();
    const child = fork(new URL("fixtures/preprocessed-party.mjs", import.meta.url), [a.path, state, "60"]);
    const given: string[] = [];
    const exited = new Promise((resolve) => child.once("exit", resolve));
    child.on("message", (masks: string[]) => {
      given.push(...masks);
      if (given.length >= 30) child.kill("SIGKILL");
    });
    await exited;
    expect(given.length).toBeGreaterThanOrEqual(30);
    const after = await openFileStore(state);
    // The child's other end was only an echo of itself.
    await after.transact((draft) => {
      draft.remove({ shape: "cell", name: "veilshare/peer-head" }, "b");
    });
    const [first, second] = await withPreprocesseds([{ ...a, store: after }, b], (preprocessed) => ({
      left: preprocessed.left.triple,
      masks: [...(preprocessed.take(triple(preprocessed.left.triple))?.masks[0] ?? [])].map(String),
    }));
    const before30 = new Set(given);
    expect(first.masks.filter((mask) => before30.has(mask))).toEqual([]);
    // The session that was killed had asked for 100 of 200. The other end, which had used nothing, skipped as far.
    expect([first.left, second.left]).toEqual([100, 100]);
    await after.close();
  });

  it("uses in one session what both ends want at most", async () => {
    const ends = await freshFiles();
    const leftOf = (preprocessed: PreprocessedFile) => preprocessed.left;
    const lefts = await withPreprocesseds(ends, leftOf, [{ triple: 30 }, { triple: 40, sharedBit: 0 }]);
    expect(lefts).toEqual(new Array(2).fill({ triple: 30, bitTriple: 20, sharedBit: 0 }));
    const [a] = ends;
    const { store } = a;
    expectError(() => openPreprocessedFile(a.path, { store, most: { triple: -1 } }), "INVALID_ARGUMENT");
    expectError(
      () => openPreprocessedFile(a.path, { store, most: { trip: 1 } as object }),
      "INVALID_ARGUMENT",
    );
  });

  it("is refused by a store that does not know it, or that was restored from a backup", async () => {
    const [{ path, store }] = await freshFiles({ triples: 4 });
    expectError(() => openPreprocessedFile(path, { store: memoryStore() }), "INVALID_CONFIG", { file: path });
    await store.acceptRestore("test");
    expectError(() => openPreprocessedFile(path, { store }), "STORE_ROLLED_BACK", { file: path });
  });

  it("is one file however often it is copied and opened: a second session at once is refused", async () => {
    const [a, b] = await freshFiles({ triples: 10 });
    const copy = { ...a, path: `${a.path}-copy` };
    copyFileSync(a.path, copy.path);
    let release: () => void = () => undefined;
    let entered: () => void = () => undefined;
    const inSession = new Promise<void>((resolve) => (entered = resolve));
    const gate = new Promise<void>((resolve) => (release = resolve));
    const first = withPreprocesseds([a, b], async (preprocessed, party) => {
      entered();
      await gate;
      return [party.name, preprocessed.take(triple(3))?.masks[0]?.length];
    });
    await inSession;
    await expect(withPreprocesseds([copy, b], () => 1)).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
    release();
    expect(await first).toEqual([
      ["a", 3],
      ["b", 3],
    ]);
    const lefts = await withPreprocesseds([copy, b], (preprocessed) => preprocessed.left.triple);
    expect(lefts).toEqual([7, 7]);
  });

  it("refuses that one end uses one file of a run and the other end another", async () => {
    const [one, two] = await makeFiles(2, { triples: 2 });
    if (one === undefined || two === undefined) throw new Error("expected two files");
    await expect(withPreprocesseds([one[0], two[1]], () => 1)).rejects.toMatchObject({
      code: "PEER_MISMATCH",
      field: "preprocessed",
    });
  });

  it("gives back what was burnt and not used when it closes in order", async () => {
    const ends = await freshFiles();
    for (const left of [195, 190, 185]) {
      const got = await withPreprocesseds(ends, (preprocessed) => {
        preprocessed.take(triple(5));
        return preprocessed.left.triple;
      });
      expect(got).toEqual([left, left]);
    }
  });

  it("feeds an engine of two parties, which makes what the preprocessed file has not", async () => {
    const ends = await freshFiles();
    const [a, b] = await simulate(
      2,
      async (party) => {
        const { path, store } = ends[party.index] as End; // one a party
        const preprocessed = openPreprocessedFile(path, { store });
        const result = await compute(
          party,
          { computation: "two-party", checked: false, preprocessed },
          async (engine) => {
            const own = (owner: number, values: number[]) =>
              engine.input({
                owner,
                rows: values.length,
                bound: 100,
                fractionalBits: 10,
                ...(party.index === owner ? { values } : {}),
              });
            const x = await own(0, [1.5, -2, 3]);
            const y = await own(1, [4, 5, -6.25]);
            const product = await engine.multiply(x, y);
            const dot = await engine.matrixProduct(x.transpose(), y);
            return [...(await engine.reveal(product)), ...(await engine.reveal(dot))];
          },
        );
        return { result, left: preprocessed.left.triple };
      },
      { names },
    );
    expect(a?.result).toEqual([6, -10, -18.75, -22.75]);
    expect(b).toEqual({ result: a?.result, left: 197 });
  });

  it("refuses another party, use outside a session, and damage", async () => {
    const [a, b] = await freshFiles();
    await expect(withPreprocesseds([b, a], (preprocessed) => preprocessed.left)).rejects.toMatchObject({
      code: "INVALID_ARGUMENT",
    });
    const { path, store } = a;
    const preprocessed = openPreprocessedFile(path, { store });
    expectError(() => preprocessed.take(triple(1)), "CLOSED"); // before positions were agreed
    await preprocessed.close();
    await preprocessed.close();
    const bytes = readFileSync(path);
    for (const damage of [
      (copy: Buffer): Buffer => copy.subarray(0, copy.length - 1),
      (copy: Buffer): Buffer => copy.fill(copy.readUInt8(600) ^ 1, 600, 601),
      (copy: Buffer): Buffer => copy.fill(2, 15, 16), // another format
      (copy: Buffer): Buffer => copy.fill(0, 0, 1),
    ]) {
      writeFileSync(path, damage(Buffer.from(bytes)));
      expectError(() => openPreprocessedFile(path, { store }), "INVALID_DATA", { file: path });
    }
    writeFileSync(path, bytes);
    await expect(
      simulate(
        2,
        (party) =>
          party.run({ name: "t", version: 1 }, (run) =>
            preprocessToFile(run, { path: b.path, store: b.store }),
          ),
        { names },
      ),
    ).rejects.toMatchObject({ code: "INVALID_CONFIG" });
  });
});
