/**
 * Sorting and shuffling rows by a network of comparisons that is the same whatever the data are: Batcher's merge
 * exchange. Keys are compared as secret bits; what belongs to them moves along by secret selection.
 *
 * **Source.** Batcher, "Sorting Networks and Their Applications", AFIPS 1968; for any number of rows: Knuth, The Art of
 * Computer Programming, volume 3, algorithm 5.2.2M.
 */

import { invalidArgument } from "../../errors.js";
import type { Engine } from "../engine.js";
import { SecretBits } from "../secret-bits.js";
import { SecretMatrix, secretWithMagnitude } from "../secret-matrix.js";
import { bitsOf, magnitudeBits } from "./bits.js";
import { carryOut } from "./carry.js";

/** Options of {@link sortRows}. */
export interface SortOptions {
  /** What is sorted by, ascending: rows x 1. */
  readonly key: SecretMatrix;
  /** What moves along, as many rows each. */
  readonly payload?: readonly SecretMatrix[];
}

/** Rows in order. */
export interface Sorted {
  readonly key: SecretMatrix;
  readonly payload: readonly SecretMatrix[];
}

/**
 * Sorts rows by a secret key. Rows with equal keys come in any order.
 *
 * @throws VeilshareError INVALID_ARGUMENT for a key of several columns or a payload of other rows.
 *
 * **Security.** Data-oblivious: what is compared with what depends on the number of rows only. Opens nothing but masked
 * bits and values.
 *
 * **Cost.** For n rows: about n (log2 n)^2 / 4 comparisons of keys and products with the payload, in
 * (log2 n)(log2 n + 1) / 2 stages of 4 + log2(bits of the key) rounds.
 */
export async function sortRows(engine: Engine, { key, payload = [] }: SortOptions): Promise<Sorted> {
  if (key.columns !== 1) throw invalidArgument("sortRows", "a key of one column", `${key.columns} columns`);
  const width = magnitudeBits(key) + 1;
  const bits = await bitsOf(engine, key, width);
  // With its sign bit turned, two's complement is in the order of unsigned numbers.
  const ordered =
    width === 1
      ? bits.not()
      : SecretBits.stack([bits.positions(0, width - 1), bits.positions(width - 1, width).not()]);
  const [first = key, ...others] = await sortByBits(engine, "sortRows", ordered, [key, ...payload]);
  return { key: first, payload: others };
}

/**
 * Puts rows into a secret random order, the same for all matrices.
 *
 * @param matrices - At least one; as many rows each.
 * @throws VeilshareError INVALID_ARGUMENT for none, or for different numbers of rows.
 *
 * **Security.** The order is by secret random keys that no party knows any bit of, of 40 + 2 log2(rows) bits: two keys
 * are equal, and the order then not quite uniform, with probability below 2^-41.
 *
 * **Cost.** As {@link sortRows}.
 */
export async function shuffleRows(
  engine: Engine,
  matrices: readonly SecretMatrix[],
): Promise<readonly SecretMatrix[]> {
  const rows = matrices[0]?.rows ?? 0;
  if (rows === 0) throw invalidArgument("shuffleRows", "at least one matrix", "none");
  const width = Math.min(64, 40 + 2 * Math.ceil(Math.log2(rows)));
  const keys = engine.randomBits({ rows, columns: 1, width });
  return sortByBits(engine, "shuffleRows", keys, matrices);
}

/** Rows of the key's bits, as unsigned numbers, and of all that belongs to them. */
async function sortByBits(
  engine: Engine,
  caller: string,
  keys: SecretBits,
  matrices: readonly SecretMatrix[],
): Promise<readonly SecretMatrix[]> {
  const rows = keys.length;
  for (const matrix of matrices) {
    if (matrix.rows !== rows) throw invalidArgument(caller, `${rows} rows`, `${matrix.rows}`);
  }
  let state: State = { keys, matrices };
  // Where each row of the network is kept: rows are not moved back after each stage.
  let at = Uint32Array.from({ length: rows }, (_, i) => i);
  for (const { lower, upper } of mergeExchange(rows)) {
    const here = (wires: Uint32Array): Uint32Array => wires.map((wire) => at[wire] as number); // wires are below rows
    const idle = idleWires(rows, lower, upper);
    state = await exchange(engine, state, [here(lower), here(upper), here(idle)]);
    const next = new Uint32Array(rows);
    for (const [i, wire] of [...lower, ...upper, ...idle].entries()) next[wire] = i;
    at = next;
  }
  return state.matrices.map((matrix) => matrix.pickRows(at));
}

interface State {
  readonly keys: SecretBits;
  readonly matrices: readonly SecretMatrix[];
}

/** One stage: rows of lower and upper wires change places where the upper key is the smaller one; then the idle ones. */
async function exchange(
  engine: Engine,
  { keys, matrices }: State,
  [lower, upper, idle]: readonly [Uint32Array, Uint32Array, Uint32Array],
): Promise<State> {
  const [a, b] = [keys.pickElements(lower), keys.pickElements(upper)];
  // b < a exactly when there is a carry out of NOT b + a.
  const swap = await carryOut(engine, b.not(), a);
  const [number, difference] = await Promise.all([
    engine.bitsToArithmetic(swap),
    engine.and(SecretBits.stack(Array.from({ length: keys.width }, () => swap)), a.xor(b)),
  ]);
  const choice = number.reshape(lower.length, 1);
  const moved = await Promise.all(
    matrices.map(async (matrix) => {
      const [x, y] = [matrix.pickRows(lower), matrix.pickRows(upper)];
      const step = await engine.multiply(choice.repeatColumns(matrix.columns), y.subtract(x));
      const parts = [x.add(step), y.subtract(step), ...(idle.length > 0 ? [matrix.pickRows(idle)] : [])];
      return secretWithMagnitude(SecretMatrix.concatRows(parts), matrix.magnitude);
    }),
  );
  const kept = [a.xor(difference), b.xor(difference), ...(idle.length > 0 ? [keys.pickElements(idle)] : [])];
  return { keys: SecretBits.concatElements(kept), matrices: moved };
}

function idleWires(rows: number, lower: Uint32Array, upper: Uint32Array): Uint32Array {
  const busy = new Uint8Array(rows);
  for (const wire of lower) busy[wire] = 1;
  for (const wire of upper) busy[wire] = 1;
  const idle: number[] = [];
  for (let wire = 0; wire < rows; wire++) if (busy[wire] === 0) idle.push(wire);
  return Uint32Array.from(idle);
}

/** Comparisons that can be done at once. */
interface Stage {
  readonly lower: Uint32Array;
  readonly upper: Uint32Array;
}

/** Knuth's algorithm M. */
function* mergeExchange(rows: number): Generator<Stage> {
  if (rows < 2) return;
  const top = 2 ** (Math.ceil(Math.log2(rows)) - 1);
  for (let p = top; p > 0; p = Math.floor(p / 2)) {
    let [q, r, d] = [top, 0, p];
    for (;;) {
      const lower: number[] = [];
      for (let i = 0; i + d < rows; i++) if ((i & p) === r) lower.push(i);
      if (lower.length > 0) {
        yield { lower: Uint32Array.from(lower), upper: Uint32Array.from(lower, (wire) => wire + d) };
      }
      if (q === p) break;
      [d, q, r] = [q - p, q / 2, p];
    }
  }
}
