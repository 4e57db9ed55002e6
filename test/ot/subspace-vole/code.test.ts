import { describe, expect, it } from "vitest";
import {
  codeTables,
  codewordBytes,
  generatorPolynomial,
  generatorRows,
} from "../../../dist/ot/subspace-vole/code.js";
import { randomBytes } from "../../../dist/random/index.js";

const rows = generatorRows();
const rowOf = (i: number): Uint8Array => rows.subarray(32 * i, 32 * (i + 1));

function bits(bytes: Uint8Array): number[] {
  return Array.from({ length: 8 * bytes.length }, (_, i) => ((bytes[i >> 3] ?? 0) >> (i & 7)) & 1);
}

function weight(bytes: Uint8Array): number {
  return bits(bytes).reduce((sum, bit) => sum + bit, 0);
}

function addInto(target: Uint8Array, added: Uint8Array): void {
  for (const [k, byte] of added.entries()) target[k] = (target[k] ?? 0) ^ byte;
}

/** Multiplication in GF(2^8) by shifts, independent of the tables of the code under test. */
function multiply(a: number, b: number): number {
  let product = 0;
  for (let i = 0; i < 8; i++) if (((b >> i) & 1) === 1) product ^= a << i;
  for (let i = 14; i >= 8; i--) if (((product >> i) & 1) === 1) product ^= 0x11d << (i - 8);
  return product;
}

function power(base: number, exponent: number): number {
  let result = 1;
  for (let i = 0; i < exponent; i++) result = multiply(result, base);
  return result;
}

/** The codeword as a polynomial of degree below 255: check bits are its low coefficients, the word follows. */
function polynomialOf(codeword: Uint8Array): number[] {
  const all = bits(codeword);
  return [...all.slice(128, 244), ...all.slice(0, 128)];
}

function syndrome(polynomial: readonly number[], exponent: number): number {
  const point = power(2, exponent % 255);
  let value = 0;
  for (const coefficient of [...polynomial].reverse()) value = multiply(value, point) ^ coefficient;
  return value;
}

describe("the code of the subspace VOLE", () => {
  it("rests on a primitive polynomial: alpha has order 255", () => {
    const orders = [3, 5, 15, 17, 51, 85].map((divisor) => power(2, divisor));
    expect(power(2, 255)).toBe(1);
    expect(orders).not.toContain(1);
  });

  it("has a generator polynomial of degree 116 with coefficients 0 and 1", () => {
    const generator = generatorPolynomial();
    expect(generator.length).toBe(117);
    expect([...new Set(generator)].sort()).toEqual([0, 1]);
  });

  it("has zero syndromes at 30 consecutive powers in every generator row, so a distance of 31 before the parity bit", () => {
    for (let i = 0; i < 128; i++) {
      const polynomial = polynomialOf(rowOf(i));
      for (let exponent = 1; exponent <= 30; exponent++) expect(syndrome(polynomial, exponent)).toBe(0);
    }
  });

  it("has even weight, at least 32, in every generator row, within 245 bits, with the identity in front", () => {
    for (let i = 0; i < 128; i++) {
      const all = bits(rowOf(i));
      expect(weight(rowOf(i)) % 2).toBe(0);
      expect(weight(rowOf(i))).toBeGreaterThanOrEqual(32);
      expect(all.slice(245)).toEqual(new Array(11).fill(0));
      expect(all.slice(0, 128)).toEqual(Array.from({ length: 128 }, (_, k) => Number(k === i)));
    }
  });

  it("gives random words codewords of even weight of at least 32", () => {
    const tables = codeTables();
    for (let n = 0; n < 2000; n++) {
      const word = randomBytes(16);
      const codeword = new Uint8Array(codewordBytes);
      const byRows = new Uint8Array(codewordBytes);
      for (const [t, byte] of word.entries()) {
        addInto(codeword, tables.subarray((256 * t + byte) * 32, (256 * t + byte + 1) * 32));
      }
      for (const [i, bit] of bits(word).entries()) {
        if (bit === 1) addInto(byRows, rowOf(i));
      }
      expect(codeword).toEqual(byRows);
      expect(weight(codeword)).toBeGreaterThanOrEqual(32);
      expect(weight(codeword) % 2).toBe(0);
    }
  });
});
