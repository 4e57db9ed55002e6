import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { simulate } from "../../dist/channel/index.js";
import { voprf } from "../../dist/group/index.js";
import {
  deriveLookupKey,
  LookupStore,
  publishSet,
  serveLookup,
  updateSet,
  verifiedLookup,
} from "../../dist/lookup/index.js";
import { expectError } from "../support/expect-error.js";
import { expectRedacted } from "../support/expect-redacted.js";
import { isBlank } from "../psi/plain-intersection.js";
import { answersOf, epoch, published, serverKey, session, shown, sources } from "./sessions.js";

const invoices = Array.from({ length: 200 }, (_, i) => ({
  key: `INV-${i}`,
  label: i % 3 === 0 ? "paid" : `open ${i}`,
}));

describe.each(sources)("lookup in %s", (_, optionsOf) => {
  it("finds exactly what a plain map finds, for any keys and labels", async () => {
    const anyText = fc.string({ unit: "grapheme", maxLength: 8 });
    const keys = anyText.filter((text) => !isBlank(text));
    const table = fc.dictionary(keys, fc.string({ unit: "grapheme-ascii", maxLength: 12 }), { maxKeys: 40 });
    await fc.assert(
      fc.asyncProperty(table, fc.array(anyText, { maxLength: 6 }), async (labels, others) => {
        const plain = new Map(Object.entries(labels));
        const set = await published([...plain].map(([key, label]) => ({ key, label })));
        const asked = [...[...plain.keys()].slice(0, 4), ...others];
        const { result } = await session({ set, options: optionsOf(set) }, (client) => client.lookup(asked));
        const expected = asked.map((key) => {
          const label = plain.get(key);
          return label === undefined ? "absent" : `=${label}`;
        });
        expect(answersOf(result).map(shown)).toEqual(expected);
      }),
      { numRuns: 15 },
    );
  });

  it("serves many requests in one session, repeated keys asked for once", async () => {
    const set = await published(invoices);
    const { result, served } = await session({ set, options: optionsOf(set) }, async (client) => {
      const first = await client.lookup(["INV-3", "none", "INV-4", "INV-3", "none"]);
      const [second, third] = await Promise.all([client.lookup(["INV-199"]), client.lookup([])]);
      return [first, second, third] as const;
    });
    expect(result.map((outcome) => answersOf(outcome).map(shown))).toEqual([
      ["=paid", "absent", "=open 4", "=paid", "absent"],
      ["=open 199"],
      [],
    ]);
    expect(served).toMatchObject({ client: "client", requests: 2, evaluations: 4, refusals: 0 });
  });
});

describe("blank keys", () => {
  it("are refused in a set, with their place, and absent when they are asked for, without an evaluation", async () => {
    for (const key of ["", " ", "\u00a0", "\u200b"]) {
      await expect(published([...invoices, { key, label: "anybody's" }])).rejects.toMatchObject({
        code: "INVALID_ARGUMENT",
        field: "items[200]",
      });
    }
    const set = await published(invoices);
    const { result, served } = await session({ set }, async (client) => [
      await client.lookup([" ", "INV-3", "", "INV-4"]),
      await client.lookup(["\t"]),
    ]);
    expect(result.map((outcome) => answersOf(outcome).map(shown))).toEqual([
      ["absent", "=paid", "absent", "=open 4"],
      ["absent"],
    ]);
    expect(served).toMatchObject({ evaluations: 2 });
  });
});

