import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { voprf } from "../../dist/group/index.js";
import { decodeSet, encodeSet, type PublishedSet } from "../../dist/lookup/index.js";
import { loadSet, saveSet } from "../../dist/lookup/set/file-node.js";
import { published, serverKey, epoch } from "./sessions.js";

let folder = "";
let set: PublishedSet;
let bytes: Uint8Array;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "veilshare-test-"));
  set = await published(Array.from({ length: 100 }, (_, i) => ({ key: `${i}`, label: `${i}` })));
  bytes = encodeSet(set);
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

const headerBytes = 10 + 81;
const entryBytes = 16 + 12 + 2 + 12 + 16;

describe("a set's file", () => {
  it("round-trips, byte for byte, and in memory", async () => {
    const path = join(folder, "round-trip.veilset");
    await saveSet(path, set);
    expect(Uint8Array.from(readFileSync(path))).toEqual(bytes);
    expect(bytes.length).toBe(headerBytes + 100 * entryBytes);
    const expected = { publicKey: serverKey.publicKey, epoch, digest: set.info.digest };
    for (const loaded of [await loadSet(path, expected), await decodeSet(bytes, "memory", expected)]) {
      expect(loaded.info).toEqual(set.info);
      expect(encodeSet(loaded)).toEqual(bytes);
    }
  });

  it("replaces an older one whole, and leaves nothing behind when it can't be written", async () => {
    const path = join(folder, "replaced.veilset");
    writeFileSync(path, "something older");
    await saveSet(path, set);
    expect((await loadSet(path)).info).toEqual(set.info);
    const before = readdirSync(folder);
    const nowhere = saveSet(join(folder, "no", "such", "folder"), set);
    await expect(nowhere).rejects.toMatchObject({ code: "INVALID_DATA" });
    const taken = join(folder, "replaced.veilset", "below-a-file");
    await expect(saveSet(taken, set)).rejects.toMatchObject({ code: "INVALID_DATA", file: taken });
    expect(readdirSync(folder)).toEqual(before);
  });

  const flipped = (at: number) => (whole: Uint8Array) => whole.map((byte, i) => (i === at ? byte ^ 1 : byte));
  const swapped = (whole: Uint8Array): Uint8Array => {
    const [first, second] = [headerBytes, headerBytes + entryBytes];
    const changed = whole.slice();
    changed.set(whole.subarray(first, second), second);
    changed.set(whole.subarray(second, second + entryBytes), first);
    return changed;
  };

  it.each<[string, (whole: Uint8Array) => Uint8Array, RegExp]>([
    ["nothing", () => new Uint8Array(0), /expected a published set/],
    ["something else", () => new Uint8Array(500).fill(65), /expected a published set/],
    ["half a header", (whole) => whole.slice(0, 50), /more bytes/],
    ["a header alone", (whole) => whole.slice(0, headerBytes), /expected \d+ bytes/],
    ["a file cut at an entry", (whole) => whole.slice(0, -entryBytes), /expected \d+ bytes/],
    ["a file cut by a byte", (whole) => whole.slice(0, -1), /expected \d+ bytes/],
    ["a byte too many", (whole) => Uint8Array.from([...whole, 0]), /expected \d+ bytes/],
    ["another version", flipped(8), /format version 1, got 0/],
    ["a public key that is no element", (whole) => whole.fill(255, 10, 42), /public key/],
    ["the identity as public key", (whole) => whole.fill(0, 10, 42), /public key/],
    ["another epoch than was hashed", flipped(42), /digest/],
    ["another revision than was hashed", flipped(46), /digest/],
    ["a label length that is out of range", flipped(51), /expected \d+ bytes|labels of at most/],
    ["another count", flipped(54), /expected \d+ bytes|tree bits/],
    ["other tree bits", flipped(58), /tree bits/],
    ["another digest", flipped(60), /digest/],
    ["a changed tag", flipped(headerBytes + 15), /digest/],
    ["a changed nonce", flipped(headerBytes + 20), /digest/],
    ["a changed label", flipped(headerBytes + 40), /digest/],
    ["a changed last byte", (whole) => flipped(whole.length - 1)(whole), /digest/],
    ["entries in another order", swapped, /ascending tags/],
  ])("is refused when it holds %s", async (_, change, text) => {
    const path = join(folder, "changed.veilset");
    const changed = change(bytes.slice());
    writeFileSync(path, changed);
    const refusal = { code: "INVALID_DATA", message: expect.stringMatching(text) as string };
    await expect(loadSet(path)).rejects.toMatchObject({ ...refusal, file: path });
    await expect(decodeSet(changed, "memory")).rejects.toMatchObject({ ...refusal, file: "memory" });
  });

  it("is refused when it is not the expected one, with the field", async () => {
    const path = join(folder, "other.veilset");
    await saveSet(path, set);
    for (const [field, expected] of [
      ["publicKey", { publicKey: voprf.generateKey().publicKey }],
      ["epoch", { epoch: epoch + 1 }],
      ["digest", { digest: new Uint8Array(32) }],
    ] as const) {
      await expect(loadSet(path, expected)).rejects.toMatchObject({
        code: "INVALID_DATA",
        file: path,
        field,
      });
    }
  });

  it("is refused when it does not exist or is a folder", async () => {
    await expect(loadSet(join(folder, "none"))).rejects.toMatchObject({ code: "INVALID_DATA" });
    await expect(loadSet(folder)).rejects.toMatchObject({ code: "INVALID_DATA", file: folder });
  });
});
