import { describe, expect, it } from "vitest";
import type { OkvsKernel } from "../../../dist/kernels/okvs/operations.js";
import { codeTables } from "../../../dist/ot/subspace-vole/code.js";
import { randomBytes } from "../../../dist/random/index.js";
import { onBoth, place, taken, zeros } from "./kernels.js";

const tables = codeTables();

function expectSame([a, b]: readonly [Uint8Array, Uint8Array]): void {
  expect(a).toEqual(b);
  expect(a.some((byte) => byte !== 0)).toBe(true);
}

describe("the compiled kernel gives the reference's bytes", () => {
  it.each([16, 48])("for columns of %i bytes to rows, and back to the same columns", (bytes) => {
    const columns = randomBytes(128 * (bytes + 16));
    const steps = (kernel: OkvsKernel): Uint8Array => {
      const from = place(kernel, columns);
      const rows = zeros(kernel, 8 * bytes * 128);
      const back = zeros(kernel, 128 * bytes);
      kernel.run.columnsToRows(from, bytes + 16, bytes, rows + 32, 128);
      kernel.run.rowsToColumns(rows + 32, 128, 8 * bytes, back, bytes);
      for (let c = 0; c < 128; c++) {
        const column = taken(kernel, back + c * bytes, bytes);
        expect(column).toEqual(columns.slice(c * (bytes + 16), c * (bytes + 16) + bytes));
      }
      return taken(kernel, rows, 8 * bytes * 128);
    };
    expectSame(onBoth(steps));
  });

  it("for what is added under a secret bit", () => {
    const [target, source] = [randomBytes(64), randomBytes(64)];
    for (const bit of [0, 1]) {
      const steps = (kernel: OkvsKernel): Uint8Array => {
        const at = place(kernel, target);
        kernel.run.addMasked(at, place(kernel, source), 48, bit);
        return taken(kernel, at, 64);
      };
      const [a, b] = onBoth(steps);
      expect(a).toEqual(b);
      const sum = target.map((byte, i) => (bit === 1 && i < 48 ? byte ^ (source[i] ?? 0) : byte));
      expect(a).toEqual(sum);
    }
  });

  it("for codewords, and for codewords times Delta added to rows", () => {
    const words = randomBytes(64 * 5);
    const [delta, rows] = [randomBytes(128), randomBytes(192 * 5)];
    expectSame(
      onBoth((kernel) => {
        const to = zeros(kernel, 160);
        kernel.run.encodeWords(place(kernel, words), 5, place(kernel, tables), to);
        return taken(kernel, to, 160);
      }),
    );
    expectSame(
      onBoth((kernel) => {
        const at = place(kernel, rows);
        const wordsAt = place(kernel, words);
        kernel.run.addCodewords(wordsAt, 64, 5, place(kernel, tables), place(kernel, delta), at, 192);
        return taken(kernel, at, 192 * 5);
      }),
    );
  });

  it.each([16, 128])("for the sums of the check over rows of %i bytes", (width) => {
    const count = 37;
    const [rows, coefficients] = [randomBytes((count + 64) * width), randomBytes(8 * count)];
    expectSame(
      onBoth((kernel) => {
        const to = zeros(kernel, 64 * width);
        const [rowsAt, at] = [place(kernel, rows), place(kernel, coefficients)];
        kernel.run.sumRows(rowsAt, width, count, at, zeros(kernel, 2048 * width), to);
        return taken(kernel, to, 64 * width);
      }),
    );
  });
});
