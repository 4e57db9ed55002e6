/**
 * Systems of linear equations with a symmetric positive definite matrix, in few rounds: the inverse by Newton and Schulz's
 * iteration, X <- X (2 I - A X), which squares the distance of A X from the identity in every step, and a step of refinement
 * on the right-hand side.
 *
 * **Source.** Schulz, "Iterative Berechnung der reziproken Matrix", ZAMM 13 (1933).
 */

import { checkOptions, type RulesOf } from "../../checks/options.js";
import { anyNumberRule, checkOperands, optionalBitsRule } from "../arguments.js";
import { invalidArgument, VeilshareError } from "../../errors.js";
import type { Engine } from "../engine.js";
import type { SecretMatrix } from "../secret-matrix.js";
import { unitsWithin } from "./budget.js";
import { withFractionalBits } from "./fixed-point.js";

/** Options of {@link inverseOfPositive} and {@link solvePositive}. */
export interface PositiveMatrixOptions {
  /** No eigenvalue is smaller; positive, proved by the caller (of A + c I with a positive semidefinite A: c). */
  readonly least: number;
  /** No eigenvalue is larger; proved by the caller (the sum of the diagonal is such a bound). */
  readonly atMost: number;
  /** Of the result. Default: A's, or the right-hand side's. */
  readonly fractionalBits?: number;
}

const matrixRules: RulesOf<PositiveMatrixOptions> = {
  least: anyNumberRule,
  atMost: anyNumberRule,
  fractionalBits: optionalBitsRule,
};

/** Most that `atMost` may be of `least`. */
const largestCondition = 2 ** 20;
const ringBits = 60;

/** X near the inverse of A / atMost. */
interface ScaledInverse {
  readonly inverse: SecretMatrix;
  /** A / atMost. */
  readonly scaled: SecretMatrix;
  /** Of both, and of what is multiplied with them. */
  readonly fractionalBits: number;
  readonly condition: number;
}

/**
 * The inverse of a symmetric positive definite matrix.
 *
 * @param a - d x d.
 * @throws VeilshareError INVALID_ARGUMENT for a matrix that is not square, or eigenvalue bounds that are none;
 *   BOUND_EXCEEDED when `atMost` is over 2^20 times `least`, or the inverse does not fit.
 *
 * **Error.** d (atMost / least) 2^-24 of the largest element, 1 / least, or 2 units.
 *
 * **Security.** Nothing is opened but masked values. How many steps are done depends on `atMost` / `least` only.
 *
 * **Cost.** log2(atMost / least) + 5 steps of two products d x d, four rounds each.
 */
export async function inverseOfPositive(
  engine: Engine,
  a: SecretMatrix,
  options: PositiveMatrixOptions,
): Promise<SecretMatrix> {
  checkOperands("inverseOfPositive", engine, { a });
  checkOptions("inverseOfPositive", options, matrixRules);
  const { inverse } = await scaledInverse("inverseOfPositive", engine, a, options);
  const { fractionalBits = a.fractionalBits, least, atMost } = options;
  const result = await engine.scaleBy(inverse, 1 / atMost, { provenBound: 1.01 / least });
  return withFractionalBits(engine, result, fractionalBits);
}

/**
 * The solution of A x = b for a symmetric positive definite A.
 *
 * @param a - d x d.
 * @param b - d x any.
 * @throws VeilshareError as {@link inverseOfPositive}; INVALID_ARGUMENT for a right-hand side of other rows.
 *
 * **Error.** d (atMost / least) 2^-24 of the largest element of b / least, or 2 units.
 *
 * **Security.** As {@link inverseOfPositive}.
 *
 * **Cost.** As {@link inverseOfPositive}, and three products d x d by b.
 */
