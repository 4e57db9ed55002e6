import { describe, expect, it } from "vitest";
import { giveBackMemory } from "../../dist/bytes/memory.js";

const largeBytes = 64 * 1024;

describe("giveBackMemory", () => {
  it("frees what is all of its memory, with every other view of it", () => {
    const bytes = new Uint8Array(largeBytes);
    const other = bytes.subarray(5);
    giveBackMemory(bytes);
    expect([bytes.length, other.length, bytes.buffer.byteLength]).toEqual([0, 0, 0]);
    const words = new BigUint64Array(largeBytes / 8);
    giveBackMemory(words);
    expect(words.length).toBe(0);
  });

  it("leaves a part of something larger alone, and what is small, empty, shared or given back already", () => {
    const whole = new Uint8Array(2 * largeBytes).fill(7);
    giveBackMemory(whole.subarray(0, largeBytes));
    giveBackMemory(whole.subarray(largeBytes));
    expect([whole.length, whole[0], whole[largeBytes]]).toEqual([2 * largeBytes, 7, 7]);
    const small = new Uint8Array(100);
    giveBackMemory(small);
    expect(small.length).toBe(100);
    const shared = new Uint8Array(new SharedArrayBuffer(largeBytes));
    giveBackMemory(shared);
    expect(shared.length).toBe(largeBytes);
    giveBackMemory(new Uint8Array(0));
    const gone = new Uint8Array(largeBytes);
    giveBackMemory(gone);
    expect(() => {
      giveBackMemory(gone);
    }).not.toThrow();
  });

  it("keeps memory from growing while large arrays come and go", () => {
    const before = process.memoryUsage().arrayBuffers;
    let most = 0;
    for (let i = 0; i < 500; i++) {
      giveBackMemory(new Uint8Array(largeBytes).fill(i));
      most = Math.max(most, process.memoryUsage().arrayBuffers - before);
    }
    expect(most).toBeLessThan(100 * largeBytes);
  });
});
