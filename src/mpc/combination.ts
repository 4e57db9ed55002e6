/**
 * Linear combinations of secrets with public real coefficients, and truncation, which they end with: each coefficient
 * becomes an integer c * 2^q, the integer combination is exact, and q bits are cut off again.
 */

import { checkArgument, checkOptions } from "../checks/options.js";
import { either, listOf, object } from "../checks/rules.js";
import { anyNumberRule, numbersRule, provenBoundRule, secretRule } from "./arguments.js";
import { invalidArgument, VeilshareError } from "../errors.js";
import { addInPlace, scale as ringScale } from "../ring/vector.js";
import {
  checkMagnitude,
  magnitudeLimit,
  magnitudeOfBound,
  maxShift,
  smallerMagnitude,
  truncatedMagnitude,
} from "./bounds.js";
import { describe } from "./products.js";
import { powerRatio, ratioMagnitude, ratioOf, type Ratio } from "./ratio.js";
import type { Scheme } from "./scheme.js";
import {
  checkSameShape,
  checkSecretFractionalBits,
  secretFromShare,
  shareOf,
  type SecretMatrix,
  type SecretShape,
} from "./secret-matrix.js";
import { mapShare } from "./share.js";

/** A secret and what it is multiplied by: one number, or one for each row. */
export interface Term {
  readonly secret: SecretMatrix;
  readonly factor: number | ArrayLike<number>;
}

const termsRule = listOf(object({ secret: secretRule, factor: either(anyNumberRule, numbersRule) }));

/** Least significant bits that the largest factor of a term keeps. */
const minFactorBits = 22;

/** More bits than this in a factor tell apart what a double can't. */
const maxFactorShift = 52;

/**
 * x times a public ratio, off by less than 1: a secret that knows what it was rounded from. The operation behind
 * `Engine.truncate`, `Engine.scaleBy` and `Engine.combine`.
 */
async function rounded(
  scheme: Scheme,
  x: SecretMatrix,
  ratio: Ratio,
  result: SecretShape & { readonly caller: string },
): Promise<SecretMatrix> {
  const { caller, ...shape } = result;
  const share = shareOf(caller, scheme.context, x);
  scheme.rounds.note(describe(`${caller} ${ratio.numerator.toString(16)}/${ratio.shift}`, x));
  const from = ratio.numerator === 1n ? share : mapShare(share, (part) => ringScale(part, ratio.numerator));
  return secretFromShare(scheme.context, shape, await scheme.truncate(share, ratio), {
    share: from,
    shift: ratio.shift,
  });
}

/** Options of `Engine.scaleBy`. */
export interface ScaleOptions {
  /** A bound on the result's absolute values that the caller has proved, where it is tighter. Nothing can check it. */
  readonly provenBound?: number;
}

/** The product with one public real number; see `Engine.scaleBy`. */
export async function scaleBy(
  scheme: Scheme,
  x: SecretMatrix,
  factor: number,
  options: ScaleOptions = {},
): Promise<SecretMatrix> {
  checkArgument("scaleBy", "x", x, secretRule);
  checkOptions("scaleBy", options, { provenBound: provenBoundRule });
  const { provenBound } = options;
  if (!Number.isFinite(factor)) throw invalidArgument("scaleBy", "a finite factor", String(factor));
  const ratio = factor === 0 ? undefined : reduced(ratioOf(Math.abs(factor)));
  if (ratio === undefined && Math.abs(factor) >= 1) checkMagnitude("scaleBy", magnitudeLimit);
  if (ratio === undefined) return x.scale(0);
  const { rows, columns, fractionalBits } = x;
  const product = ratio.shift === 0 ? x.magnitude * ratio.numerator : ratioMagnitude(x.magnitude, ratio);
  const proven =
    provenBound === undefined ? product : magnitudeOfBound("scaleBy", provenBound, fractionalBits) + 1n;
  const magnitude = checkMagnitude("scaleBy", smallerMagnitude(product, proven));
  const positive = factor < 0 ? x.negate() : x;
  const shape = { rows, columns, fractionalBits, magnitude };
  if (ratio.shift > 0) return rounded(scheme, positive, ratio, { ...shape, caller: "scaleBy" });
  const share = mapShare(shareOf("scaleBy", scheme.context, positive), (part) =>
    ringScale(part, ratio.numerator),
  );
  return secretFromShare(scheme.context, shape, share);
}

