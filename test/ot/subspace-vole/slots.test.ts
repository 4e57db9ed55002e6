import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { blocksPerSlot, UsedSlots } from "../../../dist/ot/subspace-vole/slots.js";
import { expectError } from "../../support/expect-error.js";
import "../../support/fast-check.js";

describe("slots of the leaves' streams", () => {
  it("never share a byte, whatever the partitions and the rows", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 200 }), fc.integer({ min: 1, max: 900 }), (partitions, units) => {
        const rows = 128 * units;
        const slots = new UsedSlots();
        const ranges: (readonly [number, number])[] = [];
        for (let p = 0; p < partitions; p++) {
          for (let attempt = 0; attempt < 4; attempt++) {
            const first = 64 * slots.take(p, attempt, rows);
            ranges.push([first, first + rows / 8]);
          }
        }
        ranges.sort((a, b) => a[0] - b[0]);
        for (const [i, [start]] of ranges.entries()) {
          expect(start).toBeGreaterThanOrEqual(ranges[i - 1]?.[1] ?? 0);
        }
      }),
    );
  });

  it("are a whole number of blocks, rounded up: 77,952 rows take 153 of them", () => {
    expect(blocksPerSlot(77_952)).toBe(153);
    expect(blocksPerSlot(512)).toBe(1);
    expect(blocksPerSlot(640)).toBe(2);
  });

  it("are refused a second time, a fifth time for a partition, and beyond the streams' end", () => {
    const slots = new UsedSlots();
    slots.take(3, 0, 640);
    slots.take(3, 1, 640);
    expectError(() => slots.take(3, 0, 640), "INTERNAL");
    expectError(() => slots.take(3, 4, 640), "INTERNAL");
    expectError(() => slots.take(2 ** 31, 0, 640), "INTERNAL");
  });
});
