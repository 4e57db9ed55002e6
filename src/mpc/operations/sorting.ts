/**
 * Sorting and shuffling rows by secret keys.
 *
 * Three replicated parties put all rows into a secret random order first, and may then see which keys are larger
 * (`shuffled-order.ts`). Keys are made different by the number of the row, in their lowest bits, so that equal keys stay in
 * their order and nobody learns that they are equal.
 *
 * Elsewhere a network of comparisons sorts that is the same whatever the data are: Batcher's merge exchange. Keys are
 * compared as secret bits; what belongs to them moves along by secret selection.
 *
 * **Source.** Batcher, "Sorting Networks and Their Applications", AFIPS 1968; for any number of rows: Knuth, The Art of
 * Computer Programming, volume 3, algorithm 5.2.2M.
 */

import { checkArgument, checkOptions, type RulesOf } from "../../checks/options.js";
import { optional } from "../../checks/rules.js";
import { engineRule, secretRule, secretsRule } from "../arguments.js";
import { invalidArgument } from "../../errors.js";
import type { Engine } from "../engine.js";
import { SecretBits } from "../secret-bits.js";
import { SecretMatrix, secretWithMagnitude } from "../secret-matrix.js";
import { bitsOf, magnitudeBits } from "./bits.js";
import { carryOut } from "./carry.js";
import { openedOrder } from "./shuffled-order.js";
import { checkWeights, weightRules } from "./weights.js";

/** Options of {@link sortRows}. */
export interface SortOptions {
  /** What is sorted by, ascending: rows x 1. */
  readonly key: SecretMatrix;
  /** What moves along, as many rows each. */
  readonly payload?: readonly SecretMatrix[];
  /** Which rows count: rows x 1, secret, 0 or 1 without fractional bits. Rows that do not come last. Default: all count. */
  readonly weights?: SecretMatrix;
}

const sortRules: RulesOf<SortOptions> = { key: secretRule, payload: optional(secretsRule), ...weightRules };

/** Rows in order. */
export interface Sorted {
  readonly key: SecretMatrix;
  readonly payload: readonly SecretMatrix[];
  /** Where weights were given: the weights, in the same order; ones first. */
  readonly weights?: SecretMatrix;
}

/**
 * Sorts rows by a secret key. Rows with equal keys keep their order (three replicated parties), or come in any.
 *
 * @throws VeilshareError INVALID_ARGUMENT for a key of several columns, a payload of other rows, or weights that are none.
 *
 * **Error.** None.
 *
 * **Security.** Three replicated parties open which of two keys is larger, of rows in a secret random order and of keys that
 * are all different: these are the outcomes of a uniformly random order, whatever the keys are. Elsewhere what is compared
 * with what depends on the number of rows only, and nothing is opened but masked bits and values.
 *
 * **Cost.** For n rows. Three replicated parties: a shuffle in three rounds and about 1.5 n log2 n comparisons in 0.7 log2 n
 * levels of 3 + log2(bits of the key) rounds. Elsewhere: about n (log2 n)^2 / 4 comparisons of keys and products with the
 * payload, in (log2 n)(log2 n + 1) / 2 stages of 4 + log2(bits of the key) rounds.
 */
export async function sortRows(engine: Engine, options: SortOptions): Promise<Sorted> {
  checkArgument("sortRows", "engine", engine, engineRule);
  checkOptions("sortRows", options, sortRules);
  const { key, payload = [], weights } = options;
  if (key.columns !== 1) throw invalidArgument("sortRows", "a key of one column", `${key.columns} columns`);
  for (const { rows } of payload)
    if (rows !== key.rows) throw invalidArgument("sortRows", `${key.rows} rows`, `${rows}`);
  if (weights !== undefined) checkWeights("sortRows", key.rows, weights);
  const width = magnitudeBits(key) + 1;
  const [bits, counting] = await Promise.all([
    bitsOf(engine, key, width),
    weights === undefined ? undefined : bitsOf(engine, weights, 1),
  ]);
  // With its sign bit turned, two's complement is in the order of unsigned numbers.
  const ordered =
    width === 1
      ? bits.not()
      : SecretBits.stack([bits.positions(0, width - 1), bits.positions(width - 1, width).not()]);
  const keys = counting === undefined ? ordered : SecretBits.stack([ordered, counting.not()]);
  const rows = [key, ...payload, ...(weights === undefined ? [] : [weights])];
  const sorted =
    (await sortByShuffling(engine, keys, rows)) ?? (await sortByBits(engine, "sortRows", keys, rows));
  const moved = sorted.slice(1, 1 + payload.length);
  const last = sorted[1 + payload.length];
  return { key: sorted[0] ?? key, payload: moved, ...(last === undefined ? {} : { weights: last }) };
}

/** Rows in the order of their keys, equal ones as they were; `undefined` where the way of sharing can't shuffle. */
async function sortByShuffling(
  engine: Engine,
  keys: SecretBits,
  matrices: readonly SecretMatrix[],
): Promise<readonly SecretMatrix[] | undefined> {
  const rows = keys.length;
  const numberBits = Math.max(1, Math.ceil(Math.log2(rows)));
  const none = keys.positions(0, 1).xor(keys.positions(0, 1));
  const numbers = SecretBits.stack(Array.from({ length: numberBits }, () => none));
  const different = SecretBits.stack([
    numbers.xorPublic(Uint32Array.from({ length: rows }, (_, i) => i)),
    keys,
  ]).reshape(rows, 1);
  const shuffled = await engine.shuffle(matrices, [different]);
  const [hidden] = shuffled?.bits ?? [];
  if (shuffled === undefined || hidden === undefined) return undefined;
  const order = await openedOrder(engine, hidden);
  return shuffled.matrices.map((matrix) => matrix.pickRows(order));
}

/**
 * Puts rows into a secret random order, the same for all matrices.
 *
 * @param matrices - At least one; as many rows each.
 * @throws VeilshareError INVALID_ARGUMENT for none, or for different numbers of rows.
 *
 * **Security.** Three replicated parties: three permutations, each known to two of them. Elsewhere the order is by secret
 * random keys that no party knows any bit of, of 40 + 2 log2(rows) bits: two keys are equal, and the order then not quite
 * uniform, with probability below 2^-41.
 *
 * **Cost.** Three replicated parties: three rounds, two elements sent by each for each element. Elsewhere as
 * {@link sortRows}.
 */
export async function shuffleRows(
  engine: Engine,
  matrices: readonly SecretMatrix[],
): Promise<readonly SecretMatrix[]> {
  checkArgument("shuffleRows", "engine", engine, engineRule);
  checkArgument("shuffleRows", "matrices", matrices, secretsRule);
  const rows = matrices[0]?.rows ?? 0;
  if (rows === 0) throw invalidArgument("shuffleRows", "at least one matrix", "none");
  for (const matrix of matrices) {
    if (matrix.rows !== rows) throw invalidArgument("shuffleRows", `${rows} rows`, `${matrix.rows}`);
  }
  const shuffled = await engine.shuffle(matrices);
  if (shuffled !== undefined) return shuffled.matrices;
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