/** The same ratio in lowest terms; with a shift of 0 it is an integer. */
function reduced(ratio: Ratio | undefined): Ratio | undefined {
  if (ratio === undefined) return undefined;
  let { numerator, shift } = ratio;
  while (shift > 0 && numerator % 2n === 0n) {
    numerator >>= 1n;
    shift -= 1;
  }
  return { numerator, shift };
}

/** Truncation; see `Engine.truncate`. */
export async function truncate(scheme: Scheme, x: SecretMatrix, shift: number): Promise<SecretMatrix> {
  checkArgument("truncate", "x", x, secretRule);
  if (!Number.isInteger(shift) || shift < 1 || shift > maxShift) {
    throw invalidArgument("truncate", `a shift of 1 to ${maxShift} bits`, String(shift));
  }
  const fractionalBits = x.fractionalBits - shift;
  checkSecretFractionalBits("truncate", fractionalBits);
  const { rows, columns } = x;
  const shape = { rows, columns, fractionalBits, magnitude: truncatedMagnitude(x.magnitude, shift) };
  return rounded(scheme, x, powerRatio(shift), { ...shape, caller: "truncate" });
}

/** Linear combination; see `Engine.combine`. */
export async function combine(scheme: Scheme, terms: readonly Term[]): Promise<SecretMatrix> {
  checkArgument("combine", "terms", terms, termsRule);
  const [head] = terms;
  if (head === undefined) throw invalidArgument("combine", "at least one term", "none");
  for (const { secret, factor } of terms) checkTerm(head.secret, secret, factor);
  const whole = terms.map(({ factor }) => (typeof factor === "number" ? factor : undefined));
  if (terms.length === 1 && whole[0] !== undefined) return scaleBy(scheme, head.secret, whole[0]);
  const { shift, exact } = factorShift(terms);
  if (!exact && whole.every((factor) => factor !== undefined)) return sumOfScaled(scheme, terms);
  if (!exact) checkFactorBits(terms, shift);
  const { context } = scheme;
  const share = shareOf("combine", context, head.secret).map((part) => new BigUint64Array(part.length));
  let magnitude = 0n;
  for (const term of terms) {
    const factors = integerFactors(term, shift);
    magnitude += term.secret.magnitude * largest(factors);
    for (const [i, part] of shareOf("combine", context, term.secret).entries()) {
      const total = share[i] as BigUint64Array; // all shares of one engine have as many components
      addInPlace(total, scaledRows(part, factors, term.secret.columns));
    }
  }
  const { rows, columns, fractionalBits } = head.secret;
  const shape: SecretShape = { rows, columns, fractionalBits: fractionalBits + shift, magnitude };
  return truncate(scheme, secretFromShare(context, shape, share), shift);
}

function checkTerm(head: SecretMatrix, secret: SecretMatrix, factor: Term["factor"]): void {
  checkSameShape("combine", head, secret);
  if (secret.fractionalBits !== head.fractionalBits) {
    throw invalidArgument("combine", `${head.fractionalBits} fractional bits`, `${secret.fractionalBits}`);
  }
  if (typeof factor !== "number" && factor.length !== secret.rows) {
    throw invalidArgument("combine", `${secret.rows} factors, one for each row`, `${factor.length}`);
  }
  for (const value of typeof factor === "number" ? [factor] : Array.from(factor)) {
    if (!Number.isFinite(value)) throw invalidArgument("combine", "finite factors", String(value));
  }
}

