/**
 * The package bigint-crypto-utils, loaded where it is first needed: at import it waits at top level and, in a worker
 * thread, listens on the thread's port and so takes messages that were meant for others. No job may use it.
 */

/** Primality, inverses and divisors of large integers. None is constant-time. */
export interface NumberTheory {
  /** Whether an integer passes so many rounds of Miller-Rabin on random bases. */
  readonly isProbablyPrime: (candidate: bigint, rounds: number) => Promise<boolean>;
  /** The inverse modulo an integer; the caller knows that there is one. */
  readonly modInv: (value: bigint, modulus: bigint) => bigint;
  readonly gcd: (a: bigint, b: bigint) => bigint;
}

/** Loads the package. */
export async function numberTheory(): Promise<NumberTheory> {
  const { isProbablyPrime, modInv, gcd } = await import("bigint-crypto-utils");
  return {
    // Without its workers, which it would start anew for each candidate.
    isProbablyPrime: (candidate, rounds) => isProbablyPrime(candidate, rounds, true),
    modInv,
    gcd,
  };
}
