/**
 * Opening secrets. What was rounded is opened rounded exactly: to the nearest unit of the last place, ties up. Truncation
 * itself rounds either way, by chance and by bits that it cut off; whoever saw the outcome, and knows shares that it depends
 * on, would learn something of those bits. The exact rounding depends on the value alone.
 *
 * With N the number before rounding and t the value, |N - 2^m t| < 2^m; so for z = N - 2^m t + 2^(m-1), the nearest unit is
 * t - [z < 0] + [z >= 2^m].
 */

import { checkArgument } from "../checks/options.js";
import { either, listOf } from "../checks/rules.js";
import { memberRule, secretRule } from "./arguments.js";
import { invalidArgument, VeilshareError } from "../errors.js";
import { add, negate, scale, subtract } from "../ring/vector.js";
import type { BitEngine } from "./bit-engine.js";
import { bitToArithmetic, signBitsBelow } from "./operations/bits.js";
import { describe } from "./products.js";
import type { Scheme } from "./scheme.js";
import { secretFromShare, SecretMatrix, secretWithMagnitude, shareOf, unroundedOf } from "./secret-matrix.js";
import { mapShare, zipShares, type Share } from "./share.js";
import { checkWithin } from "./values.js";

/**
 * Opens a secret.
 *
 * @returns Units of the last place; `undefined` at a party that may not learn them: `to` holds the session indices of those
 *   that may, all when left out.
 */
export async function openSecret(
  scheme: Scheme,
  engine: BitEngine,
  secret: SecretMatrix,
  options: { readonly caller: string; readonly to?: readonly number[] },
): Promise<BigInt64Array | undefined> {
  const { caller, to } = options;
  checkArgument(caller, "x", secret, secretRule);
  shareOf(caller, scheme.context, secret);
  const x = await exactlyRounded(scheme, engine, secret);
  scheme.rounds.note(describe(`${caller} ${to?.join(" ") ?? ""}`, x));
  const share = shareOf(caller, scheme.context, x);
  const openings = to === undefined ? [scheme.open(share)] : to.map((party) => scheme.open(share, party));
  const words = (await Promise.all(openings)).find((opened) => opened !== undefined);
  if (words === undefined) return undefined;
  checkWithin(caller, words, x.magnitude, "results");
  return new BigInt64Array(words.slice().buffer);
}

/** {@link openSecret} to all. */
export async function openToAll(
  scheme: Scheme,
  engine: BitEngine,
  secret: SecretMatrix,
  caller: string,
): Promise<BigInt64Array> {
  const units = await openSecret(scheme, engine, secret, { caller });
  if (units === undefined) throw new VeilshareError("INTERNAL", `${caller}: an opening for all is missing`);
  return units;
}

/** The same secret, rounded to the nearest unit where it was rounded by chance. */
export async function exactlyRounded(
  scheme: Scheme,
  engine: BitEngine,
  x: SecretMatrix,
): Promise<SecretMatrix> {
  const unrounded = unroundedOf(x);
  if (unrounded === undefined) return x;
  const { context } = scheme;
  const m = BigInt(unrounded.shift);
  const lifted = mapShare(shareOf("reveal", context, x), (part) => scale(part, 1n << m));
  const rest = zipShares(unrounded.share, lifted, subtract);
  const withConstant = (constant: bigint): SecretMatrix => {
    const words = new BigUint64Array(x.length).fill(BigInt.asUintN(64, constant));
    const share = rest.map((part, i) => (i === context.constantAt ? add(part, words) : part));
    // The magnitude is not this one: who works with it below says how many bits there are.
    return secretFromShare(context, { ...shapeOf(x), magnitude: 0n }, share);
  };
  const half = 1n << (m - 1n);
  const both = SecretMatrix.concatRows([withConstant(half), withConstant(half - (1n << m))]);
  const below = await bitToArithmetic(engine, await signBitsBelow(engine, both, unrounded.shift + 1));
  const [tooLarge, notTooSmall] = [below.rowRange(0, x.rows), below.rowRange(x.rows, 2 * x.rows)];
  // t - [z < 0] + 1 - [z < 2^m]
  const parts = [shareOf("reveal", context, tooLarge), shareOf("reveal", context, notTooSmall)] as const;
  const correction = mapShare(zipShares(parts[0], parts[1], add), negate);
  const share: Share = zipShares(shareOf("reveal", context, x), correction, add);
  const one = new BigUint64Array(x.length).fill(1n);
  const rounded = share.map((part, i) => (i === context.constantAt ? add(part, one) : part));
  return secretWithMagnitude(secretFromShare(context, shapeOf(x), rounded), x.magnitude);
}

function shapeOf({ rows, columns, fractionalBits, magnitude }: SecretMatrix): {
  readonly rows: number;
  readonly columns: number;
  readonly fractionalBits: number;
  readonly magnitude: bigint;
} {
  return { rows, columns, fractionalBits, magnitude };
}

/**
 * The parties that a secret is opened to, each once.
 *
 * @throws VeilshareError INVALID_ARGUMENT for none, or one that is named twice.
 */
export function openedTo(
  caller: string,
  parties: number | string | readonly (number | string)[],
  indexOf: (party: number | string) => number,
): readonly number[] {
  checkArgument(caller, "parties", parties, either(memberRule, listOf(memberRule)));
  const named = typeof parties === "object" ? parties : [parties];
  const to = named.map(indexOf);
  if (to.length === 0) throw invalidArgument(caller, "at least one party", "none");
  if (new Set(to).size !== to.length) throw invalidArgument(caller, "each party once", "one twice");
  return to;
}