describe("lookup", () => {
  it("takes keys of several fields, of text or bytes, and labels of bytes, empty ones too", async () => {
    const set = await published([
      { key: ["a", "bc"], label: Uint8Array.of(0, 255, 0) },
      { key: ["ab", Uint8Array.of(99)], label: "" },
    ]);
    const keys = [
      ["a", "bc"],
      ["ab", "c"],
      ["abc", ""],
    ];
    const { result } = await session({ set }, (client) => client.lookup(keys));
    expect(answersOf(result)).toEqual([
      { status: "found", label: Uint8Array.of(0, 255, 0) },
      { status: "found", label: new Uint8Array(0) },
      { status: "absent" },
    ]);
  });

  it("gives the set to keep, of which the next session downloads only what changed", async () => {
    const set = await published(invoices);
    const store = new LookupStore(serverKey, set);
    const pinned = { publicKey: serverKey.publicKey, epoch };
    const run = async (kept?: typeof set): Promise<{ kept: typeof set; bytes: number; answer: string }> => {
      const [, client] = await simulate(2, async (party) => {
        if (party.index === 0) {
          await serveLookup(party, store, { budget: "unlimited" });
          return undefined;
        }
        const result = await verifiedLookup(
          party,
          ["INV-1"],
          kept === undefined ? pinned : { ...pinned, set: kept },
        );
        if (result.set === undefined) throw new Error("expected a set");
        const answer = answersOf(result).map(shown).join();
        return { kept: result.set, bytes: party.traffic.bytesReceived, answer };
      });
      if (client === undefined) throw new Error("expected a client");
      return client;
    };
    const first = await run();
    const second = await run(first.kept);
    await store.replace(
      serverKey,
      await updateSet(serverKey, set, { put: [{ key: "INV-1", label: "late" }] }),
    );
    const third = await run(second.kept);
    expect([first, second, third].map(({ answer }) => answer)).toEqual(["=open 1", "=open 1", "=late"]);
    expect(first.bytes - second.bytes).toBeGreaterThan(200 * 58);
    expect(third.bytes - second.bytes).toBeGreaterThan(58);
    expect(third.bytes - second.bytes).toBeLessThan(4 * 58);
    expect(third.kept.info).toMatchObject({ revision: 1, epoch, count: 200 });
  });

  it("gets by with a bucket, of 16 entries on average or more", async () => {
    const set = await published(invoices);
    const { result } = await session({ set, options: { bucketBits: 20 } }, (client) =>
      Promise.resolve(client),
    );
    expect(result).toMatchObject({ set: undefined, bucketBits: 3 });
  });

  it("works on an empty set", async () => {
    const set = await published([]);
    for (const [, optionsOf] of sources) {
      const { result } = await session({ set, options: optionsOf(set) }, (client) => client.lookup(["x"]));
      expect(answersOf(result)).toEqual([{ status: "absent" }]);
    }
  });

  it("leaves the session as it was when the caller's keys are refused", async () => {
    const set = await published(invoices);
    const { result, served } = await session({ set, serve: { maxKeys: 2 } }, async (client) => {
      const refusals = [];
      for (const keys of [["a", "b", "c"], [["two", "fields"]], ["\ud800"], ["a", ["b"], []]]) {
        refusals.push(await client.lookup(keys).catch((thrown: unknown) => thrown));
      }
      return { refusals, after: await client.lookup(["INV-1", "INV-1", "x"]) };
    });
    for (const refusal of result.refusals) expect(refusal).toMatchObject({ code: "INVALID_ARGUMENT" });
    expect(answersOf(result.after).map(shown)).toEqual(["=open 1", "=open 1", "absent"]);
    expect(served.requests).toBe(1);
  });

  it.each<[string, object]>([
    ["the identity as public key", { publicKey: new Uint8Array(32) }],
    ["a short public key", { publicKey: new Uint8Array(31) }],
    ["a negative epoch", { epoch: -1 }],
    ["no bucket bits", { bucketBits: 0 }],
    ["a fraction of bucket bits", { bucketBits: 1.5 }],
    ["too many bucket bits", { bucketBits: 21 }],
    ["a negative size", { maxSetBytes: -1 }],
  ])("refuses %s", async (_, options) => {
    const set = await published([]);
    await expect(session({ set, options }, () => Promise.resolve())).rejects.toMatchObject({
      code: "INVALID_ARGUMENT",
    });
  });

  it("refuses requests after the session, and both a set and buckets", async () => {
    const set = await published(invoices);
    const { result: client } = await session({ set }, (given) => Promise.resolve(given));
    await expect(client.lookup(["x"])).rejects.toMatchObject({ code: "CLOSED" });
    const both = session({ set, options: { set, bucketBits: 1 } }, () => Promise.resolve());
    await expect(both).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
  });

  it("is refused by a server whose options are wrong, a forgotten budget among them", async () => {
    const set = await published([]);
    for (const serve of [
      { maxKeys: 0 },
      { maxKeys: 16_385 },
      { budget: undefined as unknown as "unlimited" },
    ]) {
      const run = session({ set, serve }, () => Promise.resolve());
      await expect(run).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
    }
  });
});

