/**
 * Units of quantities, and exact conversion between units of one kind. A quantity in kilograms never meets a footprint
 * per liter: that would need a density, which nobody declared.
 *
 * **Source.** Declared units of PACT 2.3 and 3.0; factors by definition: international yard and pound agreement 1959
 * (1 lb = 0.45359237 kg), US gallon of 231 cubic inches (3.785411784 l), kilowatt hour of 3.6 MJ.
 */

import { parseDecimal, type Decimal } from "./decimal.js";

/** One unit: how many of its kind's base unit it is. */
interface Unit {
  readonly kind: string;
  /** A decimal text, above 0. */
  readonly inBaseUnits: string;
}

const unit = (kind: string, inBaseUnits: string): Unit => ({ kind, inBaseUnits });

/** By name. The names of the PACT specification are among them. */
const units: ReadonlyMap<string, Unit> = new Map([
  ["gram", unit("mass", "0.001")],
  ["kilogram", unit("mass", "1")],
  ["tonne", unit("mass", "1000")],
  ["pound", unit("mass", "0.45359237")],
  ["milliliter", unit("volume", "0.001")],
  ["liter", unit("volume", "1")],
  ["cubic meter", unit("volume", "1000")],
  ["US gallon", unit("volume", "3.785411784")],
  ["kilojoule", unit("energy", "0.001")],
  ["megajoule", unit("energy", "1")],
  ["gigajoule", unit("energy", "1000")],
  ["kilowatt hour", unit("energy", "3.6")],
  ["megawatt hour", unit("energy", "3600")],
  ["ton kilometer", unit("freight", "1")],
  ["kilogram kilometer", unit("freight", "0.001")],
  ["square meter", unit("area", "1")],
  ["hectare", unit("area", "10000")],
  ["square kilometer", unit("area", "1000000")],
  ["piece", unit("count", "1")],
  ["second", unit("time", "1")],
  ["minute", unit("time", "60")],
  ["hour", unit("time", "3600")],
  ["megabit second", unit("data", "1")],
]);

/** A quantity in another unit is quantity x numerator / denominator. */
export interface Conversion {
  readonly numerator: Decimal;
  /** Above 0. */
  readonly denominator: Decimal;
}

/**
 * How to convert; exact.
 *
 * @returns `undefined` for units of different kinds. A name that is not in the list converts to itself only.
 */
export function conversion(from: string, to: string): Conversion | undefined {
  if (from === to) return { numerator: one, denominator: one };
  const [source, target] = [units.get(from), units.get(to)];
  if (source === undefined || source.kind !== target?.kind) return undefined;
  return { numerator: decimal(source.inBaseUnits), denominator: decimal(target.inBaseUnits) };
}

const one: Decimal = { units: 1n, scale: 0 };

function decimal(text: string): Decimal {
  return parseDecimal(text) ?? one; // the texts above are decimals
}
