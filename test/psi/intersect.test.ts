import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { simulate, type Progress } from "../../dist/channel/index.js";
import { spawnThread } from "../../dist/parallel/host-node.js";
import { createPool } from "../../dist/parallel/index.js";
import { createPoolOf } from "../../dist/parallel/pool-of.js";
import { intersect, type Intersection, type IntersectOptions, type PsiItem } from "../../dist/psi/index.js";
import { agreedParameters, sizesMessage } from "./hand-written-peer.js";
import {
  foundRows,
  identity,
  plainBlanks,
  plainDistinct,
  plainRows,
  revealed,
  simulated,
} from "./plain-intersection.js";

const field = fc.oneof(fc.constantFrom("a", "b", "ab", "", "é"), fc.uint8Array({ maxLength: 1 }));
const listOf = (columns: number): fc.Arbitrary<PsiItem[]> => {
  const item: fc.Arbitrary<PsiItem> =
    columns === 1 ? field : fc.array(field, { minLength: columns, maxLength: columns });
  return fc.array(item, { maxLength: 9 });
};

describe("intersect", () => {
  it("finds what plain sets find, for any lists, columns, batches, receivers and with repetitions", async () => {
    const cases = fc.integer({ min: 1, max: 2 }).chain((columns) =>
      fc.record({
        a: listOf(columns),
        b: listOf(columns),
        reveal: fc.constantFrom("receiver" as const, "both" as const),
        receiver: fc.constantFrom(0, 1, "party-0", "party-1"),
        batchSize: fc.integer({ min: 1, max: 4 }),
      }),
    );
    await fc.assert(
      fc.asyncProperty(cases, async ({ a, b, ...options }) => {
        const results = await simulated([a, b], { ...options, workers: 0 });
        for (const [own, other, me] of [
          [a, b, 0],
          [b, a, 1],
        ] as const) {
          const result = results[me];
          const receives = options.reveal === "both" || String(options.receiver).endsWith(String(me));
          expect(result.revealed).toBe(receives);
          expect(result.withoutKey).toBe(plainBlanks(own));
          expect(result.duplicates).toBe(own.length - plainBlanks(own) - plainDistinct(own));
          expect(result.ownItems).toBe(plainDistinct(own));
          expect(result.peerItems).toBe(plainDistinct(other));
          if (result.revealed) expect(foundRows(own, result)).toEqual(plainRows(own, other));
        }
      }),
      { numRuns: 60 },
    );
  });

  it("lists the same common item at the same place on both sides with reveal both", async () => {
    const a = Array.from({ length: 40 }, (_, i) => `item ${i}`);
    const b = Array.from({ length: 40 }, (_, i) => `item ${79 - i - 20}`);
    const [first, second] = (await simulated([a, b], { reveal: "both" })).map(revealed);
    const atA = [...(first?.indices ?? [])].map((row) => a[row]);
    const atB = [...(second?.indices ?? [])].map((row) => b[row]);
    expect(atA.length).toBe(20);
    expect(atA).toEqual(atB);
  });

  it("lists common items in the order of the list with reveal receiver", async () => {
    const a = Array.from({ length: 300 }, (_, i) => `item ${(i * 7) % 300}`);
    const result = revealed((await simulated([a, a.toReversed()]))[0]);
    expect([...result.indices]).toEqual([...a.keys()]);
  });

  it("tells the sender the size of the receiver's list and nothing else", async () => {
    const [, sender] = await simulated([["a", "b", "c", "a"], ["b"]]);
    expect(sender).toEqual({ revealed: false, duplicates: 0, withoutKey: 0, ownItems: 1, peerItems: 3 });
  });

  it("gives a fresh result that does not change with the caller's list", async () => {
    const list = ["a", "b"];
    const frozen = Object.freeze([...list]);
    const result = revealed((await simulated([frozen, ["b"]]))[0]);
    expect([...result.rows]).toEqual([1]);
  });

  it.each([
    [0, 0],
    [0, 5],
    [5, 0],
    [1, 3000],
    [3000, 1],
  ])("works for %i items against %i", async (n, m) => {
    const list = (length: number): string[] => Array.from({ length }, (_, i) => `id ${i}`);
    const results = await simulated([list(n), list(m)], { reveal: "both" });
    expect(results.map((result) => revealed(result).size)).toEqual([Math.min(n, m), Math.min(n, m)]);
  });

  it("finds the same in the caller's thread, in worker threads of its own and in a pool that stays open", async () => {
    const a = Array.from({ length: 700 }, (_, i) => `user ${i}`);
    const b = Array.from({ length: 500 }, (_, i) => `user ${i * 2}`);
    const pool = createPool({ workers: 2 });
    try {
      for (const options of [{ workers: 0 }, { workers: 1 }, { pool }, { pool, batchSize: 33 }]) {
        const result = revealed((await simulated([a, b], options))[0]);
        expect(foundRows(a, result)).toEqual(plainRows(a, b));
      }
    } finally {
      await pool.close();
    }
  });

  it("runs several times in one session", async () => {
    const lists: readonly string[][] = [["x", "y"], ["y"]];
    const sizes = await simulate(2, async (party) => {
      const found: number[] = [];
      for (let i = 0; i < 3; i++) {
        const result = await intersect(party, lists[party.index] ?? [], { reveal: "both" });
        found.push(result.size);
      }
      return found;
    });
    expect(sizes).toEqual([
      [1, 1, 1],
      [1, 1, 1],
    ]);
  });

  it("runs between two of three parties", async () => {
    const lists: readonly string[][] = [["x", "y"], [], ["y", "z"]];
    const results = await simulate(3, async (party) => {
      if (party.index === 1) return -1;
      const pair = party.between([0, 2]);
      return (await intersect(pair, lists[party.index] ?? [], { reveal: "both" })).indices[0];
    });
    expect(results).toEqual([1, -1, 0]);
  });

  it("normalizes text on request only", async () => {
    const lists = [
      [" Ann@X.com", "e\u0301"],
      ["ann@x.com ", "\u00e9"],
    ] as const;
    expect(revealed((await simulated(lists))[0]).size).toBe(0);
    const normalize = { trim: true, lowerCase: true, nfc: true };
    expect(revealed((await simulated(lists, { normalize }))[0]).size).toBe(2);
  });

  it("counts rows that normalization made equal as repetitions", async () => {
    const [result] = await simulated([["A", "a", "b"], ["a"]], { normalize: { lowerCase: true } });
    expect(result).toMatchObject({ size: 1, duplicates: 1, ownItems: 2 });
    expect([...revealed(result).rows]).toEqual([0, 1]);
  });

  it("reports progress of both steps up to the end", async () => {
    const events: Progress[] = [];
    const onProgress = (event: Progress): void => void events.push(event);
    await simulated([["a", "b", "c"], ["d"]], { batchSize: 2 }, { onProgress });
    for (const step of ["psi/blind", "psi/double"]) {
      const ends = events.filter((event) => event.step === step && event.done === event.total);
      expect(new Set(ends.map((event) => event.total))).toEqual(new Set([1, 3]));
    }
  });
});

