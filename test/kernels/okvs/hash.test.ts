import { blake3 } from "@noble/hashes/blake3.js";
import { chacha20 } from "@noble/ciphers/chacha.js";
import { describe, expect, it } from "vitest";
import { bytesToHex, concatBytes } from "../../../dist/bytes/encoding.js";
import { blake3InitialValue, keyedFlag, type OkvsKernel } from "../../../dist/kernels/okvs/operations.js";
import { randomBytes } from "../../../dist/random/index.js";
import { describeWithData, readDataJson } from "../../support/data.js";
import { compiledOkvs, onBoth, place, taken, zeros } from "./kernels.js";

const initialValue = new Uint8Array(Uint32Array.from(blake3InitialValue).buffer);

/** One hash by `hashRows`. */
function hashOne(
  kernel: OkvsKernel,
  message: Uint8Array,
  key: Uint8Array | undefined,
  bytes: number,
): Uint8Array {
  const from = place(kernel, new Uint8Array(message.length + 64));
  kernel.memory().set(message, from);
  const to = zeros(kernel, 64);
  const keyAt = place(kernel, key ?? initialValue);
  kernel.run.hashRows(from, 0, message.length, 1, keyAt, key === undefined ? 0 : keyedFlag, to, 64, bytes);
  return taken(kernel, to, bytes);
}

interface Vectors {
  readonly key: string;
  readonly cases: readonly {
    readonly input_len: number;
    readonly hash: string;
    readonly keyed_hash: string;
  }[];
}

describeWithData("BLAKE3 of the kernel", ["crypto/blake3-part-a.json"], () => {
  const { key, cases } = readDataJson<Vectors>("crypto/blake3-part-a.json");
  const inputOf = (length: number): Uint8Array => Uint8Array.from({ length }, (_, i) => i % 251);
  const short = cases.filter((one) => one.input_len > 0 && one.input_len <= 1024);

  it("gives the published hashes and keyed hashes, 64 bytes of each, of all messages of one chunk", () => {
    const kernel = compiledOkvs();
    expect(short.length).toBeGreaterThan(5);
    for (const { input_len: length, hash, keyed_hash: keyed } of short) {
      const message = inputOf(length);
      expect(bytesToHex(hashOne(kernel, message, undefined, 64))).toBe(hash.slice(0, 128));
      const keyBytes = new TextEncoder().encode(key);
      expect(bytesToHex(hashOne(kernel, message, keyBytes, 64))).toBe(keyed.slice(0, 128));
    }
  });
});

describe("the kernel's hashes", () => {
  it("are @noble's for every length up to a chunk, plain and keyed", () => {
    const kernel = compiledOkvs();
    const key = randomBytes(32);
    const mark = kernel.mark();
    for (let length = 1; length <= 1024; length += length < 200 ? 1 : 13) {
      const message = randomBytes(length);
      expect(hashOne(kernel, message, undefined, 32)).toEqual(blake3(message));
      expect(hashOne(kernel, message, key, 64)).toEqual(blake3(message, { key, dkLen: 64 }));
      kernel.memory().fill(0, mark);
      kernel.release(mark);
    }
    expect(hashOne(kernel, new Uint8Array(1024).fill(7), undefined, 32)).toEqual(
      blake3(new Uint8Array(1024).fill(7)),
    );
  });

  it.each([1, 2, 3, 4, 5, 7, 8])(
    "are the reference's for %i rows at once, and write nothing beyond them",
    (count) => {
      const rows = randomBytes(192 * count);
      for (let i = 0; i < count; i++) rows.fill(0, 192 * i + 144, 192 * (i + 1));
      const [a, b] = onBoth((kernel) => {
        const from = place(kernel, rows);
        const to = zeros(kernel, 40 * (count + 1));
        kernel.run.hashRows(
          from,
          192,
          144,
          count,
          place(kernel, new Uint8Array(32).fill(5)),
          keyedFlag,
          to,
          40,
          32,
        );
        return taken(kernel, to, 40 * (count + 1));
      });
      expect(a).toEqual(b);
      expect(a.subarray(40 * count)).toEqual(new Uint8Array(40));
    },
  );

  it.each([1, 2, 3, 4, 5, 9])(
    "are the reference's and BLAKE3's for %i items of one to three fields",
    (count) => {
      for (const columns of [1, 2, 3]) {
        const longest = Math.floor(1024 / columns) - 4;
        const fields = Array.from({ length: count * columns }, (_, i) =>
          randomBytes([(i * 379 + 61 * count) % (longest + 1), 0, longest, 60 - 4 * (i % 2)][i % 4] ?? 0),
        );
        const [a, b] = onBoth((kernel) => {
          const base = place(kernel, concatBytes(...fields));
          const spans = new Uint32Array(2 * fields.length);
          for (let i = 0, at = 0; i < fields.length; at += fields[i++]?.length ?? 0) {
            spans.set([at, fields[i]?.length ?? 0], 2 * i);
          }
          const spansAt = place(kernel, new Uint8Array(spans.buffer));
          const to = zeros(kernel, 32 * (count + 1));
          kernel.run.hashFields(base, spansAt, columns, count, place(kernel, initialValue), to);
          return taken(kernel, to, 32 * (count + 1));
        });
        expect(a).toEqual(b);
        expect(a.subarray(32 * count)).toEqual(new Uint8Array(32));
        for (let i = 0; i < count; i++) {
          const own = fields.slice(i * columns, (i + 1) * columns);
          const message = own.flatMap((field) => [
            new Uint8Array(Uint32Array.of(field.length).buffer),
            field,
          ]);
          expect(a.slice(32 * i, 32 * (i + 1))).toEqual(blake3(concatBytes(...message)));
        }
      }
    },
  );

  it("of items longer than a chunk leave those beside them as they are", () => {
    const kernel = compiledOkvs();
    const base = place(kernel, new Uint8Array(5000).fill(65));
    const spans = Uint32Array.of(0, 10, 0, 1021, 0, 0xffff_ffff, 0, 1020, 7, 10);
    const to = zeros(kernel, 160);
    const spansAt = place(kernel, new Uint8Array(spans.buffer));
    kernel.run.hashFields(base, spansAt, 1, 5, place(kernel, initialValue), to);
    const digest = (length: number): Uint8Array =>
      blake3(concatBytes(new Uint8Array(Uint32Array.of(length).buffer), new Uint8Array(length).fill(65)));
    expect(taken(kernel, to, 32)).toEqual(digest(10));
    expect(taken(kernel, to + 96, 32)).toEqual(digest(1020));
    expect(taken(kernel, to + 128, 32)).toEqual(digest(10));
  });
});

