import { describe, expect, it } from "vitest";
import { IdSet } from "../../dist/store/id-set.js";
import { generator } from "../support/storms.js";
import { idOf } from "./kinds.js";

const hex = (id: Uint8Array): string => Buffer.from(id).toString("hex");

function contents(set: IdSet): string[] {
  const ids: string[] = [];
  for (const piece of set.pieces(7)) {
    for (let at = 0; at < piece.length; at += set.byteLength)
      ids.push(hex(piece.subarray(at, at + set.byteLength)));
  }
  return ids.sort();
}

describe("IdSet", () => {
  it("is a set, whatever is put in, taken out, made room for and given back in between", () => {
    const next = generator(1);
    const [set, oracle] = [new IdSet(16), new Set<string>()];
    for (let i = 0; i < 20_000; i++) {
      const [id, what] = [idOf(next(3000)), next(100)];
      if (what < 55) {
        expect(set.add(id)).toBe(!oracle.has(hex(id)));
        oracle.add(hex(id));
      } else if (what < 90) {
        set.delete(id);
        oracle.delete(hex(id));
      } else if (what < 97) expect(set.has(id)).toBe(oracle.has(hex(id)));
      else if (what === 97) set.reserve(set.size + next(5000), set.size + next(50_000));
      else set.trim();
      expect(set.size).toBe(oracle.size);
    }
    expect(contents(set)).toEqual([...oracle].sort());
  });

  it("makes room for no more than 64 times what is there, whatever is expected, and gives it back", () => {
    const set = new IdSet(16);
    set.reserve(1000, Number.MAX_SAFE_INTEGER);
    expect(set.memoryBytes).toBeLessThan(64 * 1000 * 17 * 1.3);
    set.add(idOf(1));
    set.trim();
    expect(set.memoryBytes).toBeLessThan(1000);
    expect(set.has(idOf(1))).toBe(true);
  });
});
