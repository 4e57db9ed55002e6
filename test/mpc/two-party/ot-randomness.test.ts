import { describe, expect, it } from "vitest";
import { kindRecord, type OperandMask } from "../../../dist/mpc/correlation-kinds.js";
import type { Correlation } from "../../../dist/mpc/correlation.js";
import { elementTasks, matrixTasks, orient } from "../../../dist/mpc/two-party/tasks.js";
import { chiSquare } from "../../support/chi-square.js";
import { expectError } from "../../support/expect-error.js";
import { expectRedacted } from "../../support/expect-redacted.js";
import { recordedParty } from "../../support/recorded-party.js";
import { tapParty } from "../../support/tapped-party.js";
import { combined, drawAll, withSources, type Drawn } from "./two-parties.js";

const noOperand: OperandMask = { rows: 0, columns: 0, words: new BigUint64Array(0) };

/** The kinds and shapes at which cutting into batches, turning matrices and sharing out bits have edges. */
const wanted: readonly Correlation[] = [
  { kind: "triple", length: 1 },
  { kind: "triple", length: 2100 },
  { kind: "matrixTriple", rows: 3, inner: 4, columns: 7 },
  { kind: "matrixTriple", rows: 9, inner: 4, columns: 2 },
  { kind: "matrixTriple", rows: 1, inner: 2, columns: 4100 },
  { kind: "matrixTriple", rows: 70, inner: 30, columns: 1 },
  { kind: "operandMask", rows: 6, columns: 5 },
  { kind: "operandProduct", operand: 6, transposed: false, columns: 1 },
  { kind: "operandProduct", operand: 6, transposed: true, columns: 2 },
  { kind: "operandProduct", operand: 6, transposed: false, columns: 9 },
  { kind: "bitTriple", words: 1 },
  { kind: "bitTriple", words: 2050 },
  { kind: "sharedBit", length: 1 },
  { kind: "sharedBit", length: 64 },
  { kind: "sharedBit", length: 129 },
  { kind: "sharedBit", length: 3001 },
];

const none = new BigUint64Array(0);

/** What of two parties' correlations is not as its kind's record defines it. */
function faults(wants: readonly Correlation[], [first, second]: readonly [Drawn[], Drawn[]]): string[] {
  const wrong: string[] = [];
  const operands = new Map<number, OperandMask>();
  for (const [i, want] of wants.entries()) {
    const [a, b] = [first[i], second[i]];
    if (a === undefined || b === undefined) throw new Error("a draw is missing");
    const exclusive = want.kind === "bitTriple" || want.kind === "sharedBit" ? "xor" : "addition";
    const masks = combined([a.masks, b.masks], exclusive);
    const dependent = combined([a.dependent, b.dependent], want.kind === "bitTriple" ? "xor" : "addition");
    if (want.kind === "operandMask") operands.set(i, { ...want, words: masks[0] ?? new BigUint64Array(0) });
    const operand = want.kind === "operandProduct" ? operands.get(want.operand) : undefined;
    const [left = none, right = none] = masks;
    const expected = kindRecord(want.kind).dependentVectors(want, [left, right], operand ?? noOperand);
    const same = expected.every((vector, v) => Buffer.from(vector.buffer).equals(bytesOf(dependent[v])));
    if (!same || expected.length !== dependent.length) wrong.push(`${i} ${want.kind}`);
  }
  return wrong;
}

function bytesOf(words: BigUint64Array | undefined): Buffer {
  return words === undefined
    ? Buffer.alloc(0)
    : Buffer.from(words.buffer, words.byteOffset, words.byteLength);
}

function isUniform(parts: readonly Uint8Array[]): boolean {
  const counts = new Uint32Array(256);
  for (const part of parts) for (const byte of part) counts[byte] = (counts[byte] ?? 0) + 1;
  return !chiSquare(counts).exceeds;
}

