/** A key for tests, known to everybody: its primes came from OpenSSL once, so that no test waits for new ones. */

import { concatBytes, bytesFromHex } from "../../dist/bytes/encoding.js";
import { PaillierPrivateKey } from "../../dist/he/index.js";

const pHex =
  "f5854870005d5ad310f7b7f2e56038b4a84ec739377d189b151ae985b304d9b80781dbcd6067074960b68f763399fcd9" +
  "ce6a2516da75eafc9fcb0b9e78379982961f1cb7782eb3949292c7c0f490f9492bfefb312cc7e983151a763679858881" +
  "34923e4969d72e9d9a9a9a4ee1f07c03d591a2d83c69801a4fe5d6d48cfda739";
const qHex =
  "c0bcdc2afdcbf6980502cec96feb47cc531da7513ab9dda47507af6e4b0f4ca5cc87df11c36a54801e7da0eb146c2264" +
  "f45331694fa20b7012f2f55e1f9ab2fb914a4412056d8aafc38353984debee9e6161cc53fd3339927e39e804ad6cf34c" +
  "1517bb3991debd893c59a8471c016fdd18ec18f9969051838b1c5c30123c2b0d";

export const p: bigint = BigInt(`0x${pHex}`);
export const q: bigint = BigInt(`0x${qHex}`);
export const n: bigint = p * q;

/** As `secretBytes` of the key gives them. */
export const secretBytes: Uint8Array = concatBytes(
  bytesFromHex(pHex, "p").reverse(),
  bytesFromHex(qHex, "q").reverse(),
);

export const testKey: PaillierPrivateKey = await PaillierPrivateKey.fromSecretBytes(secretBytes);

/** base^exponent mod modulus, bit by bit. */
export function plainPower(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n;
  let square = base % modulus;
  for (let left = exponent; left > 0n; left >>= 1n) {
    if ((left & 1n) === 1n) result = (result * square) % modulus;
    square = (square * square) % modulus;
  }
  return result;
}

/** An inverse by Fermat, modulo a prime. */
export function plainInverse(value: bigint, prime: bigint): bigint {
  return plainPower(value, prime - 2n, prime);
}

/**
 * Decryption as Paillier first wrote it, without the factors of n one by one: L(c^lambda) / L((1 + n)^lambda) mod n, and
 * residues above n / 2 are negative.
 */
export function plainDecrypt(ciphertext: bigint): bigint {
  const lambda = (p - 1n) * (q - 1n); // a multiple of the least common multiple does as well
  const l = (x: bigint): bigint => (x - 1n) / n;
  const numerator = l(plainPower(ciphertext, lambda, n * n));
  const denominator = l(plainPower(1n + n, lambda, n * n));
  // 1 / d modulo n: d^(phi(n) - 1), by Euler
  const residue = (numerator * plainPower(denominator, lambda - 1n, n)) % n;
  return 2n * residue > n ? residue - n : residue;
}
