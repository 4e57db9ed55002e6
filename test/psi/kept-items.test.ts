import { describe, expect, it } from "vitest";
import { simulate } from "../../dist/channel/index.js";
import { intersect, join, type JoinRow, type PsiItem } from "../../dist/psi/index.js";

async function* stream<Item>(items: readonly Item[]): AsyncGenerator<Item, void, undefined> {
  for (const item of items) {
    await Promise.resolve();
    yield item;
  }
}

describe("results with keepItems", () => {
  it.each(["ecdh", "okvs"] as const)(
    "have the own items as they were given, of arrays and of streams, by %s",
    async (method) => {
      const lists: readonly (readonly PsiItem[])[] = [
        [" Ann ", "bob", "eve", " Ann "],
        ["EVE", "dan", "ann"],
      ];
      const options = {
        reveal: "both",
        method,
        normalize: { trim: true, lowerCase: true },
        workers: 0,
      } as const;
      const results = await simulate(2, (party) => {
        const own = lists[party.index] ?? [];
        return intersect(party, party.index === 0 ? stream(own) : own, { ...options, keepItems: true });
      });
      const items = results.map((result) => [...(result.items ?? [])].map(String).sort());
      expect(items).toEqual([
        [" Ann ", "eve"],
        ["EVE", "ann"],
      ]);
      for (const [at, { indices, items: kept = [] }] of results.entries())
        expect([...indices].map((row) => lists[at]?.[row])).toEqual(kept);
    },
  );

  it("have them at the party that asked only, and an array as it was when the call was made", async () => {
    const [first, second] = [["a", "b"], ["b"]] as const;
    const changing: string[] = [...first];
    const results = await simulate(2, (party) => {
      const run = intersect(party, party.index === 0 ? changing : second, {
        reveal: "both",
        keepItems: party.index === 0,
      });
      changing[1] = "changed";
      return run;
    });
    expect(results.map(({ items }) => items)).toEqual([["b"], undefined]);
  });

  it.each(["abc", null, {}, 7])("need a list as all others do, not %j", async (list) => {
    const run = simulate(2, (party) => intersect(party, list as never, { keepItems: true }));
    await expect(run).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
  });

  it("of join have the key by which each row matched, and null for a row without a match", async () => {
    const lists: readonly (readonly JoinRow[])[] = [
      [
        ["1", "acme"],
        [null, "beta"],
        ["3", "gamma"],
      ],
      [
        ["9", "beta"],
        ["1", "other"],
      ],
    ];
    const [left, right] = await simulate(2, (party) =>
      join(party, lists[party.index] ?? [], {
        keys: ["number", "name"],
        reveal: "both",
        keepItems: true,
        ...(party.index === 0 ? { type: "left" } : {}),
      }),
    );
    expect(left?.revealed === true && left.items).toEqual(["1", "beta", null]);
    expect(right?.revealed === true && right.items).toEqual(["beta", "1"]);
  });
});