describe("correlated randomness by oblivious transfer", () => {
  it.each([
    { checked: true, depth: 4 },
    { checked: false, depth: 2 },
  ] as const)("is what each kind is defined as, drawn all at once ($checked, $depth)", async (options) => {
    const drawn = await withSources(options, (source) => drawAll(source, wanted));
    expect(faults(wanted, drawn)).toEqual([]);
  });

  it("has uniform shares, each mask once, and messages that are uniform (false alarms below 10^-7)", async () => {
    const wants: Correlation[] = [
      { kind: "triple", length: 500 },
      { kind: "matrixTriple", rows: 20, inner: 3, columns: 20 },
      { kind: "bitTriple", words: 300 },
      { kind: "triple", length: 500 },
    ];
    const received: Uint8Array[] = [];
    const drawn = await withSources(
      {},
      (source) => drawAll(source, wants),
      (run) =>
        run.index === 1
          ? run
          : tapParty(run, ({ direction, step, bytes }) => {
              if (direction === "received" && /flips|corrections/.test(step)) received.push(bytes);
            }),
    );
    for (const own of drawn) {
      expect(isUniform(own.flatMap(({ masks }) => masks.map(bytesOf)))).toBe(true);
      expect(isUniform(own.flatMap(({ dependent }) => dependent.map(bytesOf)))).toBe(true);
      const words = own.flatMap(({ masks }) => masks.flatMap((mask) => [...mask]));
      expect(new Set(words).size).toBe(words.length);
    }
    expect(received.length).toBeGreaterThan(4);
    expect(isUniform(received)).toBe(true);
  });

  it("refuses truncations, operands that it does not know, and what is too large", async () => {
    await withSources({}, async (source) => {
      const draw = (want: Correlation) => () => source.draw(want);
      expectError(draw({ kind: "truncation", length: 1, numerator: 1n, shift: 3 }), "INVALID_ARGUMENT");
      expectError(
        draw({ kind: "operandProduct", operand: 3, transposed: false, columns: 1 }),
        "INVALID_ARGUMENT",
      );
      expectError(draw({ kind: "triple", length: 2 ** 26 }), "INVALID_ARGUMENT");
      expectRedacted(source);
      await Promise.resolve();
    });
  });

  it.each([
    ["depth", { depth: 2 }],
    ["checked", { checked: false }],
  ] as const)("refuses a party with another %s, by name", async (field, other) => {
    const run = withSources(
      (index) => (index === 0 ? {} : other),
      () => Promise.resolve(),
    );
    await expect(run).rejects.toMatchObject({ code: "PEER_MISMATCH", field });
  });

  it.each(["mpc/ot/flips", "mpc/ot/corrections"])("refuses %s of another length", async (step) => {
    const run = withSources(
      {},
      (source) => drawAll(source, [{ kind: "triple", length: 5 }]),
      (party) =>
        party.index === 1
          ? party
          : recordedParty(party, (message) =>
              message.step === step ? message.payload.subarray(1) : message.payload,
            ),
    );
    await expect(run).rejects.toMatchObject({ code: "PEER_MALFORMED", party: "party-0" });
  });

  it("is caught by these tests when a triple is given out twice", async () => {
    const wants: Correlation[] = [
      { kind: "triple", length: 40 },
      { kind: "triple", length: 40 },
    ];
    const [own] = await withSources({ checked: false }, async (source) => {
      const once = source.draw({ kind: "triple", length: 40 });
      const reusing = { draw: () => once };
      return drawAll(reusing, wants);
    });
    const words = own.flatMap(({ masks }) => masks.flatMap((mask) => [...mask]));
    expect(new Set(words).size).toBeLessThan(words.length);
  });
});

describe("cutting products into batches", () => {
  it("covers every element and every word once, and stays within messages of about a MiB", () => {
    for (const [rows, inner, columns] of [
      [1, 1, 1],
      [3, 5, 5000],
      [40, 60, 7],
    ] as const) {
      const factors = {
        left: new BigUint64Array(rows * inner),
        right: new BigUint64Array(inner * columns),
        rows,
        inner,
        columns,
      };
      const seen = new Uint8Array(rows * inner * columns);
      let misplaced = 0;
      for (const task of matrixTasks(factors, new BigUint64Array(rows * columns))) {
        const { elements, words } = task.batch;
        expect(elements * words).toBeLessThanOrEqual(4096);
        expect(task.choices.length).toBe(8 * elements);
        const first = (task.choices.byteOffset - factors.left.byteOffset) / 8;
        for (let e = 0; e < elements; e++) {
          for (let t = 0; t < words; t++) {
            const column = (task.resultAt(e) + t) % columns;
            if (task.factorAt(e) + t !== ((first + e) % inner) * columns + column) misplaced += 1;
            const at = (first + e) * columns + column;
            seen[at] = (seen[at] ?? 0) + 1;
          }
        }
      }
      expect(misplaced).toBe(0);
      expect(seen.every((count) => count === 1)).toBe(true);
    }
    const triples = [
      ...elementTasks(new BigUint64Array(5000), new BigUint64Array(5000), new BigUint64Array(5000)),
    ];
    expect(triples.map((task) => task.batch.elements)).toEqual([2048, 2048, 904]);
  });

  it("chooses by the matrix with fewer elements", () => {
    const oriented = (rows: number, columns: number): number =>
      orient({
        left: new BigUint64Array(rows * 2),
        right: new BigUint64Array(2 * columns),
        rows,
        inner: 2,
        columns,
      }).factors.left.length;
    expect([oriented(9, 3), oriented(3, 9), oriented(4, 4)]).toEqual([6, 6, 8]);
  });
});
