/** Decimal texts as integers of a stated number of decimals, exactly: what sums take. */

/** Digits before the decimal point that fit 64 bits with any number of decimals that is allowed are checked by the caller. */
const notation = /^([+-]?)(\d+)(?:\.(\d+))?$/;

/**
 * The integer that a decimal text is with so many decimals: `12.5` with 2 decimals is 1250n. Decimals beyond must be zeros.
 *
 * @returns undefined for anything but decimal digits with a point, for more decimals, and beyond 64 bits.
 */
export function scaledInteger(text: string, decimals: number): bigint | undefined {
  const found = notation.exec(text);
  if (found === null) return undefined;
  const [, sign = "", whole = "", fraction = ""] = found;
  if (/[1-9]/.test(fraction.slice(decimals))) return undefined;
  const digits = BigInt(whole + fraction.slice(0, decimals).padEnd(decimals, "0"));
  const value = sign === "-" ? -digits : digits;
  return BigInt.asIntN(64, value) === value ? value : undefined;
}

/** The decimal text of such an integer, with all its decimals. */
export function decimalText(value: bigint, decimals: number): string {
  const digits = String(value < 0n ? -value : value).padStart(decimals + 1, "0");
  const sign = value < 0n ? "-" : "";
  const whole = digits.slice(0, digits.length - decimals);
  return decimals === 0 ? sign + whole : `${sign}${whole}.${digits.slice(digits.length - decimals)}`;
}
