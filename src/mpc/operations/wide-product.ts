/**
 * Products of secrets that have more bits than the ring, but a result that fits: one factor is split into a high and a low
 * part, x = hi 2^s + lo, which is exact whichever way the truncation that makes hi rounds.
 */

import type { Engine } from "../engine.js";
import { secretWithMagnitude, type SecretMatrix } from "../secret-matrix.js";
import { bitLength, unitLimit, unitsWithin } from "./budget.js";
import { truncateUnits } from "./power-shift.js";

/** Options of {@link wideProduct}. */
export interface WideProductOptions {
  /** The operation that the user called. */
  readonly caller: string;
  /** No product is larger, as the caller has proved. */
  readonly bound: number;
  /** Of the product. */
  readonly fractionalBits: number;
  /** What the user may change where it does not fit. */
  readonly advice: string;
}

const guardBits = 3;
const limitBits = bitLength(unitLimit) - 1;

/**
 * x y, element by element.
 *
 * @param y - Of few bits; x is the one that is split.
 * @returns Off by less than 1.3 units in the last place.
 * @throws VeilshareError BOUND_EXCEEDED, before anything is sent, when the product, or a part of it, does not fit.
 *
 * **Cost.** One product and a truncation where all bits fit; else two products and up to four truncations, in five rounds.
 */
export async function wideProduct(
  engine: Engine,
  x: SecretMatrix,
  y: SecretMatrix,
  options: WideProductOptions,
): Promise<SecretMatrix> {
  const { caller, bound, fractionalBits } = options;
  const largest = unitsWithin({ ...options, what: "a product" });
  const cut = x.fractionalBits + y.fractionalBits - fractionalBits;
  const [a, b] = [asUnits(x), asUnits(y)];
  const proved = largest << BigInt(Math.max(0, cut));
  const product = a.magnitude * b.magnitude < proved ? a.magnitude * b.magnitude : proved;
  if (product < unitLimit) {
    const whole = secretWithMagnitude(await multiplyBelow(engine, a, b, product), product);
    return asReal(await shifted(engine, whole, -cut), fractionalBits);
  }
  const split = Math.min(limitBits - bitLength(b.magnitude), bitLength(a.magnitude) - 1);
  const highest = ((largest << BigInt(Math.max(0, cut))) >> BigInt(split)) + b.magnitude;
  unitsWithin({
    ...options,
    caller,
    what: "a product",
    bound: highest < unitLimit ? bound : bound * 2 ** 20,
  });
  return asReal(await splitProduct(engine, [a, b], { split, cut, largest, highest }), fractionalBits);
}

async function splitProduct(
  engine: Engine,
  [a, b]: readonly [SecretMatrix, SecretMatrix],
  sizes: { readonly split: number; readonly cut: number; readonly largest: bigint; readonly highest: bigint },
): Promise<SecretMatrix> {
  const { split, cut, largest, highest } = sizes;
  const high = await truncateUnits(engine, a, split);
  const low = secretWithMagnitude(
    secretWithMagnitude(a, 0n).subtract(secretWithMagnitude(high, 0n).scale(2 ** split)),
    (1n << BigInt(split)) - 1n,
  );
  const [upper, lower] = await Promise.all([
    multiplyBelow(engine, high, b, highest),
    multiplyBelow(engine, low, b, low.magnitude * b.magnitude),
  ]);
  // Both parts with a few bits more than are wanted, where there is room, and one rounding of their sum.
  const room = Math.max(0, limitBits - 1 - bitLength(largest));
  const guard = Math.min(cut, guardBits, room);
  const [top, rest] = await Promise.all([
    shifted(engine, upper, split - cut + guard, largest << BigInt(guard)),
    shifted(engine, lower, guard - cut),
  ]);
  const sum = secretWithMagnitude(
    secretWithMagnitude(top, 0n).add(secretWithMagnitude(rest, 0n)),
    (largest << BigInt(guard)) + 2n,
  );
  return shifted(engine, sum, -guard);
}

/** Integers times 2^bits; off by less than 1 where bits are cut off. */
async function shifted(
  engine: Engine,
  x: SecretMatrix,
  bits: number,
  magnitude: bigint = x.magnitude << BigInt(Math.max(0, bits)),
): Promise<SecretMatrix> {
  if (bits < -limitBits - 1) return x.scale(0);
  if (bits < 0) return truncateUnits(engine, x, -bits);
  return secretWithMagnitude(secretWithMagnitude(x, 0n).scale(2 ** bits), magnitude);
}

async function multiplyBelow(
  engine: Engine,
  x: SecretMatrix,
  y: SecretMatrix,
  magnitude: bigint,
): Promise<SecretMatrix> {
  return engine.multiply(x, y, { provenBound: Number(magnitude) });
}

/** Without fractional bits: integers that count units of the last place. */
export function asUnits(x: SecretMatrix): SecretMatrix {
  return x.timesPowerOfTwo(x.fractionalBits);
}

/** Undoes {@link asUnits}. */
export function asReal(units: SecretMatrix, fractionalBits: number): SecretMatrix {
  return units.timesPowerOfTwo(-fractionalBits);
}
