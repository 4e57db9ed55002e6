import { blake3 } from "@noble/hashes/blake3.js";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readItems, type PsiItem, type ReadItemsOptions } from "../../../dist/items/items.js";
import { rowView } from "../../../dist/bytes/byte-rows.js";
import { DigestList } from "../../../dist/psi/okvs/digest-list.js";

const numbers = (count: number): Uint32Array => Uint32Array.from({ length: count }, (_, i) => i);

/** A list read both ways: the same items, numbers and rows, and digests that are BLAKE3 of the items' bytes. */
async function expectSame(list: readonly PsiItem[], options: ReadItemsOptions = {}): Promise<void> {
  const { items, keyColumns } = await readItems(list, options);
  const digests = await DigestList.read(list, options);
  expect([digests.count, digests.rowCount, digests.skipped, digests.keyColumns]).toEqual([
    items.count,
    items.rowCount,
    items.skipped,
    keyColumns,
  ]);
  const rows = items.gather(numbers(items.count));
  for (let i = 0; i < items.count; i++) {
    const digest = new Uint8Array(digests.digests.slice(8 * i, 8 * (i + 1)).buffer);
    expect(digest).toEqual(blake3(rowView(rows, i)));
  }
  expect(digests.rowsOf(numbers(items.count))).toEqual(items.rowsOf(numbers(items.count)));
}

describe("a list as digests", () => {
  it("has the items, numbers and rows of the list as bytes", async () => {
    await expectSame([]);
    await expectSame(["a"]);
    await expectSame(["", " "]);
    await expectSame(["", "b", "a", "b", "", "中文", "a", new TextEncoder().encode("b"), "ä"]);
    await expectSame([
      ["ab", "c"],
      ["a", "bc"],
      ["ab", "c"],
      [new Uint8Array(3), "中"],
    ]);
  });

  it("hashes items of every length around blocks and chunks as BLAKE3 does", async () => {
    const lengths = [
      0, 1, 58, 59, 60, 61, 63, 64, 65, 123, 124, 125, 128, 1019, 1020, 1021, 1024, 1025, 2048, 70_000,
    ];
    await expectSame(lengths.flatMap((length) => ["x".repeat(length), new Uint8Array(length).fill(7)]));
  });

  it("finds repetitions within and across what is hashed at a time", async () => {
    await expectSame(Array.from({ length: 13_000 }, (_, i) => `item ${(i * 7919) % 6000}`));
  });

  it("fills its staging memory with long items without losing any", async () => {
    await expectSame(Array.from({ length: 900 }, (_, i) => `${i}`.padStart(900 + (i % 130), "-")));
  });

  it("is the list as bytes for random fields, normalized or not, of an array or a generator", async () => {
    const units = [
      "a",
      "Z",
      "7",
      " ",
      "\n",
      "\u00ad",
      "é",
      "E\u0301",
      "中",
      "\u3000",
      "𠀀",
      "😀",
      "\ufeff",
      "x".repeat(70),
    ];
    const text = fc.array(fc.constantFrom(...units), { maxLength: 6 }).map((parts) => parts.join(""));
    const bytes = fc.uint8Array({ maxLength: 70 });
    const normalizations = [{}, { trim: true, lowerCase: true }, { nfkc: true, nfc: true }];
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 3 }).chain((columns) =>
          fc.array(
            fc.array(fc.oneof({ weight: 4, arbitrary: text }, bytes), {
              minLength: columns,
              maxLength: columns,
            }),
            { maxLength: 30 },
          ),
        ),
        fc.constantFrom(...normalizations),
        fc.constantFrom([], ["Z7", "é", " "]),
        async (rows, normalization, placeholders) => {
          const list = rows.map((fields) => (fields.length === 1 ? (fields[0] as PsiItem) : fields));
          const options = { normalization, placeholders };
          await expectSame(list, options);
          const generated = await DigestList.read(list.values(), options);
          const { items } = await readItems(list, options);
          expect([generated.count, generated.rowCount]).toEqual([items.count, items.rowCount]);
        },
      ),
      { numRuns: 150 },
    );
  });

  it("takes what a list writes over after it gave it", async () => {
    function* reused(): Generator<PsiItem> {
      const bytes = new Uint8Array(2);
      const fields: (string | Uint8Array)[] = ["", bytes];
      for (let i = 0; i < 300; i++) {
        bytes.fill(i % 7);
        fields[0] = `${i % 5}`;
        yield fields;
        fields[0] = "";
        bytes.fill(255);
      }
    }
    const given = Array.from({ length: 300 }, (_, i) => [`${i % 5}`, new Uint8Array(2).fill(i % 7)]);
    const { items } = await readItems(given);
    const digests = await DigestList.read(reused(), {});
    expect(digests.count).toBe(35);
    expect(digests.rowsOf(numbers(35))).toEqual(items.rowsOf(numbers(35)));
  });

  it("names the first item that is wrong, also when a later one was seen first", async () => {
    const list = ["a", "\ud800", "\udc00", 7] as string[];
    for (const given of [list, list.values()]) {
      await expect(DigestList.read(given, {})).rejects.toMatchObject({ field: "items[1]" });
    }
    const pairs = [["a", "b"], ["a", "\ud800"], ["a"]];
    await expect(DigestList.read(pairs, {})).rejects.toMatchObject({ field: "items[1]" });
  });

  it("keeps bytes while there are few items, and lets them go with one more", async () => {
    const list = ["a", "b", "a", "c"];
    const kept = await DigestList.read(list, { keepBytesUpTo: 3 });
    const { items } = await readItems(list);
    expect(kept.gather(Uint32Array.of(2, 0))).toEqual(items.gather(Uint32Array.of(2, 0)));
    const dropped = await DigestList.read([...list, "d"], { keepBytesUpTo: 3 });
    expect(() => dropped.gather(Uint32Array.of(0))).toThrow(/bytes are kept/);
    expect(dropped.count).toBe(4);
  });

  it.each<[string, readonly unknown[]]>([
    ["a lone surrogate", ["a", "\ud800"]],
    ["a lone surrogate after ASCII", ["a", "abc\udc00"]],
    ["a number", ["a", 5]],
    ["another number of fields", [["a", "b"], ["a"]]],
    ["no field", [[]]],
  ])("refuses %s, naming the item", async (_, list) => {
    await expect(DigestList.read(list as string[], {})).rejects.toMatchObject({
      code: "INVALID_ARGUMENT",
      field: `items[${list.length - 1}]`,
    });
  });
});
