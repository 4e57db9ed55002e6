/**
 * The same totals in the clear, which only an example that holds everybody's lines can compute. Written apart from the
 * package, in whole billionths, so that the comparison means something.
 */

import type { ActivityLine, Footprint } from "veilshare/scope3";

const scale = 10n ** 9n;

/** Grams by category; category 1 at index 0. */
export function plainGrams(footprints: Iterable<Footprint>): bigint[] {
  const grams = new Array<bigint>(15).fill(0n);
  for (const { lines } of footprints) {
    for (const line of lines) grams[line.category - 1] = (grams[line.category - 1] ?? 0n) + lineGrams(line);
  }
  return grams;
}

function lineGrams(line: ActivityLine): bigint {
  const [amount, kgPerUnit, divisor] = terms(line);
  const numerator = amount * kgPerUnit * 1000n;
  const denominator = divisor * scale;
  const rest = numerator % denominator;
  const below = numerator / denominator;
  if (2n * rest === denominator) return below + (below % 2n); // half to even
  return 2n * rest > denominator ? below + 1n : below;
}

/** Grams are 1,000 x first x second / third. */
function terms(line: ActivityLine): readonly [bigint, bigint, bigint] {
  if ("factor" in line) return [billionths(line.spend), billionths(line.factor.kgPerUnit), scale];
  if ("allocation" in line) {
    const { totalKg, revenue } = line.allocation;
    return [billionths(totalKg), billionths(line.spend), billionths(revenue)];
  }
  const { kgPerDeclaredUnit, amount, unit } = line.product;
  if (line.unit !== unit) throw new Error("the plain check converts no units");
  return [billionths(line.quantity), billionths(kgPerDeclaredUnit), billionths(amount)];
}

function billionths(decimal: string): bigint {
  const [whole = "0", fraction = ""] = decimal.split(".");
  if (fraction.length > 9) throw new Error("the plain check knows nine decimals");
  return BigInt(whole + fraction.padEnd(9, "0"));
}
