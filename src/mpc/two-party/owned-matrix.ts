/**
 * A matrix that one party, its owner, knows in the clear, times many secret vectors: M v and M^T u.
 *
 * Ahead of time, once for all: the other party draws fresh random vectors V (and U); the owner is the receiver of OTs that
 * choose by the few bits of each entry of M, and each OT carries the products with all these vectors at once, so that both
 * have additive shares of every M V (and M^T U). Later, each product of a shared v takes one message of the other party, its
 * share of v masked by V: M v = M (own share + masked share) at the owner, plus the shares of M V at both.
 *
 * A plan says for ranges of rows how many products of each kind will be asked for, so that training by mini-batches only
 * pays for the rows of each batch. Vectors are used once each; when they are used up, calls are refused.
 *
 * **Security.** Semi-honest. The owner sees, for each product, a share minus a vector that is uniform and used once. The
 * other party sees the owner's flips, which hide the bits of M perfectly, and the shape and plan. Every product uses one
 * and the same M, as the bits were chosen once.
 *
 * **Cost.** For each entry of M and bit: 4 bytes, and 8 for each product of its row in the plan. Online 8 bytes for each
 * element of the vector, one way, and a plain matrix product at the owner.
 *
 * **Source.** Gilboa 1999; the fixed factor of SecureML (Mohassel, Zhang 2017, section IV), here known to its owner.
 */

import { wordsFromBytes, bytesFromWords } from "../../bytes/encoding.js";
import { printAsRedacted } from "../../bytes/redacted.js";
import type { Party } from "../../channel/party.js";
import { invalidArgument } from "../../errors.js";
import { randomWords } from "../../random/csprng.js";
import { matrixProduct, transposedProduct } from "../../ring/matrix.js";
import { add, addInPlace, subtract } from "../../ring/vector.js";
import type { ProductTask, ReceivingLane, SendingLane } from "./lanes.js";

/** Products that will be asked for with some rows of the matrix. */
export interface RowPlan {
  /** First row, and one past the last. */
  readonly from: number;
  readonly to: number;
  /** How many products with these rows: of a vector as long as a row. */
  readonly forward: number;
  /** How many products with these rows, transposed: of a vector as long as there are rows here. */
  readonly transposed: number;
}

/** A matrix and what it will be used for; all of it public but for the entries. */
export interface OwnedMatrixOptions {
  /** Session index of the owner. */
  readonly owner: number;
  readonly rows: number;
  readonly columns: number;
  /** Bits of an entry, with its sign: 2 to 32. */
  readonly bits: number;
  readonly plan: readonly RowPlan[];
  /** The entries, row by row, at the owner only: integers from -2^(bits-1) to 2^(bits-1) - 1. */
  readonly entries?: Int32Array;
}

/** Where a party's products are made. */
export interface OwnedMatrixLanes {
  readonly party: Party;
  readonly peer: number;
  readonly receiving: ReceivingLane;
  readonly sending: SendingLane;
}

const step = "mpc/owned/masked";

/** Most bytes of corrections, and most rows of the extension, in one batch; batches in flight. */
const batchBytes = 2 ** 20;
const batchRows = 65_536;
const inFlight = 6;

/** The products of one range of the plan: shares of M V and M^T U, one vector after the other, and what was used. */
interface Range extends RowPlan {
  readonly forwardShares: BigUint64Array;
  readonly transposedShares: BigUint64Array;
  /** V and U, at the party that is not the owner. */
  readonly forwardMasks: BigUint64Array;
  readonly transposedMasks: BigUint64Array;
  forwardUsed: number;
  transposedUsed: number;
}

/** One party's end of an owned matrix. */
export class OwnedMatrix {
  static {
    printAsRedacted(this);
  }

  readonly #lanes: OwnedMatrixLanes;
  readonly #entries: BigUint64Array | undefined;
  readonly #columns: number;
  readonly #ranges: readonly Range[];

  private constructor(
    lanes: OwnedMatrixLanes,
    columns: number,
    entries: BigUint64Array | undefined,
    ranges: readonly Range[],
  ) {
    this.#lanes = lanes;
    this.#columns = columns;
    this.#entries = entries;
    this.#ranges = ranges;
  }

