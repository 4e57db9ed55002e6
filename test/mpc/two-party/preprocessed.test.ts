import { fork } from "node:child_process";
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { simulate, type Party } from "../../../dist/channel/index.js";
import {
  preprocessToFile,
  openPreprocessedFile,
  type PreprocessedFile,
} from "../../../dist/mpc/index-node.js";
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

/** A fresh copy of both ends' files. */
let copies = 0;
function freshCopies(): [string, string] {
  copies += 1;
  return names.map((name) => {
    const path = join(folder, `${name}-${copies}`);
    copyFileSync(join(folder, name), path);
    return path;
  }) as [string, string]; // as many as names
}

beforeAll(async () => {
  await simulate(
    2,
    (party) =>
      party.run({ name: "test/preprocessed", version: 1 }, async (run) => {
        await run.agree({});
        await preprocessToFile(run, { path: join(folder, run.name), checked: false, ...counts });
      }),
    { names },
  );
});

/** Runs a program at both ends of a preprocessed file whose positions were agreed. */
async function withPreprocesseds<T>(
  paths: readonly string[],
  program: (preprocessed: PreprocessedFile, party: Party) => T | Promise<T>,
  block = 16,
): Promise<[T, T]> {
  const results = await simulate<T>(
    2,
    (party) =>
      party.run({ name: "test/preprocessed", version: 1 }, async (run) => {
        await run.agree({});
        const preprocessed = openPreprocessedFile(paths[run.index] ?? "", { block });
        try {
          await preprocessed.open(run, 1 - run.index);
          return await program(preprocessed, run);
        } finally {
          preprocessed.close();
        }
      }),
    { names },
  );
  return results as [T, T]; // in the order of the parties
}

const triple = (length: number) => ({ kind: "triple", length }) as const;

describe("preprocessed correlations in a file", () => {
  it("gives both ends shares of right triples, bit triples and shared bits, each once, until it is empty", async () => {
    const paths = freshCopies();
    const take = (preprocessed: PreprocessedFile) => ({
      triples: [preprocessed.take(triple(150)), preprocessed.take(triple(50)), preprocessed.take(triple(1))],
      bits: preprocessed.take({ kind: "bitTriple", words: 20 }),
      shared: preprocessed.take({ kind: "sharedBit", length: 300 }),
      matrix: preprocessed.take({ kind: "matrixTriple", rows: 1, inner: 1, columns: 1 }),
      left: preprocessed.left,
    });
    const [a, b] = await withPreprocesseds(paths, async (preprocessed) => {
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
    const paths = freshCopies();
    const child = fork(new URL("fixtures/preprocessed-party.mjs", import.meta.url), [paths[0], "60"]);
    const given: string[] = [];
    const exited = new Promise((resolve) => child.once("exit", resolve));
    child.on("message", (masks: string[]) => {
      given.push(...masks);
      if (given.length >= 30) child.kill("SIGKILL");
    });
    await exited;
    expect(given.length).toBeGreaterThanOrEqual(30);
    expect(existsSync(`${paths[0]}.lock`)).toBe(true); // its owner is dead: the next one takes over
    const [first, second] = await withPreprocesseds(paths, (preprocessed) => ({
      left: preprocessed.left.triple,
      masks: preprocessed.take(triple(20))?.masks ?? [],
      all: [...(preprocessed.take(triple(preprocessed.left.triple))?.masks[0] ?? [])].map(String),
    }));
    const fresh = [...[...(first.masks[0] ?? [])].map(String), ...first.all];
    const used = new Set(given);
    expect(fresh.filter((mask) => used.has(mask))).toEqual([]);
    // The other end, which had used nothing, skipped as far; no more than one block of 8 is lost.
    expect(second.left).toBe(first.left);
    expect(first.left).toBeLessThanOrEqual(counts.triples - given.length);
    expect(first.left).toBeGreaterThanOrEqual(counts.triples - given.length - 3 - 8);
    expect(first.masks[0]?.length).toBe(20);
  });

  it("burns before it gives: with the journal's last record torn, what it would have covered was not given out", async () => {
    const paths = freshCopies();
    await withPreprocesseds(paths, (preprocessed) => preprocessed.take(triple(10))?.masks.length);
    const journal = readFileSync(`${paths[0]}.journal`);
    expect(journal.length % 16).toBe(0);
    writeFileSync(`${paths[0]}.journal`, Buffer.concat([journal, journal.subarray(0, 7)]));
    const [a, b] = await withPreprocesseds(paths, (preprocessed) => preprocessed.left.triple);
    expect([a, b]).toEqual([190, 190]);
  });

  it("gives back what was burnt and not used when it closes in order", async () => {
    const paths = freshCopies();
    for (const left of [195, 190, 185]) {
      const got = await withPreprocesseds(paths, (preprocessed) => {
        preprocessed.take(triple(5));
        return preprocessed.left.triple;
      });
      expect(got).toEqual([left, left]);
    }
  });

  it("feeds an engine of two parties, which makes what the preprocessed file has not", async () => {
    const paths = freshCopies();
    const [a, b] = await simulate(
      2,
      async (party) => {
        const preprocessed = openPreprocessedFile(paths[party.index] ?? "");
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

  it("refuses another preprocessed file, positions beyond it, another party, a second process, and damage", async () => {
    const [pathA, pathB] = freshCopies();
    const other = join(folder, "other");
    await simulate(
      2,
      (party) =>
        party.run({ name: "test/preprocessed", version: 1 }, async (run) => {
          await run.agree({});
          await preprocessToFile(run, { path: `${other}-${run.name}`, checked: false, triples: 1 });
        }),
      { names },
    );
    await expect(
      withPreprocesseds([pathA, `${other}-b`], (preprocessed) => preprocessed.left),
    ).rejects.toMatchObject({
      code: "PEER_MISMATCH",
      field: "preprocessed",
    });
    await expect(
      withPreprocesseds([pathB, pathA], (preprocessed) => preprocessed.left),
    ).rejects.toMatchObject({
      code: "INVALID_ARGUMENT",
    });
    const preprocessed = openPreprocessedFile(pathA);
    expectError(() => openPreprocessedFile(pathA), "INVALID_CONFIG");
    expectError(() => preprocessed.take(triple(1)), "CLOSED"); // before positions were agreed
    preprocessed.close();
    preprocessed.close();
    const bytes = readFileSync(pathA);
    for (const damage of [
      (copy: Buffer): Buffer => copy.subarray(0, copy.length - 1),
      (copy: Buffer): Buffer => copy.fill(copy.readUInt8(600) ^ 1, 600, 601),
      (copy: Buffer): Buffer => copy.fill(2, 15, 16), // another format
      (copy: Buffer): Buffer => copy.fill(0, 0, 1),
    ]) {
      writeFileSync(pathA, damage(Buffer.from(bytes)));
      expectError(() => openPreprocessedFile(pathA), "INVALID_DATA", { file: pathA });
    }
    writeFileSync(pathA, bytes);
    writeFileSync(`${pathA}.journal`, Buffer.alloc(64));
    expectError(() => openPreprocessedFile(pathA), "INVALID_DATA");
    await expect(
      simulate(
        2,
        (party) => party.run({ name: "t", version: 1 }, (run) => preprocessToFile(run, { path: pathB })),
        { names },
      ),
    ).rejects.toMatchObject({ code: "INVALID_CONFIG" });
  });
});