export async function solvePositive(
  engine: Engine,
  a: SecretMatrix,
  b: SecretMatrix,
  options: PositiveMatrixOptions,
): Promise<SecretMatrix> {
  checkOperands("solvePositive", engine, { a, b });
  checkOptions("solvePositive", options, matrixRules);
  if (b.rows !== a.rows) throw invalidArgument("solvePositive", `${a.rows} rows`, `${b.rows}`);
  const { least, fractionalBits = b.fractionalBits } = options;
  const bound = (b.bound * Math.sqrt(a.rows)) / least;
  const room = { caller: "solvePositive", what: "a solution", advice: "declare smaller bounds" };
  unitsWithin({ ...room, bound: 4 * bound, fractionalBits });
  const {
    inverse,
    scaled,
    fractionalBits: own,
    condition,
  } = await scaledInverse("solvePositive", engine, a, options);
  // b / |b| and with it all that follows is of a size that the declared bounds give: 1, and the condition.
  const unit = 2 ** Math.ceil(Math.log2(Math.max(b.bound * Math.sqrt(a.rows), 2 ** -b.fractionalBits)));
  const right = await withFractionalBits(engine, b.timesPowerOfTwo(-Math.log2(unit)), own);
  const times = async (x: SecretMatrix, y: SecretMatrix, most: number): Promise<SecretMatrix> => {
    const product = await engine.matrixProduct(x, y, { provenBound: most });
    return withFractionalBits(engine, product, own);
  };
  const first = await times(inverse, right, 1.1 * condition);
  const left = right.subtract(await times(scaled, first, 2)).assumeBound(1);
  const correction = await times(inverse, left, condition);
  const solution = first.add(correction).assumeBound(1.2 * condition);
  const factor = unit / options.atMost;
  const result = await engine.scaleBy(solution, factor, { provenBound: 2 * bound });
  return withFractionalBits(engine, result, fractionalBits);
}

/** Newton and Schulz's iteration from a multiple of the identity. */
async function scaledInverse(
  caller: string,
  engine: Engine,
  a: SecretMatrix,
  { least, atMost }: PositiveMatrixOptions,
): Promise<ScaledInverse> {
  if (a.rows !== a.columns) throw invalidArgument(caller, "a square matrix", `${a.rows} x ${a.columns}`);
  if (!(least > 0 && atMost >= least && Number.isFinite(atMost))) {
    throw invalidArgument(caller, "0 < least <= atMost", `${least} and ${atMost}`);
  }
  const condition = atMost / least;
  if (condition > largestCondition) {
    const expected = `atMost below 2^20 times least, ${least * largestCondition}`;
    const text = `${caller}: expected ${expected}, got ${atMost}; nothing was run`;
    throw new VeilshareError("BOUND_EXCEEDED", text, { field: caller, expected, got: String(atMost) });
  }
  const fractionalBits = Math.floor((ringBits - Math.log2(condition) - 1) / 2);
  const finer = await withFractionalBits(
    engine,
    a.assumeBound(atMost),
    Math.max(a.fractionalBits, fractionalBits),
  );
  const divided = await engine.scaleBy(finer, 1 / atMost, { provenBound: 1.01 });
  const scaled = await withFractionalBits(engine, divided, fractionalBits);
  // With eigenvalues from 1 / condition to 1, A X is within (condition - 1) / (condition + 1) of the identity.
  const start = 2 / (1 + 1 / condition);
  const identity = (factor: number): Float64Array =>
    Float64Array.from({ length: a.length }, (_, i) => (i % (a.rows + 1) === 0 ? factor : 0));
  const shape = { rows: a.rows, columns: a.rows, fractionalBits };
  let inverse: SecretMatrix = engine.constant({ ...shape, values: identity(start) });
  for (let distance = (condition - 1) / (condition + 1); distance > 2 ** -28; distance *= distance) {
    const product = await engine.matrixProduct(scaled, inverse, { provenBound: 1.5 });
    const near = await withFractionalBits(engine, product, fractionalBits);
    const correction = near.negate().addPublic(identity(2)).assumeBound(2.5);
    const better = await engine.matrixProduct(inverse, correction, { provenBound: 1.1 * condition });
    inverse = await withFractionalBits(engine, better, fractionalBits);
  }
  return { inverse: inverse.assumeBound(1.1 * condition), scaled, fractionalBits, condition };
}