describe("keys that identify nobody", () => {
  const blanks = [
    "",
    " ",
    "\t\r\n",
    "\u00a0",
    "\u3000",
    "\u200b",
    "\ufeff \u2060",
    "\u00ad",
    "\u3164",
    "\u0000",
    "\u2800",
    "\ufe0f",
    new Uint8Array(0),
  ];

  it.each([{}, { trim: true }, { nfkc: true }, { trim: true, lowerCase: true, nfc: true, nfkc: true }])(
    "match nothing after normalization %j, and are counted",
    async (normalize) => {
      const list: PsiItem[] = [...blanks, "ann"];
      const results = (await simulated([list, list], { reveal: "both", normalize })).map(revealed);
      for (const result of results) {
        expect(result).toMatchObject({ size: 1, withoutKey: blanks.length, duplicates: 0, ownItems: 1 });
        expect([...result.rows]).toEqual([blanks.length]);
      }
    },
  );

  it("match nothing where one field of several is blank", async () => {
    const lists = [
      [
        ["ann", " "],
        ["", "berlin"],
        ["ann", "berlin"],
      ],
      [
        ["ann", "berlin"],
        ["ann", "\u00a0"],
        ["\t", "berlin"],
      ],
    ];
    const [first, second] = (await simulated([lists[0] ?? [], lists[1] ?? []], { reveal: "both" })).map(
      revealed,
    );
    expect([[...(first?.rows ?? [])], [...(second?.rows ?? [])]]).toEqual([[2], [0]]);
  });

  it("may be named, each party its own, and compare however they are typed", async () => {
    const placeholders = ["N/A", "-", "0", "keine Angabe"];
    const a = ["n/a", " N/A ", "Ｎ／Ａ", "-", "0", "00", "KEINE ANGABE", "ann"];
    for (const atB of [{ placeholders }, {}]) {
      const [first] = await simulate(2, (party) =>
        intersect(party, a, { reveal: "both", ...(party.index === 0 ? { placeholders } : atB) }),
      );
      expect(first).toMatchObject({ withoutKey: 6, size: 2 });
      expect([...revealed(first as Intersection).rows].sort()).toEqual([5, 7]);
    }
  });

  it("leave an empty list, whatever columns they have", async () => {
    const results = await simulated(
      [
        [
          ["", "x"],
          [" ", "y"],
        ],
        ["a"],
      ],
      { reveal: "both" },
    );
    expect(results).toMatchObject([
      { size: 0, ownItems: 0, withoutKey: 2 },
      { size: 0, peerItems: 0 },
    ]);
  });
});

