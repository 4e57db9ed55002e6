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

export const p = BigInt(`0x${pHex}`);
export const q = BigInt(`0x${qHex}`);
export const n: bigint = p * q;

/** As `secretBytes` of the key gives them. */
export const secretBytes: Uint8Array = concatBytes(
  bytesFromHex(pHex, "p").reverse(),
  bytesFromHex(qHex, "q").reverse(),
);

export const testKey: PaillierPrivateKey = await PaillierPrivateKey.fromSecretBytes(secretBytes);

const longPHex =
  "dad0ff68bf0f76ab9204101dedd1154236c7fb51d64f521c93d5612252e5c4875ad2b4de13279c9d081047ac6983694e" +
  "24e37050ab61cbe95bd9bbbd8bfcc0c69706217ed88ae0cffb77eea019d63d30d112ac8a2c383e811e11b6b6e595ecba" +
  "96b8e2ed4e51cc531daf741d301964d8d1509ac134df48bfd71cf9db464619a82e7236fba0e5195d3978dc9d27a7e251" +
  "8d002b061a99c6257f7cb42cc8130b3a8d917b36f44eb910747f3cc3a6083f2a702f098dccbbf0673f28c051423f4fb3";
const longQHex =
  "e741682067064d676abfd7f9b74f9164780bde10f93104054a33c37076059310ad22d9aa05eae4cd20f1c4f86012a0f7" +
  "b818ec0543daa3e4d2413c97e5320df57f17091d7e4f09809d592b1ae8c32e11e68c8948694c08410ebf3aeb1ca18144" +
  "259c77fb650e2f22934640785471c0a55fbcadbde6d0304291f18aed5bf78203568f08b9b1825e20808fbf457302b8bf" +
  "c368dda66d3f2b488a5ae2e105fd9ed437e9117e4f229e02eb12d0d022742a8287d72e8e687e8a649991ac96da4026c3";

/** A key of 3072 bits. */
export const longSecretBytes: Uint8Array = concatBytes(
  bytesFromHex(longPHex, "p").reverse(),
  bytesFromHex(longQHex, "q").reverse(),
);

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

const lambda = (p - 1n) * (q - 1n); // a multiple of the least common multiple does as well
const l = (x: bigint): bigint => (x - 1n) / n;
/** 1 / d modulo n is d^(phi(n) - 1), by Euler. */
const inverseDenominator = plainPower(l(plainPower(1n + n, lambda, n * n)), lambda - 1n, n);

/**
 * Decryption as Paillier first wrote it, without the factors of n one by one: L(c^lambda) / L((1 + n)^lambda) mod n, and
 * residues above n / 2 are negative.
 */
export function plainDecrypt(ciphertext: bigint): bigint {
  const numerator = l(plainPower(ciphertext, lambda, n * n));
  const residue = (numerator * inverseDenominator) % n;
  return 2n * residue > n ? residue - n : residue;
}
