/**
 * Modular powers by OpenSSL, seven times faster than BigInt. Node has no function for them, but a finite-field
 * Diffie-Hellman secret is one: the peer's public value to the power of the private key, modulo the group's modulus, which
 * OpenSSL does not require to be prime. Chosen by the package's `imports` map in Node.
 *
 * **Security.** OpenSSL treats the exponent as a private key: its Montgomery ladder over fixed windows reads its tables in
 * an order that does not depend on it. The conversions from and to BigInt around it take time by the numbers' lengths.
 */

import { wipe } from "../bytes/wipe.js";
import { createDiffieHellman, type DiffieHellman } from "node:crypto";
import { bytesFromInteger } from "../field/prime-field.js";
import { powersByBigInt, type PowersOf } from "./power.js";

/** OpenSSL has limits for Diffie-Hellman: 512 to 10,000 bits. */
const smallestBits = 512;
const largestBits = 10_000;

/** See {@link PowersOf}. */
export const powersOf: PowersOf = (bases, exponent, modulus) => {
  const byteLength = Math.ceil(modulus.toString(16).length / 2);
  const isOdd = (modulus & 1n) === 1n; // Montgomery's multiplication needs that
  if (!isOdd || exponent <= 1n || 8 * byteLength <= smallestBits || 8 * byteLength > largestBits) {
    return powersByBigInt(bases, exponent, modulus);
  }
  const exchange = exchangeOf(modulus, byteLength, exponent);
  if (exchange === undefined) return powersByBigInt(bases, exponent, modulus);
  return bases.map((base) => {
    try {
      const secret = exchange.computeSecret(bigEndian(base, byteLength));
      const result = BigInt(`0x${secret.toString("hex")}`);
      wipe(secret);
      return result;
    } catch {
      // A key exchange refuses 0, 1 and -1, as a public value or as the secret. All are powers like any other here.
      return powersByBigInt([base], exponent, modulus)[0] as bigint; // one for one
    }
  });
};

/** Undefined where a build of OpenSSL, e.g. one in FIPS mode, knows approved groups only. */
function exchangeOf(modulus: bigint, byteLength: number, exponent: bigint): DiffieHellman | undefined {
  const exponentBytes = bigEndian(exponent, Math.ceil(exponent.toString(16).length / 2));
  try {
    const exchange = createDiffieHellman(bigEndian(modulus, byteLength), Uint8Array.of(2));
    exchange.setPrivateKey(exponentBytes);
    return exchange;
  } catch {
    return undefined;
  } finally {
    exponentBytes.fill(0);
  }
}

function bigEndian(value: bigint, byteLength: number): Uint8Array {
  return bytesFromInteger(value, byteLength).reverse();
}