describe("normalize: nfkc", () => {
  it("takes full-width and usual characters, and those with zero width between, for the same", async () => {
    const a = ["ＡＢＣ１２３", "a\u200bb\u00adc", "ﬁn", "㈱", "ǅ", "K\u212a"];
    const b = ["abc123", "abc", "fin", "(株)", "ǆ", "kk"];
    const normalize = { nfkc: true, lowerCase: true };
    const [result] = await simulated([a, b], { normalize });
    expect(result).toMatchObject({ size: 6 });
    const [without] = await simulated([a, b], { normalize: { lowerCase: true, nfc: true } });
    expect(revealed(without as Intersection).size).toBeLessThan(6);
  });
});

describe("intersect refuses", () => {
  it.each<[string, IntersectOptions]>([
    ["an unknown receiver", { receiver: "nobody" }],
    ["an index of no party", { receiver: 2 }],
    ["an unknown reveal", { reveal: "all" } as unknown as IntersectOptions],
    ["batches of nothing", { batchSize: 0 }],
    ["batches of too much", { batchSize: 65_537 }],
    ["a broken limit", { maxPeerItems: 0.5 }],
    ["a broken lower limit", { minPeerItems: -1 }],
    ["a lower limit above the upper one", { minPeerItems: 3, maxPeerItems: 2 }],
    ["placeholders that are a text", { placeholders: "N/A" as unknown as string[] }],
    ["an unknown normalization", { normalize: { stem: true } as object }],
    ["a negative number of workers", { workers: -1 }],
  ])("%s", async (_, options) => {
    await expect(simulated([["a"], ["a"]], options)).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
  });

  it("more than two parties, and says so", async () => {
    await expect(simulate(3, (party) => intersect(party, ["a"]))).rejects.toMatchObject({
      code: "INVALID_ARGUMENT",
      message: expect.stringContaining("more lists need other machinery") as string,
    });
  });

  it.each<[string, IntersectOptions, IntersectOptions]>([
    ["receiver", { receiver: 0 }, { receiver: 1 }],
    ["reveal", { reveal: "both" }, { reveal: "receiver" }],
    ["normalize", { normalize: { trim: true } }, {}],
    ["batchSize", { batchSize: 7 }, { batchSize: 8 }],
  ])("parties that differ in %s", async (name, first, second) => {
    const run = simulate(2, (party) => intersect(party, ["a"], party.index === 0 ? first : second));
    await expect(run).rejects.toMatchObject({ code: "PEER_MISMATCH", field: `parameters.${name}` });
  });

  it("a longer list than allowed, before anything of the own list leaves", async () => {
    const run = simulate(2, (party) =>
      intersect(party, ["a", "b", "c"], party.index === 0 ? { maxPeerItems: 2 } : {}),
    );
    await expect(run).rejects.toMatchObject({
      code: "PEER_FLOODED",
      party: "party-1",
      step: "psi/sizes",
      got: "3",
    });
  });

  it("by default a list of more than ten times the own one and 100,000, naming the option", async () => {
    const own = Array.from({ length: 10_001 }, (_, i) => `id ${i}`);
    for (const [list, most] of [
      [own.slice(0, 3), 100_000],
      [own, 100_010],
    ] as const) {
      for (const more of [0, 1]) {
        const run = simulate(2, (party) => {
          if (party.index === 0) return intersect(party, list, { method: "ecdh", workers: 0 });
          return party.run({ name: "veilshare/psi", version: 4 }, async (spoken) => {
            const { reveal, ...rest } = agreedParameters;
            await spoken.agree({ ...rest, reveal: reveal === "both" ? "receiver" : "both", batchSize: 4096 });
            await spoken.exchange("sizes", sizesMessage(most + more, 1));
            throw new Error("accepted");
          });
        });
        if (more === 0) {
          await expect(run).rejects.toMatchObject({
            code: "PROTOCOL_FAILED",
            cause: { message: "accepted" },
          });
        } else await expect(run).rejects.toThrow(/option maxPeerItems/);
      }
    }
  });

  it("a list that is shorter than the least allowed, so that single items can't be asked for", async () => {
    const run = simulate(2, (party) =>
      intersect(
        party,
        party.index === 0 ? ["a", "b", "c"] : ["a", " "],
        party.index === 0 ? { minPeerItems: 2 } : {},
      ),
    );
    await expect(run).rejects.toMatchObject({
      code: "DISCLOSURE_REFUSED",
      party: "party-1",
      message: expect.stringContaining("option minPeerItems") as string,
    });
  });

  it("lists with different numbers of key columns", async () => {
    await expect(simulated([[["a", "b"]], ["a"]])).rejects.toMatchObject({ code: "PEER_MISMATCH" });
  });

  it("a lone surrogate, and tells the other party that it stopped", async () => {
    const failures: unknown[] = [];
    const lists = [["ok"], ["ok", "\ud83d"]];
    const run = simulate(2, (party) =>
      intersect(party, lists[party.index] ?? []).catch((error: unknown) => {
        failures[party.index] = error;
        throw error;
      }),
    );
    await expect(run).rejects.toMatchObject({ code: "INVALID_ARGUMENT", field: "items[1]" });
    expect(failures[0]).toMatchObject({ code: "PEER_ABORTED", party: "party-1", got: "INVALID_ARGUMENT" });
  });
});

