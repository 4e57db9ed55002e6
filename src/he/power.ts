/**
 * Modular powers over BigInt: the portable way, and what the faster one is checked against.
 *
 * **Security.** The time depends on base, exponent and modulus; nothing here is constant-time.
 */

/** Computes powers of many bases, all with one exponent and one modulus above 1; bases are below the modulus. */
export type PowersOf = (bases: readonly bigint[], exponent: bigint, modulus: bigint) => bigint[];

/**
 * base^exponent mod modulus by a sliding window.
 *
 * @param base - 0 or more.
 * @param exponent - 0 or more.
 * @param modulus - Above 1.
 */
export function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  const bits = exponent.toString(2);
  const windowBits = bits.length > 160 ? 5 : 3;
  const oddPowers = oddPowersOf(base % modulus, 2 ** (windowBits - 1), modulus);
  let result = 1n;
  for (let at = 0; at < bits.length;) {
    // A window starts and ends with a one; zeros between windows are squared away one by one.
    let end = Math.min(at + windowBits, bits.length);
    if (bits[at] === "0") end = at + 1;
    else while (bits[end - 1] === "0") end -= 1;
    for (let i = at; i < end; i++) result = (result * result) % modulus;
    const digit = Number.parseInt(bits.slice(at, end), 2);
    if (digit > 0) result = (result * (oddPowers[(digit - 1) / 2] as bigint)) % modulus; // odd, below 2^windowBits
    at = end;
  }
  return result;
}

function oddPowersOf(base: bigint, count: number, modulus: bigint): bigint[] {
  const squared = (base * base) % modulus;
  const powers = [base];
  for (let i = 1; i < count; i++) powers.push(((powers[i - 1] as bigint) * squared) % modulus); // i - 1 was pushed
  return powers;
}

/** {@link power} of each base. */
export const powersByBigInt: PowersOf = (bases, exponent, modulus) =>
  bases.map((base) => power(base, exponent, modulus));