describe("the kernel's streams", () => {
  it("are ChaCha20's from any block on, up to the last", () => {
    const kernel = compiledOkvs();
    const key = randomBytes(32);
    for (const first of [0, 1, 153, 2 ** 31, 2 ** 32 - 5]) {
      const to = zeros(kernel, 256);
      kernel.run.keystream(place(kernel, key), first, 4, to);
      const expected = chacha20(key, new Uint8Array(12), new Uint8Array(256), undefined, first);
      expect(taken(kernel, to, 256)).toEqual(expected);
    }
  });

  it.each([1, 3, 4, 6])("expand %i seeds as the reference does", (count) => {
    const seeds = randomBytes(32 * count);
    const [a, b] = onBoth((kernel) => {
      const to = zeros(kernel, 64 * (count + 1));
      kernel.run.expandSeeds(place(kernel, seeds), count, to);
      return taken(kernel, to, 64 * (count + 1));
    });
    expect(a).toEqual(b);
  });

  it.each([1, 2, 5])("fold %i blocks of the 16 leaves of a tree as the reference does", (count) => {
    const leaves = randomBytes(512);
    const length = 64 * count;
    const [a, b] = onBoth((kernel) => {
      const at = place(kernel, leaves);
      const sum = zeros(kernel, length);
      const columns = zeros(kernel, 4 * (length + 64));
      kernel.run.foldTree(at, 77, count, sum, columns, length + 64);
      return Uint8Array.of(...taken(kernel, sum, length), ...taken(kernel, columns, 4 * (length + 64)));
    });
    expect(a).toEqual(b);
    expect(a.some((byte) => byte !== 0)).toBe(true);
  });

  it("leave nothing in the kernel's own memory after wipeScratch", () => {
    const kernel = compiledOkvs();
    const heap = kernel.mark();
    const before = taken(kernel, 0, heap);
    const leaves = place(kernel, randomBytes(512));
    const room = zeros(kernel, 1024);
    kernel.run.foldTree(leaves, 0, 2, room, room + 128, 128);
    kernel.run.hashRows(leaves, 64, 64, 4, leaves, keyedFlag, room, 64, 64);
    const spans = place(kernel, new Uint8Array(Uint32Array.of(0, 200, 7, 100).buffer));
    kernel.run.hashFields(leaves, spans, 1, 2, place(kernel, initialValue), room);
    kernel.run.columnsToRows(leaves, 0, 16, room, 0);
    expect(taken(kernel, 0, heap)).not.toEqual(before);
    kernel.run.wipeScratch();
    expect(taken(kernel, 0, heap)).toEqual(before);
  });
});