describe("intersect stops", () => {
  it("with ABORTED when the caller cancels in the middle", async () => {
    const controller = new AbortController();
    const list = Array.from({ length: 4000 }, (_, i) => `id ${i}`);
    const onProgress = ({ step }: Progress): void => {
      if (step === "psi/double") controller.abort();
    };
    const run = simulated([list, list], { workers: 1 }, { signal: controller.signal, onProgress });
    await expect(run).rejects.toMatchObject({ code: "ABORTED" });
  });

  it("with WORKER_FAILED when its worker dies, and tells the other party", async () => {
    const pool = createPoolOf(() => spawnThread(new URL("fixtures/dying-worker.mjs", import.meta.url)), {
      workers: 1,
    });
    const outcomes: unknown[] = [];
    const run = simulate(2, async (party) => {
      const options = party.index === 0 ? { pool } : { workers: 0 };
      await intersect(party, ["a", "b"], options).catch((error: unknown) => {
        outcomes[party.index] = error;
        throw error;
      });
    });
    await expect(run).rejects.toMatchObject({ code: "WORKER_FAILED" });
    expect(outcomes[1]).toMatchObject({ code: "PEER_ABORTED", party: "party-0", got: "WORKER_FAILED" });
    await pool.close();
  });

  it("with CLOSED when somebody closes its pool", async () => {
    const pool = createPool({ workers: 1 });
    const list = Array.from({ length: 2000 }, (_, i) => `id ${i}`);
    const onProgress = (): void => void pool.close();
    await expect(simulated([list, list], { pool }, { onProgress })).rejects.toMatchObject({ code: "CLOSED" });
  });
});

describe("the oracle", () => {
  it("tells apart what differs", () => {
    expect(identity(["ab", "c"])).not.toBe(identity(["a", "bc"]));
    expect(identity("a")).toBe(identity(new Uint8Array([97])));
    expect(plainRows(["a", "b", "a"], ["a"])).toEqual(new Map([[identity("a"), [0, 2]]]));
  });
});