describe("publishSet", () => {
  it("gives the same set of tags whatever the order and the number of workers", async () => {
    const options = { epoch, labelBytes: 12, random: (n: number) => new Uint8Array(n) };
    const inline = await publishSet(serverKey, invoices, { ...options, workers: 0 });
    const threaded = await publishSet(serverKey, invoices.toReversed(), { ...options, workers: 1 });
    expect(threaded.info).toEqual(inline.info);
    expect(inline.info).toMatchObject({ count: 200, treeBits: 3, keyColumns: 1, revision: 0 });
  });

  it("groups the labels of a key that several entries have, equal ones once, and refuses that where it is told to", async () => {
    const entries = [
      { key: "a", label: "one" },
      { key: "b", label: "" },
      { key: "a", label: ["two", "one"] },
      { key: "c", label: ["same", "same"] },
    ];
    const set = await published(entries);
    expect(set.info.count).toBe(3);
    const { result } = await session({ set }, (client) => client.lookup(["a", "b", "c"]));
    expect(result.status === "answered" && result.keys).toEqual(["a", "b", "c"]);
    const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
    const told = result.status === "answered" ? result.answers : [];
    expect(
      told.map((answer) => answer.status === "found" && [text(answer.label), answer.labels?.map(text)]),
    ).toEqual([
      ["one", ["one", "two"]],
      ["", undefined],
      ["same", undefined],
    ]);
    const refusing = { epoch, labelBytes: 12, workers: 0, repeatedKeys: "refuse" } as const;
    await expect(publishSet(serverKey, entries, refusing)).rejects.toMatchObject({ field: "entries[2]" });
  });

  it.each<[string, readonly object[], string]>([
    [
      "labels of a key that are too long together",
      [
        { key: "a", label: "seven b" },
        { key: "b", label: "" },
        { key: "a", label: "one" },
      ],
      "entries[2]",
    ],
    ["an empty list of labels", [{ key: "a", label: [] }], "entries[0]"],
    ["a label that is too long", [{ key: "a", label: "thirteen long" }], "entries[0]"],
    ["a label that is far too long", [{ key: "a", label: "x".repeat(65_536) }], "entries[0]"],
    ["a label of another type", [{ key: "a", label: 7 }], "entries[0]"],
    ["a label with a lone surrogate", [{ key: "a", label: "\udc00" }], "entries[0]"],
    [
      "another number of fields",
      [
        { key: "a", label: "" },
        { key: ["b", "c"], label: "" },
      ],
      "items[1]",
    ],
  ])("refuses %s", async (_, entries, field) => {
    await expect(published(entries as Parameters<typeof published>[0])).rejects.toMatchObject({
      code: "INVALID_ARGUMENT",
      field,
    });
  });

  it.each([
    { epoch: -1, labelBytes: 1 },
    { epoch: 2 ** 32, labelBytes: 1 },
    { epoch: 1, labelBytes: 4097 },
    { epoch: 1, labelBytes: 0.5 },
  ])("refuses %j", async (options) => {
    await expect(publishSet(serverKey, [], options)).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
  });

  it("stops when it is cancelled", async () => {
    const controller = new AbortController();
    const many = Array.from({ length: 1000 }, (_, i) => ({ key: `${i}`, label: "" }));
    const run = publishSet(serverKey, many, {
      epoch,
      labelBytes: 0,
      workers: 0,
      signal: controller.signal,
      onProgress: () => {
        controller.abort();
      },
    });
    await expect(run).rejects.toMatchObject({ code: "ABORTED" });
  });
});

describe("a server's keys", () => {
  it("follow from seed and epoch, and one epoch's set is of no use with another's key", async () => {
    const seed = new Uint8Array(32).fill(5);
    const [one, two] = [deriveLookupKey(seed, 1), deriveLookupKey(seed, 2)];
    expect(deriveLookupKey(seed, 1).publicKey).toEqual(one.publicKey);
    expect(two.publicKey).not.toEqual(one.publicKey);
    expectError(() => deriveLookupKey(seed, 0.5), "INVALID_ARGUMENT");
    const set = await published([], one);
    expectError(() => new LookupStore(two, set), "INVALID_ARGUMENT");
    await expect(updateSet(two, set, {})).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
  });

  it("are replaced only by later revisions or epochs", async () => {
    const [now, next] = [voprf.generateKey(), voprf.generateKey()];
    const options = { epoch: 1, labelBytes: 0 };
    const set = await publishSet(now, [], options);
    const store = new LookupStore(now, set);
    const update = await updateSet(now, set, { put: [{ key: "x", label: "" }] });
    await store.replace(now, update);
    await expect(store.replace(now, set)).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
    expect(store.current.set).toBe(update);
    const sameEpoch = await publishSet(next, [], options);
    const laterEpoch = await publishSet(next, [], { ...options, epoch: 2 });
    await expect(store.replace(next, sameEpoch)).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
    await store.replace(next, laterEpoch);
    expect(store.current.set.info.epoch).toBe(2);
    expectRedacted(store);
  });
});
