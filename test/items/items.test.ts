import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { rowView } from "../../dist/bytes/byte-rows.js";
import { bytesToHex } from "../../dist/bytes/encoding.js";
import type { PsiItem } from "../../dist/psi/index.js";
import { encodeItems, readItems } from "../../dist/items/items.js";
import { completeNormalization, normalized } from "../../dist/items/normalization.js";
import { describeWithData, readDataJson } from "../support/data.js";
import { identity, isBlank } from "../psi/plain-intersection.js";

async function encodings(items: readonly PsiItem[]): Promise<string[]> {
  const all: string[] = [];
  for (const item of items) {
    const { items: one } = await readItems([item]);
    all.push(bytesToHex(one.gather(Uint32Array.of(0)).bytes));
  }
  return all;
}

const wellFormed = fc.string({ unit: "grapheme" });
const field = fc.oneof(
  wellFormed,
  fc.uint8Array({ maxLength: 6 }),
  fc.constantFrom("", "a", "ab", "\0", "é"),
);

describe("readItems", () => {
  it("gives equal bytes exactly to equal items", async () => {
    const columns = fc.integer({ min: 1, max: 3 });
    const lists = columns.chain((n) =>
      fc.array(
        fc.array(field, { minLength: n, maxLength: n }).filter((item) => !isBlank(item)),
        { minLength: 2, maxLength: 6 },
      ),
    );
    await fc.assert(
      fc.asyncProperty(lists, async (items) => {
        const bytes = await encodings(items);
        const groups = (keys: readonly string[]): number[] => keys.map((key) => keys.indexOf(key));
        expect(groups(bytes)).toEqual(groups(items.map(identity)));
      }),
    );
  });

  it("tells where one field ends and the next begins", async () => {
    const [first, second, third] = await encodings([
      ["ab", "c"],
      ["a", "bc"],
      ["abc", "\0c"],
    ]);
    expect(new Set([first, second, third]).size).toBe(3);
    expect(first).toBe("020000006162" + "0100000063");
  });

  it("takes a text, the same text in an array, and its UTF-8 bytes as the same item", async () => {
    const [text, array, bytes] = await encodings(["é", ["é"], new Uint8Array([0xc3, 0xa9])]);
    expect(array).toBe(text);
    expect(bytes).toBe(text);
  });

  it("neither changes nor keeps the caller's items", async () => {
    const bytes = new Uint8Array([1, 2]);
    const { items } = await readItems([bytes]);
    bytes[0] = 9;
    expect([...items.gather(Uint32Array.of(0)).bytes]).toEqual([2, 0, 0, 0, 1, 2]);
  });

  it.each<[string, readonly unknown[]]>([
    ["a lone high surrogate", ["ok", "\ud800"]],
    ["a lone low surrogate", ["ok", "x\udc00y"]],
    ["surrogates in the wrong order", ["ok", "\udc00\ud800"]],
    ["a number", ["ok", 7]],
    ["null", ["ok", null]],
    ["an object", ["ok", {}]],
    ["no field at all", ["ok", []]],
    ["more fields than the first item", ["ok", ["a", "b"]]],
    [
      "a number among fields",
      [
        ["a", "b"],
        ["a", 5],
      ],
    ],
  ])("refuses %s with the item's position", async (_, items) => {
    await expect(readItems(items as readonly PsiItem[], { caller: "somebody" })).rejects.toMatchObject({
      code: "INVALID_ARGUMENT",
      field: "items[1]",
      message: expect.stringMatching(/^somebody: item 1: expected/) as string,
    });
  });
});

describe("encodeItems", () => {
  it("gives the rows of an array, repetitions and all, as readItems encodes them", async () => {
    const texts = ["b", "c", "b", "\u00e9"];
    const { rows, keyColumns } = await encodeItems(texts, {});
    expect(keyColumns).toBe(1);
    const all = texts.map((_, row) => bytesToHex(rowView(rows, row)));
    expect(all).toEqual(await encodings(texts));
    await expect(encodeItems(["a", " "], {}, "somebody")).rejects.toThrow(
      /^somebody: item 1: .* blank field/,
    );
    await expect(encodeItems([["a"], []], {}, "somebody")).rejects.toThrow(/^somebody: item 1: expected/);
  });
});

describe("a list of items", () => {
  const inArray = ["b", "a", "b", "c"];

  it("may be any iterable or async iterable, read once", async () => {
    const read: string[] = [];
    function* oneByOne(): Generator<string> {
      for (const item of inArray) {
        read.push(item);
        yield item;
      }
    }
    async function* asynchronously(): AsyncGenerator<string> {
      for (const item of inArray) {
        await Promise.resolve();
        yield item;
      }
    }
    for (const list of [inArray, new Set(inArray), oneByOne(), asynchronously()]) {
      const { items, keyColumns } = await readItems(list);
      expect([items.count, keyColumns]).toEqual([3, 1]);
    }
    expect(read).toEqual(inArray);
  });

  it("passes on what it throws, and is closed when an item is refused", async () => {
    let closed = false;
    async function* broken(): AsyncGenerator<string> {
      try {
        yield await Promise.resolve("\ud800");
      } finally {
        closed = true;
      }
    }
    await expect(readItems(broken())).rejects.toMatchObject({ field: "items[0]" });
    expect(closed).toBe(true);
    const failure = new Error("the disk is gone");
    const failing = {
      [Symbol.asyncIterator]: () => ({
        next: (): Promise<IteratorResult<string>> => Promise.reject(failure),
      }),
    };
    await expect(readItems(failing)).rejects.toBe(failure);
  });

  it.each([["a text"], [7], [null], [{}]])("is not %j", async (list) => {
    await expect(readItems(list as unknown as string[])).rejects.toMatchObject({
      code: "INVALID_ARGUMENT",
    });
  });
});

describe("normalized", () => {
  it("changes nothing unless it is asked to", () => {
    expect(normalized("  Ünï\u0301 ", {})).toBe("  Ünï\u0301 ");
  });

  it("does each step on request, and its result does not change when it is done again", () => {
    expect(normalized(" \u00a0A\r\n", { trim: true })).toBe("A");
    expect(normalized("ÄSS", { lowerCase: true })).toBe("äss");
    expect(normalized("e\u0301", { nfc: true })).toBe("\u00e9");
    for (const nfkc of [false, true]) {
      const all = { trim: true, lowerCase: true, nfc: true, nfkc };
      expect(completeNormalization("test", all)).toEqual(all);
      fc.assert(
        fc.property(wellFormed, (text) => {
          const once = normalized(text, all) ?? "";
          expect(normalized(once, all)).toBe(once);
        }),
      );
    }
  });

  it.each([{ trim: "yes" }, { upperCase: true }])("refuses %j", (given) => {
    expect(() => completeNormalization("test", given as object)).toThrow(
      expect.objectContaining({ code: "INVALID_ARGUMENT" }),
    );
  });
});

describeWithData("hostile strings", ["badinput/naughty-strings-part-a.json"], () => {
  it("are all encoded, different ones differently", async () => {
    const all = readDataJson<string[]>("badinput/naughty-strings-part-a.json");
    const strings = all.filter((text) => !isBlank(text));
    const distinct = new Set(strings);
    expect(distinct.size).toBeGreaterThan(100);
    expect(new Set(await encodings(strings)).size).toBe(distinct.size);
    const pairs = strings.map((text, i) => [text, strings[(i + 1) % strings.length] ?? ""]);
    expect(new Set(await encodings(pairs)).size).toBe(
      new Set(pairs.map((pair) => JSON.stringify(pair))).size,
    );
  });
});