/** Each term scaled exactly, and their sum: as many roundings as terms, started together. */
async function sumOfScaled(scheme: Scheme, terms: readonly Term[]): Promise<SecretMatrix> {
  const parts = await Promise.all(
    terms.map(({ secret, factor }) => scaleBy(scheme, secret, factor as number)), // the caller has looked at all factors
  );
  let total = parts[0] as SecretMatrix; // at least one term
  for (const part of parts.slice(1)) total = total.add(part);
  return total;
}

/**
 * The largest shift with which the combination stays below 2^62, and whether what rounding the factors to it does is
 * nothing: at most half a unit in the last place.
 */
function factorShift(terms: readonly Term[]): { readonly shift: number; readonly exact: boolean } {
  const fractionalBits = terms[0]?.secret.fractionalBits ?? 0;
  let shift = Math.min(maxFactorShift, maxShift - fractionalBits);
  for (; shift >= 1; shift--) {
    let magnitude = 0n;
    for (const term of terms) magnitude += term.secret.magnitude * largest(integerFactors(term, shift));
    if (magnitude < magnitudeLimit) break;
  }
  let off = 0;
  for (const term of terms) off += roundingOf(term, Math.max(shift, 0));
  return { shift, exact: shift >= 1 && off <= 0.5 };
}

/**
 * Refuses factors, one for each row, that would be rounded to too few bits.
 *
 * @throws VeilshareError BOUND_EXCEEDED when a term's largest factor would keep fewer than 22 significant bits.
 */
function checkFactorBits(terms: readonly Term[], shift: number): void {
  for (const term of terms) {
    const significant = largest(integerFactors(term, Math.max(shift, 0))) >= 1n << BigInt(minFactorBits - 1);
    if (shift < 1 || !(significant || roundingOf(term, shift) <= 0.5)) {
      const most = 2 ** (62 - minFactorBits - term.secret.fractionalBits);
      const expected = `room for factors of ${minFactorBits} significant bits: bounds below about ${most / terms.length}`;
      const got = `a bound of ${term.secret.bound}`;
      const text = `combine: expected ${expected}, got ${got}; nothing was run`;
      throw new VeilshareError("BOUND_EXCEEDED", text, { field: "combine", expected, got });
    }
  }
}

/** By how much rounding the factors moves a term at most, in units of the last place. */
function roundingOf({ secret, factor }: Term, shift: number): number {
  let most = 0;
  for (const real of typeof factor === "number" ? [factor] : Array.from(factor)) {
    const scaled = real * 2 ** shift;
    most = Math.max(most, Math.abs(scaled - Math.round(scaled)));
  }
  return most * Number(secret.magnitude) * 2 ** -shift;
}

function integerFactors({ secret, factor }: Term, shift: number): BigInt64Array {
  const factors = new BigInt64Array(typeof factor === "number" ? 1 : secret.rows);
  for (let i = 0; i < factors.length; i++) {
    const real = typeof factor === "number" ? factor : (factor[i] as number); // as many as rows, checked
    const scaled = Math.round(real * 2 ** shift);
    // A factor that does not fit counts as too large for every bound.
    factors[i] = Math.abs(scaled) < 2 ** 62 ? BigInt(scaled) : magnitudeLimit;
  }
  return factors;
}

function largest(factors: BigInt64Array): bigint {
  let most = 0n;
  for (const factor of factors) {
    const absolute = factor < 0n ? -factor : factor;
    if (absolute > most) most = absolute;
  }
  return most;
}

function scaledRows(share: BigUint64Array, factors: BigInt64Array, columns: number): BigUint64Array {
  const result = new BigUint64Array(share.length);
  const words = new BigUint64Array(factors.buffer);
  for (let i = 0; i < share.length; i++) {
    const factor = words[words.length === 1 ? 0 : Math.floor(i / columns)] as bigint; // one, or one a row
    result[i] = BigInt.asUintN(64, (share[i] as bigint) * factor);
  }
  return result;
}
