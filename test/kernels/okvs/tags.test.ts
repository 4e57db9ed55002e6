import { describe, expect, it } from "vitest";
import { compareBytes } from "../../../dist/bytes/encoding.js";
import type { OkvsKernel } from "../../../dist/kernels/okvs/operations.js";
import { randomBytes } from "../../../dist/random/index.js";
import { compiledOkvs, onBoth, place, taken, zeros } from "./kernels.js";

/** `count` hashes in order, some of which share their first bytes. */
function someHashes(count: number): Uint8Array {
  const hashes = randomBytes(32 * count);
  for (let i = 3; i < count; i += 5) hashes.copyWithin(32 * i, 32 * (i - 1), 32 * (i - 1) + 4 + (i % 11));
  return hashes;
}

function sorted(kernel: OkvsKernel, hashes: Uint8Array, bits: number): Uint8Array {
  const count = hashes.length / 32;
  const at = place(kernel, hashes);
  const order = zeros(kernel, 4 * count);
  kernel.run.sortTags(at, count, bits, zeros(kernel, 4 * 2 ** bits), order);
  const to = zeros(kernel, 32 * count);
  kernel.run.gatherTags(at, count, order, to);
  return taken(kernel, to, 32 * count);
}

const rowsOf = (bytes: Uint8Array, length: number): Uint8Array[] =>
  Array.from({ length: bytes.length / length }, (_, i) => bytes.subarray(length * i, length * (i + 1)));

describe("lists of tags", () => {
  it.each([1, 2, 100, 3000])("of %i are sorted as byte strings", (count) => {
    const hashes = someHashes(count);
    const [a, b] = onBoth((kernel) => sorted(kernel, hashes, 8));
    expect(a).toEqual(b);
    const expected = rowsOf(hashes, 32).sort((x, y) => compareBytes(x.subarray(0, 16), y.subarray(0, 16)));
    expect(rowsOf(a, 32)).toEqual(expected);
  });

  it("are matched part by part as by the reference: every common tag once, with both places", () => {
    const own = sorted(compiledOkvs(), someHashes(500), 8);
    const theirs = rowsOf(own, 32)
      .filter((_, i) => i % 3 === 0)
      .map((row) => Uint8Array.from(row.subarray(0, 16)));
    for (let i = 0; i < 300; i++) theirs.push(Uint8Array.from(randomBytes(16)));
    theirs.sort(compareBytes);
    const [a, b] = onBoth((kernel) => {
      const ownAt = place(kernel, own);
      const [cursor, previous] = [zeros(kernel, 4), zeros(kernel, 16)];
      const found: number[] = [];
      for (let start = 0; start < theirs.length; start += 64) {
        const part = theirs.slice(start, start + 64);
        const tags = place(kernel, Uint8Array.of(...part.flatMap((tag) => [...tag])));
        const hits = zeros(kernel, 8 * part.length);
        const args = [ownAt, 500, cursor, tags, part.length, previous, Number(start === 0), hits] as const;
        const count = kernel.run.matchTags(...args);
        const pairs = new Uint32Array(taken(kernel, hits, 8 * count).buffer);
        for (let i = 0; i < count; i++) found.push(pairs[2 * i] ?? -1, start + (pairs[2 * i + 1] ?? -1));
      }
      return Uint8Array.of(...new Uint8Array(Uint32Array.from(found).buffer));
    });
    expect(a).toEqual(b);
    const pairs = new Uint32Array(a.slice().buffer);
    expect(pairs.length).toBe(2 * 167);
    for (let i = 0; i < pairs.length; i += 2) {
      expect(rowsOf(own, 32)[pairs[i] ?? -1]?.slice(0, 16)).toEqual(theirs[pairs[i + 1] ?? -1]);
    }
  });

  it("do not match when only 64 of their bits are the same, the first or the last", () => {
    const own = Uint8Array.from({ length: 32 }, (_, i) => i + 1);
    const tag = own.slice(0, 16);
    const [head, tail] = [tag.slice(), tag.slice()];
    head[8] = (head[8] ?? 0) ^ 1;
    tail[7] = (tail[7] ?? 0) ^ 1;
    const matched = (theirs: Uint8Array): Uint8Array[] => [
      ...onBoth((kernel) => {
        const [cursor, previous, hits] = [zeros(kernel, 4), zeros(kernel, 16), zeros(kernel, 8)];
        const [ownAt, at] = [place(kernel, own), place(kernel, theirs)];
        return Uint8Array.of(kernel.run.matchTags(ownAt, 1, cursor, at, 1, previous, 1, hits));
      }),
    ];
    expect(matched(tag)).toEqual([Uint8Array.of(1), Uint8Array.of(1)]);
    for (const theirs of [head, tail]) expect(matched(theirs)).toEqual([Uint8Array.of(0), Uint8Array.of(0)]);
  });

  it("are refused when two tags are equal or out of order, within a part and from part to part", () => {
    const tags = rowsOf(randomBytes(160), 16).sort(compareBytes);
    const verdicts = (order: readonly number[]): number[] => {
      const both = onBoth((kernel) => {
        const [cursor, previous, hits] = [zeros(kernel, 4), zeros(kernel, 16), zeros(kernel, 400)];
        const parts = [order.slice(0, 5), order.slice(5)].map((part) =>
          place(kernel, Uint8Array.of(...part.flatMap((i) => [...(tags[i] ?? [])]))),
        );
        const results = parts.map((part, i) =>
          kernel.run.matchTags(part, 0, cursor, part, 5, previous, Number(i === 0), hits),
        );
        return Uint8Array.from(results);
      });
      expect(both[0]).toEqual(both[1]);
      return [...both[0]];
    };
    expect(verdicts([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])).toEqual([0, 0]);
    expect(verdicts([0, 1, 3, 2, 4, 5, 6, 7, 8, 9])).toEqual([255, 0]);
    expect(verdicts([0, 1, 2, 2, 4, 5, 6, 7, 8, 9])).toEqual([255, 0]);
    expect(verdicts([0, 1, 2, 3, 5, 4, 6, 7, 8, 9])).toEqual([0, 255]);
    expect(verdicts([0, 1, 2, 3, 5, 5, 6, 7, 8, 9])).toEqual([0, 255]);
  });
});