  /**
   * Makes the shares that the plan asks for; both parties call it with the same shape and plan, at the same place of their
   * programs. `OtRandomness.ownedMatrix` is how it is called.
   *
   * @throws VeilshareError INVALID_ARGUMENT for entries that do not fit, are missing at the owner or given elsewhere, or a
   *   plan with rows that the matrix has not.
   */
  static async prepare(lanes: OwnedMatrixLanes, options: OwnedMatrixOptions): Promise<OwnedMatrix> {
    const isOwner = lanes.party.index === options.owner;
    checkOptions(options, isOwner);
    const entries = options.entries === undefined ? undefined : signedWords(options.entries);
    const ranges = options.plan.map((plan) => emptyRange(plan, options.columns, isOwner));
    const running: Promise<void>[] = [];
    for (const segment of segmentsOf(options, ranges)) {
      for (const batch of batchesOf(segment, options)) {
        if (running.length >= inFlight) await running.shift();
        running.push(runBatch(lanes, options, segment, batch));
      }
    }
    await Promise.all(running);
    if (!isOwner) for (const range of ranges) removeOffsets(range, options);
    return new OwnedMatrix(lanes, options.columns, entries, ranges);
  }

  /**
   * The own share of M v, M being the rows of one range of the plan.
   *
   * @param range - Number of the range.
   * @param share - The own share of v, as long as a row.
   * @returns As many elements as the range has rows.
   * @throws VeilshareError INVALID_ARGUMENT for another length, or when the plan's products are used up.
   */
  async product(range: number, share: BigUint64Array): Promise<BigUint64Array> {
    const planned = this.#range("product", range, share.length, (plan) => [this.#columns, plan.forward]);
    const number = planned.forwardUsed;
    this.#use(planned, "forwardUsed", planned.forward);
    const rows = planned.to - planned.from;
    const dependent = planned.forwardShares.subarray(number * rows, (number + 1) * rows);
    const mask = planned.forwardMasks.subarray(number * this.#columns, (number + 1) * this.#columns);
    return this.#finish(share, mask, dependent, (own, sum) =>
      matrixProduct(this.#rowsOf(own, planned), sum, { rows, inner: this.#columns, columns: 1 }),
    );
  }

  /**
   * The own share of M^T u, as {@link OwnedMatrix.product}.
   *
   * @param share - The own share of u, as long as the range has rows.
   * @returns As many elements as the matrix has columns.
   */
  async transposedProduct(range: number, share: BigUint64Array): Promise<BigUint64Array> {
    const planned = this.#range("transposedProduct", range, share.length, (plan) => [
      plan.to - plan.from,
      plan.transposed,
    ]);
    const number = planned.transposedUsed;
    this.#use(planned, "transposedUsed", planned.transposed);
    const inner = planned.to - planned.from;
    const columns = this.#columns;
    const dependent = planned.transposedShares.subarray(number * columns, (number + 1) * columns);
    const mask = planned.transposedMasks.subarray(number * inner, (number + 1) * inner);
    return this.#finish(share, mask, dependent, (own, sum) =>
      transposedProduct(this.#rowsOf(own, planned), sum, { rows: columns, inner, columns: 1 }),
    );
  }

  #range(
    caller: string,
    index: number,
    length: number,
    sizes: (plan: RowPlan) => readonly [number, number],
  ): Range {
    const range = this.#ranges[index];
    if (range === undefined)
      throw invalidArgument(caller, "the number of a range of the plan", String(index));
    const [expected] = sizes(range);
    if (length !== expected) throw invalidArgument(caller, `${expected} elements`, `${length}`);
    return range;
  }

  #use(range: Range, used: "forwardUsed" | "transposedUsed", planned: number): void {
    if (range[used] >= planned) {
      throw invalidArgument("product", `at most ${planned} products, as planned`, `${planned + 1}`);
    }
    range[used] += 1;
  }

  #rowsOf(entries: BigUint64Array, { from, to }: RowPlan): BigUint64Array {
    return entries.subarray(from * this.#columns, to * this.#columns);
  }

  async #finish(
    share: BigUint64Array,
    mask: BigUint64Array,
    dependent: BigUint64Array,
    times: (entries: BigUint64Array, sum: BigUint64Array) => BigUint64Array,
  ): Promise<BigUint64Array> {
    const { party, peer } = this.#lanes;
    if (this.#entries === undefined) {
      await party.send(peer, step, bytesFromWords(subtract(share, mask)));
      return dependent.slice();
    }
    const message = await party.receive(peer, step, { byteLength: 8 * share.length });
    return add(times(this.#entries, add(share, wordsFromBytes(message))), dependent);
  }
}

function checkOptions(options: OwnedMatrixOptions, isOwner: boolean): void {
  const { rows, columns, bits, plan, entries } = options;
  const fail = (expected: string, got: string): never => {
    throw invalidArgument("ownedMatrix", expected, got);
  };
  if (!Number.isInteger(bits) || bits < 2 || bits > 32) fail("entries of 2 to 32 bits", String(bits));
  if (!Number.isInteger(rows) || !Number.isInteger(columns) || rows < 1 || columns < 1) {
    fail("at least one row and column", `${rows} x ${columns}`);
  }
  for (const { from, to, forward, transposed } of plan) {
    const inside = Number.isInteger(from) && Number.isInteger(to) && from >= 0 && from < to && to <= rows;
    if (!inside) fail(`ranges of rows from 0 to ${rows}`, `${from} to ${to}`);
    if (!(Number.isInteger(forward) && Number.isInteger(transposed) && forward >= 0 && transposed >= 0)) {
      fail("numbers of products of 0 or more", `${forward} and ${transposed}`);
    }
  }
  if (isOwner !== (entries !== undefined)) {
    fail(isOwner ? "entries at the owner" : "no entries at the other party", isOwner ? "none" : "some");
  }
  if (entries === undefined) return;
  if (entries.length !== rows * columns) fail(`${rows * columns} entries`, `${entries.length}`);
  const limit = 2 ** (bits - 1);
  for (const entry of entries)
    if (entry < -limit || entry >= limit) fail(`entries of ${bits} bits`, "a larger one");
}

function signedWords(entries: Int32Array): BigUint64Array {
  const words = new BigInt64Array(entries.length);
  for (let i = 0; i < entries.length; i++) words[i] = BigInt(entries[i] as number); // i < length
  return new BigUint64Array(words.buffer);
}

function emptyRange(plan: RowPlan, columns: number, isOwner: boolean): Range {
  const rows = plan.to - plan.from;
  return {
    ...plan,
    forwardShares: new BigUint64Array(plan.forward * rows),
    transposedShares: new BigUint64Array(plan.transposed * columns),
    forwardMasks: isOwner ? new BigUint64Array(0) : randomWords(plan.forward * columns),
    transposedMasks: isOwner ? new BigUint64Array(0) : randomWords(plan.transposed * rows),
    forwardUsed: 0,
    transposedUsed: 0,
  };
}

/** Rows that the same ranges cover. */
interface Segment {
  readonly from: number;
  readonly to: number;
  readonly ranges: readonly Range[];
  /** Products of each entry: one word each. */
  readonly words: number;
}

function segmentsOf({ rows }: Pick<OwnedMatrixOptions, "rows">, ranges: readonly Range[]): Segment[] {
  const ends = new Set([0, rows]);
  for (const { from, to } of ranges) ends.add(from).add(to);
  const sorted = [...ends].sort((a, b) => a - b);
  const segments: Segment[] = [];
  for (const [i, from] of sorted.entries()) {
    const to = sorted[i + 1];
    if (to === undefined) break;
    const covering = ranges.filter((range) => range.from <= from && to <= range.to);
    let words = 0;
    for (const { forward, transposed } of covering) words += forward + transposed;
    if (words > 0) segments.push({ from, to, ranges: covering, words });
  }
  return segments;
}

/** Some entries, by their numbers row by row in the whole matrix. */
interface EntryBatch {
  readonly first: number;
  readonly count: number;
}

function* batchesOf(
  segment: Segment,
  { columns, bits }: Pick<OwnedMatrixOptions, "columns" | "bits">,
): Generator<EntryBatch> {
  const atOnce = Math.max(
    1,
    Math.min(Math.floor(batchRows / bits), Math.floor(batchBytes / (8 * bits * segment.words))),
  );
  const end = segment.to * columns;
  for (let first = segment.from * columns; first < end; first += atOnce) {
    yield { first, count: Math.min(atOnce, end - first) };
  }
}

/** The batches that preparing a matrix takes; for counting them. */
export function* ownedMatrixBatches(
  options: Pick<OwnedMatrixOptions, "rows" | "columns" | "bits" | "plan">,
): Generator<ProductTask["batch"]> {
  const { rows, columns, bits, plan } = options;
  const none = new BigUint64Array(0);
  const empty = { forwardShares: none, transposedShares: none, forwardMasks: none, transposedMasks: none };
  const ranges = plan.map((range) => ({ ...range, ...empty, forwardUsed: 0, transposedUsed: 0 }));
  for (const segment of segmentsOf({ rows }, ranges)) {
    for (const { count } of batchesOf(segment, { columns, bits })) {
      yield { elements: count, bits, words: segment.words };
    }
  }
}

async function runBatch(
  lanes: OwnedMatrixLanes,
  options: OwnedMatrixOptions,
  segment: Segment,
  { first, count }: EntryBatch,
): Promise<void> {
  const { bits, entries, columns } = options;
  const { words } = segment;
  const at = (element: number): number => element * words;
  const result = new BigUint64Array(count * words);
  const isOwner = entries !== undefined;
  const task: ProductTask = {
    kind: "products",
    batch: { elements: count, bits, words },
    choices: isOwner ? offsetBits(entries.subarray(first, first + count), bits) : new Uint8Array(0),
    factors: isOwner ? new BigUint64Array(0) : factorsOf(segment, columns, first, count),
    factorAt: at,
    resultAt: at,
    result,
  };
  await (isOwner ? lanes.receiving : lanes.sending).run(task);
  addToRanges(segment, columns, first, result);
}

/** Bits of entries + 2^(bits-1), the least first, entry after entry, in whole words of 64. */
function offsetBits(entries: Int32Array, bits: number): Uint8Array {
  const packed = new Uint8Array(8 * Math.ceil((entries.length * bits) / 64));
  const offset = 2 ** (bits - 1);
  let at = 0;
  for (const entry of entries) {
    const value = (entry + offset) >>> 0;
    for (let bit = 0; bit < bits; bit++, at++) {
      packed[at >> 3] = (packed[at >> 3] as number) | (((value >>> bit) & 1) << (at & 7)); // at < entries x bits
    }
  }
  return packed;
}

/** For each entry the elements of all masks that it is multiplied by: V's of its column, U's of its row. */
function factorsOf(
  { ranges, words }: Segment,
  columns: number,
  first: number,
  count: number,
): BigUint64Array {
  const factors = new BigUint64Array(count * words);
  let at = 0;
  for (let entry = first; entry < first + count; entry++) {
    const [row, column] = [Math.floor(entry / columns), entry % columns];
    for (const range of ranges) {
      const rows = range.to - range.from;
      for (let t = 0; t < range.forward; t++) {
        factors[at++] = range.forwardMasks[t * columns + column] as bigint; // one mask for each planned product
      }
      for (let t = 0; t < range.transposed; t++) {
        factors[at++] = range.transposedMasks[t * rows + row - range.from] as bigint;
      }
    }
  }
  return factors;
}

function addToRanges(
  { ranges, words }: Segment,
  columns: number,
  first: number,
  result: BigUint64Array,
): void {
  let at = 0;
  for (let entry = first; at < result.length; entry++) {
    const [row, column] = [Math.floor(entry / columns), entry % columns];
    for (const range of ranges) {
      const rows = range.to - range.from;
      for (let t = 0; t < range.forward; t++)
        addWord(range.forwardShares, t * rows + row - range.from, result, at++);
      for (let t = 0; t < range.transposed; t++)
        addWord(range.transposedShares, t * columns + column, result, at++);
    }
    if (at % words !== 0) throw invalidArgument("ownedMatrix", "whole entries", "a part of one");
  }
}

function addWord(target: BigUint64Array, index: number, source: BigUint64Array, from: number): void {
  target[index] = BigInt.asUintN(64, (target[index] as bigint) + (source[from] as bigint)); // both in range
}

/** Takes off what the offset 2^(bits-1) of every entry added: 2^(bits-1) times the sum of each mask. */
function removeOffsets(range: Range, { columns, bits }: OwnedMatrixOptions): void {
  const rows = range.to - range.from;
  const factor = -(1n << BigInt(bits - 1));
  const remove = (shares: BigUint64Array, masks: BigUint64Array, inner: number, outer: number): void => {
    for (let t = 0; t * inner < masks.length; t++) {
      let sum = 0n;
      for (const word of masks.subarray(t * inner, (t + 1) * inner)) sum = BigInt.asUintN(64, sum + word);
      const offset = new BigUint64Array(outer).fill(BigInt.asUintN(64, sum * factor));
      addInPlace(shares.subarray(t * outer, (t + 1) * outer), offset);
    }
  };
  remove(range.forwardShares, range.forwardMasks, columns, rows);
  remove(range.transposedShares, range.transposedMasks, rows, columns);
}
