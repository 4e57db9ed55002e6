/**
 * The binary linear code [245, 128, 32] of the subspace VOLE: the extended primitive narrow-sense BCH code [256, 139, 32]
 * over x^8 + x^4 + x^3 + x^2 + 1 (15 errors), shortened by 11 and systematic. Bits 0 to 127 of a codeword are the word,
 * 128 to 243 the check bits, 244 the parity of all others.
 *
 * Its distance is 32: at least 31 by the BCH bound (30 consecutive zeros, alpha to alpha^30), and even because of the
 * parity bit. So two words that differ have codewords that differ in 32 places, each with a symbol of 4 bits of Delta of
 * its own: 128 bits.
 *
 * Source: F. J. MacWilliams, N. J. A. Sloane, "The Theory of Error-Correcting Codes", chapters 7 and 9; as a subspace
 * VOLE: L. Roy, "SoftSpokenOT", CRYPTO 2022, section 3.
 */

import { codeTableBytes } from "../../kernels/okvs/operations.js";

/** Bits of a word. */
export const wordBits = 128;
/** Bits of a codeword. */
export const codeLength = 245;
/** Bytes of a codeword in memory; the bits beyond its length are zero. */
export const codewordBytes = 32;

const fieldPolynomial = 0x11d;
const fieldOrder = 255;
const errors = 15;

/** Powers of the primitive element, and their logarithms. */
function fieldTables(): { readonly powers: Uint8Array; readonly logarithms: Uint8Array } {
  const powers = new Uint8Array(2 * fieldOrder);
  const logarithms = new Uint8Array(256);
  let power = 1;
  for (let i = 0; i < fieldOrder; i++) {
    powers[i] = power;
    powers[i + fieldOrder] = power;
    logarithms[power] = i;
    power = power < 128 ? 2 * power : (2 * power) ^ fieldPolynomial;
  }
  return { powers, logarithms };
}

/** The generator polynomial, lowest coefficient first: the product over all zeros alpha^i, 2 t consecutive i's and their conjugates. */
export function generatorPolynomial(): Uint8Array {
  const { powers, logarithms } = fieldTables();
  const zeros = new Set<number>();
  for (let i = 1; i <= 2 * errors; i++) {
    for (let conjugate = i; !zeros.has(conjugate); conjugate = (2 * conjugate) % fieldOrder)
      zeros.add(conjugate);
  }
  let product = Uint8Array.of(1);
  for (const zero of zeros) {
    // (x + alpha^zero) times what there is
    const next = new Uint8Array(product.length + 1);
    for (const [degree, coefficient] of product.entries()) {
      next[degree + 1] = (next[degree + 1] ?? 0) ^ coefficient;
      if (coefficient === 0) continue;
      next[degree] = (next[degree] ?? 0) ^ (powers[(logarithms[coefficient] ?? 0) + zero] ?? 0);
    }
    product = next;
  }
  return product; // conjugates are together, so coefficients are 0 or 1
}

/** The 128 rows of the generator matrix, 32 bytes each: row i is the codeword of the word with bit i alone. */
export function generatorRows(): Uint8Array {
  const generator = generatorPolynomial();
  const degree = generator.length - 1;
  const rows = new Uint8Array(wordBits * codewordBytes);
  // x^degree, then x times what there was, each modulo the generator.
  const remainder = generator.slice(0, degree);
  for (let i = 0; i < wordBits; i++) {
    flipBit(rows, i, i);
    let parity = 1;
    for (let k = 0; k < degree; k++) {
      if (remainder[k] === 0) continue;
      flipBit(rows, i, wordBits + k);
      parity ^= 1;
    }
    if (parity === 1) flipBit(rows, i, wordBits + degree);
    const carry = remainder[degree - 1] as number; // below its length, as all that follow
    for (let k = degree - 1; k > 0; k--) {
      remainder[k] = (remainder[k - 1] as number) ^ (carry & (generator[k] as number));
    }
    remainder[0] = carry & (generator[0] as number);
  }
  return rows;
}

function flipBit(rows: Uint8Array, row: number, bit: number): void {
  const at = row * codewordBytes + (bit >> 3);
  rows[at] = (rows[at] as number) ^ (1 << (bit & 7)); // a bit of a row
}

/** For each byte of a word a table of the codewords of its 256 values: 16 x 256 x 32 bytes. */
export function codeTables(): Uint8Array {
  const rows = new Uint32Array(generatorRows().buffer);
  const tables = new Uint32Array(codeTableBytes / 4);
  const entryWords = codewordBytes / 4;
  for (let t = 0; t < 16; t++) {
    for (let value = 1; value < 256; value++) {
      const lowest = 31 - Math.clz32(value & -value);
      const from = (256 * t + (value & (value - 1))) * entryWords;
      const at = (256 * t + value) * entryWords;
      const row = (8 * t + lowest) * entryWords;
      for (let k = 0; k < entryWords; k++) tables[at + k] = (tables[from + k] ?? 0) ^ (rows[row + k] ?? 0);
    }
  }
  return new Uint8Array(tables.buffer);
}
