import { describe, expect, it } from "vitest";
import { simulate } from "../../../dist/channel/index.js";
import { intersect, type Intersection, type PsiItem } from "../../../dist/psi/index.js";
import { stormRuns, stormSeed } from "../../support/storms.js";
import { commonRows, intersectByOkvs, texts, type OkvsTask } from "./okvs-parties.js";

const wide = { partitionItems: 65_536, overflowBits: 41 };

/** Runs a task with reveal "both" and compares with a plain set: rows, duplicates, counts, and the same order at both. */
async function expectExact(task: OkvsTask): Promise<void> {
  const [receiver, sender] = await intersectByOkvs({ ...task, options: { reveal: "both", ...task.options } });
  if (!receiver.revealed || !sender.revealed) throw new Error("expected two results");
  const [own, other] = task.lists;
  expect([...receiver.rows].sort((a, b) => a - b)).toEqual(commonRows([own, other]));
  expect([...sender.rows].sort((a, b) => a - b)).toEqual(commonRows([other, own]));
  expect([receiver.peerItems, sender.peerItems]).toEqual([sender.ownItems, receiver.ownItems]);
  expect(receiver.duplicates).toBe(own.length - receiver.ownItems);
  expect(sender.duplicates).toBe(other.length - sender.ownItems);
  expect(receiver.size).toBe(sender.size);
  const text = (item: PsiItem | undefined): string => JSON.stringify(item);
  expect([...receiver.indices].map((row) => text(own[row]))).toEqual(
    [...sender.indices].map((row) => text(other[row])),
  );
}

describe("intersect by OKVS", () => {
  it("finds what a plain set finds, in many partitions", async () => {
    await expectExact({ lists: [texts(0, 1000), texts(400, 900)] });
  });

  it("finds what a plain set finds in one partition, with several key fields, Chinese text and bytes", async () => {
    const key = (i: number): PsiItem => [`公司 ${i}`, `区 ${i % 7}`, "x".repeat(1 + (i % 70))];
    const lists = [
      Array.from({ length: 150 }, (_, i) => key(i)),
      Array.from({ length: 200 }, (_, i) => key(3 * i)),
    ] as const;
    await expectExact({ lists, settings: wide });
  });

  it("counts duplicates once and gives all their rows", async () => {
    const own = [...texts(0, 300), ...texts(100, 150), "customer 250"];
    const other = [...texts(200, 200), ...texts(210, 20)];
    await expectExact({ lists: [own, other] });
  });

  it("leaves rows without a key out, and placeholders, wherever they stand", async () => {
    const lists = [
      ["", "a", "N/A", "b", "a", "c"],
      ["b", " ", "c", "a", "n/a"],
    ] as const;
    const options = { reveal: "both", placeholders: ["n/a"] } as const;
    const [receiver, sender] = await intersectByOkvs({ lists, options });
    expect([...(receiver as Intersection).rows].sort()).toEqual([1, 3, 4, 5]);
    expect([...(sender as Intersection).rows].sort()).toEqual([0, 2, 3]);
    expect(receiver).toMatchObject({ withoutKey: 2, duplicates: 1, ownItems: 3, peerItems: 3 });
  });

  it.each<[string, number, number]>([
    ["an empty list of the receiver", 0, 50],
    ["an empty list of the sender", 50, 0],
    ["two empty lists", 0, 0],
    ["one item each", 1, 1],
    ["one item among a thousand", 1, 1000],
    ["a thousand items and one", 1000, 1],
  ])("copes with %s", async (_, own, other) => {
    await expectExact({ lists: [texts(0, own), texts(0, other)] });
  });

  it("tells the receiver alone by default, in the order of its list", async () => {
    const lists = [texts(0, 500).reverse(), texts(250, 300)] as const;
    const [receiver, sender] = await intersectByOkvs({ lists });
    expect([...(receiver as Intersection).indices]).toEqual(commonRows(lists));
    expect(sender).toEqual({ revealed: false, duplicates: 0, withoutKey: 0, ownItems: 300, peerItems: 500 });
  });

  it("lets either party receive, and normalizes as agreed", async () => {
    const options = { receiver: 1, normalize: { trim: true, lowerCase: true, nfc: true } };
    const lists = [
      ["Ann ", "ÄRGER", "c"],
      ["ann", "a\u0308rger", "d", "E"],
    ] as const;
    const [first, second] = await intersectByOkvs({ lists, options });
    expect(first.revealed).toBe(false);
    expect([...(second as Intersection).indices]).toEqual([0, 1]);
  });

  it("gives field by field what ECDH gives", async () => {
    const lists = [[...texts(0, 200), "customer 3"], texts(150, 170)] as const;
    for (const reveal of ["receiver", "both"] as const) {
      const byMethod = await Promise.all(
        (["okvs", "ecdh"] as const).map((method) =>
          simulate(2, (party) =>
            intersect(party, lists[party.index === 0 ? 0 : 1], { method, reveal, workers: 0 }),
          ),
        ),
      );
      const [okvs, ecdh] = byMethod.map((results) => results.map((result) => sortedResult(result)));
      expect(okvs).toEqual(ecdh);
    }
  });

  it("finds what a plain set finds in random lists", async () => {
    let state = stormSeed();
    const next = (bound: number): number => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
      return Math.floor((state / 2 ** 32) * bound);
    };
    for (let i = 0; i < stormRuns(4); i++) {
      const range = 1 + next(1500);
      const list = (): string[] => Array.from({ length: next(700) }, () => `k${next(range)}`);
      await expectExact({
        lists: [list(), list()],
        settings: { partitionItems: 20 + next(300), overflowBits: 41 },
      });
    }
  });
});

