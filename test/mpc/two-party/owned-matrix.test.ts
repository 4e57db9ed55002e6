import { describe, expect, it } from "vitest";
import type { OwnedMatrix, OwnedMatrixOptions, RowPlan } from "../../../dist/mpc/index.js";
import type { OtRandomness } from "../../../dist/mpc/two-party/ot-randomness.js";
import { randomWords } from "../../../dist/random/index.js";
import { chiSquare } from "../../support/chi-square.js";
import { expectRedacted } from "../../support/expect-redacted.js";
import { tapParty } from "../../support/tapped-party.js";
import { combined, withSources } from "./two-parties.js";

/** Entries over the whole range of their bits, the ends among them. */
function someEntries(rows: number, columns: number, bits: number): Int32Array {
  const limit = 2 ** (bits - 1);
  const words = new Int32Array(randomWords(Math.ceil((rows * columns) / 2)).buffer);
  const cut = words.slice(0, rows * columns).map((entry) => (entry << (32 - bits)) >> (32 - bits));
  cut[0] = -limit;
  cut[1] = limit - 1;
  return cut;
}

interface Product {
  readonly range: number;
  readonly kind: "product" | "transposedProduct";
  /** Own share at each party. */
  readonly shares: readonly [BigUint64Array, BigUint64Array];
}

/** The product in the clear. */
function expected(
  entries: Int32Array,
  columns: number,
  plan: RowPlan,
  { kind, shares }: Product,
): BigUint64Array {
  const [vector = new BigUint64Array(0)] = combined([[shares[0]], [shares[1]]], "addition");
  const rows = plan.to - plan.from;
  const result = new BigUint64Array(kind === "product" ? rows : columns);
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) {
      const entry = BigInt(entries[(plan.from + r) * columns + c] ?? 0);
      const [to, from] = kind === "product" ? [r, c] : [c, r];
      result[to] = BigInt.asUintN(64, (result[to] ?? 0n) + entry * (vector[from] ?? 0n));
    }
  }
  return result;
}

async function prepared(
  source: OtRandomness,
  index: number,
  options: Omit<OwnedMatrixOptions, "entries">,
  entries: Int32Array,
): Promise<OwnedMatrix> {
  return source.ownedMatrix(index === options.owner ? { ...options, entries } : options);
}

describe.each([0, 1])("a matrix that party %i owns", (owner) => {
  const [rows, columns] = [37, 5];
  const plan: RowPlan[] = [
    { from: 0, to: rows, forward: 2, transposed: 1 },
    { from: 0, to: 16, forward: 1, transposed: 1 },
    { from: 10, to: 37, forward: 0, transposed: 3 },
    { from: 3, to: 4, forward: 1, transposed: 0 },
  ];

  it.each([2, 8, 20, 24, 32])("of %i bits gives shares of every product that was planned", async (bits) => {
    const entries = someEntries(rows, columns, bits);
    const products: Product[] = plan.flatMap(({ from, to, forward, transposed }, range) => [
      ...Array.from(
        { length: forward },
        () => ({ range, kind: "product", shares: [randomWords(columns), randomWords(columns)] }) as const,
      ),
      ...Array.from(
        { length: transposed },
        () =>
          ({
            range,
            kind: "transposedProduct",
            shares: [randomWords(to - from), randomWords(to - from)],
          }) as const,
      ),
    ]);
    const [a, b] = await withSources({ checked: false }, async (source, run) => {
      const matrix = await prepared(source, run.index, { owner, rows, columns, bits, plan }, entries);
      expectRedacted(matrix);
      const results: BigUint64Array[] = [];
      for (const { kind, range, shares } of products) {
        const share = shares[run.index === 0 ? 0 : 1];
        results.push(
          await (kind === "product" ? matrix.product(range, share) : matrix.transposedProduct(range, share)),
        );
      }
      return results;
    });
    const got = combined([a, b], "addition");
    for (const [i, product] of products.entries()) {
      expect(got[i]).toEqual(
        expected(
          entries,
          columns,
          plan[product.range] ?? { from: 0, to: 0, forward: 0, transposed: 0 },
          product,
        ),
      );
    }
  });
});

describe("an owned matrix", () => {
  const options = {
    owner: 0,
    rows: 4,
    columns: 3,
    bits: 6,
    plan: [{ from: 0, to: 4, forward: 1, transposed: 0 }],
  };
  const entries = new Int32Array(12).fill(-32);

  it("refuses more products than planned, other lengths and ranges, and draws while it is prepared", async () => {
    await withSources({ checked: false }, async (source, run) => {
      const making = prepared(source, run.index, options, entries);
      expect(() => source.draw({ kind: "triple", length: 1 })).toThrow(/under way/);
      await expect(prepared(source, run.index, options, entries)).rejects.toMatchObject({
        code: "INVALID_ARGUMENT",
      });
      const matrix = await making;
      await expect(matrix.product(0, randomWords(4))).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
      await expect(matrix.product(1, randomWords(3))).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
      await expect(matrix.transposedProduct(0, randomWords(4))).rejects.toMatchObject({
        code: "INVALID_ARGUMENT",
      });
      await matrix.product(0, randomWords(3));
      await expect(matrix.product(0, randomWords(3))).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
    });
  });

  it("refuses entries, shapes and plans that do not fit, before anything is sent", async () => {
    const changes: Partial<OwnedMatrixOptions>[] = [
      { entries: new Int32Array(12).fill(32) },
      { entries: new Int32Array(11) },
      {},
      { bits: 1, entries },
      { bits: 33, entries },
      { rows: 0, entries },
      { entries, plan: [{ from: 0, to: 5, forward: 1, transposed: 0 }] },
      { entries, plan: [{ from: 2, to: 2, forward: 1, transposed: 0 }] },
      { entries, plan: [{ from: 0, to: 4, forward: 0.5, transposed: 0 }] },
    ];
    await withSources({ checked: false }, async (source, { index, traffic }) => {
      const before = traffic.messagesSent;
      for (const change of index === 0 ? changes : [{ entries }]) {
        const making = source.ownedMatrix({ ...options, ...change });
        await expect(making).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
      }
      expect(traffic.messagesSent).toBe(before);
    });
  });

  it("shows the owner masked shares that are uniform, whatever the share is (false alarms below 10^-8)", async () => {
    const plan = [{ from: 0, to: 100, forward: 30, transposed: 30 }];
    for (const value of [0n, 2n ** 64n - 1n]) {
      const seen: Uint8Array[] = [];
      await withSources(
        { checked: false },
        async (source, run) => {
          const shape = { owner: 0, rows: 100, columns: 20, bits: 4, plan };
          const matrix = await prepared(source, run.index, shape, new Int32Array(2000));
          for (let i = 0; i < 30; i++) {
            await matrix.product(0, new BigUint64Array(20).fill(value));
            await matrix.transposedProduct(0, new BigUint64Array(100).fill(value));
          }
        },
        (run) =>
          tapParty(run, ({ direction, step, bytes }) => {
            if (direction === "received" && step === "mpc/owned/masked") seen.push(bytes);
          }),
      );
      expect(seen.length).toBe(60);
      const counts = new Uint32Array(256);
      for (const part of seen) for (const byte of part) counts[byte] = (counts[byte] ?? 0) + 1;
      expect(chiSquare(counts).exceeds).toBe(false);
      expect(new Set(seen.map((part) => Buffer.from(part).toString("hex"))).size).toBe(60);
    }
  });
});
