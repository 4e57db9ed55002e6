import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { equalBytes } from "../../dist/bytes/encoding.js";
import {
  encodeSet,
  publishSet,
  updateSet,
  type LookupEntry,
  type PublishedSet,
} from "../../dist/lookup/index.js";
import { epoch, labelBytes, serverKey } from "./sessions.js";

/** Always the same nonce, so that equal contents are equal bytes. Never outside a test. */
const work = { workers: 0, random: (byteLength: number): Uint8Array => new Uint8Array(byteLength) };

function publish(entries: readonly LookupEntry[]): Promise<PublishedSet> {
  return publishSet(serverKey, entries, { ...work, epoch, labelBytes });
}

const entriesOf = (set: PublishedSet): Uint8Array => set.slice(0, set.info.count);
const listOf = (labels: ReadonlyMap<string, string>): LookupEntry[] =>
  [...labels].map(([key, label]) => ({ key, label }));

describe("updateSet", () => {
  it("gives what publishing the changed list anew gives, entry for entry", async () => {
    const key = fc.integer({ min: 0, max: 60 }).map((n) => `k${n}`);
    const table = fc.uniqueArray(fc.tuple(key, fc.string({ unit: "grapheme-ascii", maxLength: 8 })), {
      selector: ([name]) => name,
      maxLength: 50,
    });
    await fc.assert(
      fc.asyncProperty(table, table, fc.array(fc.boolean()), async (before, put, removed) => {
        const labels = new Map(before);
        const changed = new Set(put.map(([name]) => name));
        const remove = [...labels.keys()].filter((name, i) => removed[i] === true && !changed.has(name));
        const updated = await updateSet(
          serverKey,
          await publish(listOf(labels)),
          { put: listOf(new Map(put)), remove },
          work,
        );
        for (const name of remove) labels.delete(name);
        for (const [name, label] of put) labels.set(name, label);
        const rebuilt = await publish(listOf(labels));
        expect(equalBytes(entriesOf(updated), entriesOf(rebuilt))).toBe(true);
        expect(updated.info).toMatchObject({ count: labels.size, revision: 1 });
      }),
      { numRuns: 25 },
    );
  });

  it("copies the entries that do not change, and seals a replaced one anew though its label is the same", async () => {
    const entries = Array.from({ length: 50 }, (_, i) => ({ key: `k${i}`, label: "same" }));
    const options = { epoch, labelBytes, workers: 0 };
    const before = await publishSet(serverKey, entries, options);
    const after = await updateSet(serverKey, before, { put: [{ key: "k7", label: "same" }] });
    const changed = entries.flatMap((_, i) => {
      const [old, now] = [before.slice(i, i + 1), after.slice(i, i + 1)];
      expect(equalBytes(old.subarray(0, 16), now.subarray(0, 16))).toBe(true);
      return equalBytes(old, now) ? [] : [{ old, now }];
    });
    expect(changed.length).toBe(1);
    // A fresh nonce: under the old one, the difference of two labels would show.
    expect(changed.every(({ old, now }) => !equalBytes(old.subarray(16, 28), now.subarray(16, 28)))).toBe(
      true,
    );
    expect(after.info.digest).not.toEqual(before.info.digest);
    expect(encodeSet(before)).toEqual(encodeSet(before));
  });

  it("can empty a set and fill it with keys of as many fields", async () => {
    const set = await publish([{ key: "a", label: "1" }]);
    const empty = await updateSet(serverKey, set, { remove: ["a"] }, work);
    expect(empty.info).toMatchObject({ count: 0, keyColumns: 1 });
    const full = await updateSet(serverKey, empty, { put: [{ key: "b", label: "2" }] }, work);
    expect(full.info).toMatchObject({ count: 1, revision: 2 });
  });

  it.each<[string, object]>([
    ["a key to take out that is not there", { remove: ["a", "none"] }],
    [
      "a key twice among those put",
      {
        put: [
          { key: "x", label: "" },
          { key: "x", label: "" },
        ],
      },
    ],
    ["a key both put and taken out", { put: [{ key: "a", label: "" }], remove: ["a"] }],
    ["a key taken out twice", { remove: ["a", "a"] }],
    ["keys of more fields", { put: [{ key: ["x", "y"], label: "" }] }],
    ["a label that is too long", { put: [{ key: "x", label: "much too long for it" }] }],
  ])("refuses %s", async (_, changes) => {
    const set = await publish([{ key: "a", label: "1" }]);
    await expect(updateSet(serverKey, set, changes, work)).rejects.toMatchObject({
      code: "INVALID_ARGUMENT",
    });
  });
});