/** A result whose order does not matter: entries by row. */
function sortedResult(result: object): unknown {
  const { indices, rows, rowOffsets, ...rest } = result as Partial<Intersection>;
  if (indices === undefined || rows === undefined || rowOffsets === undefined) return rest;
  const entries = [...indices].map((index, k) => [
    index,
    [...rows.subarray(rowOffsets[k], rowOffsets[k + 1])],
  ]);
  return { ...rest, entries: entries.sort((a, b) => Number(a[0]) - Number(b[0])) };
}

describe("the method", () => {
  const steps = async (own: number, method: "auto" | "ecdh" | "okvs"): Promise<Set<string>> => {
    const seen = new Set<string>();
    const lists = [texts(0, own), ["customer 1"]] as const;
    await intersectByOkvs({
      lists,
      options: { method, receiver: 1 },
      settings: wide,
      onSend: (_, { step, payload }) => {
        seen.add(step);
        return payload;
      },
    });
    return seen;
  };

  it("auto is OKVS from 50,000 distinct items of the longer list on", async () => {
    expect(await steps(50_000, "auto")).toContain("okvs/tags");
  }, 60_000);

  it("auto is ECDH below, and each method is to be had by name", async () => {
    expect(await steps(30, "auto")).toContain("blinded");
    expect(await steps(30, "ecdh")).toContain("blinded");
    expect(await steps(30, "okvs")).toContain("okvs/tags");
  });

  it("must be the same at both parties, and one of three words", async () => {
    const differ = simulate(2, (party) =>
      intersect(party, ["a"], { method: party.index === 0 ? "okvs" : "auto", workers: 0 }),
    );
    await expect(differ).rejects.toMatchObject({ code: "PEER_MISMATCH" });
    const unknown = simulate(2, (party) => intersect(party, ["a"], { method: "fast" as "okvs", workers: 0 }));
    await expect(unknown).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
  });

  it("okvs holds maxPeerItems against what a cheating party could enter", async () => {
    const limited = (maxPeerItems: number): Promise<unknown> =>
      intersectByOkvs({ lists: [["a"], ["a"]], options: { maxPeerItems }, settings: wide });
    await expect(limited(300)).rejects.toMatchObject({ code: "PEER_FLOODED" });
    await expect(limited(400)).resolves.toBeDefined();
  });
});
