/** Ciphertexts of a vector of signed integers, with what is publicly known of them. */

import { MalformedMessage } from "../bytes/codec.js";
import { invalidArgument, VeilshareError } from "../errors.js";
import { bytesOf, integersOf } from "./jobs.js";
import { numberTheory } from "./number-theory.js";
import type { PaillierPublicKey } from "./public-key.js";
import { slotMaxAbs, type SlotLayout } from "./slot-layout.js";

/** What is publicly known of an encrypted vector. */
export interface EncryptedVectorShape {
  readonly publicKey: PaillierPublicKey;
  readonly layout: SlotLayout;
  /** Values, not ciphertexts. */
  readonly length: number;
  /** No value is above this or below its negative: declared by who encrypted, computed by every operation. */
  readonly maxAbs: bigint;
}

/** A vector that only the holder of the private key can read. Nobody can change it; operations make another one. */
export class EncryptedVector implements EncryptedVectorShape {
  readonly publicKey: PaillierPublicKey;
  readonly layout: SlotLayout;
  readonly length: number;
  readonly maxAbs: bigint;
  /** One for each `layout.slots` values. */
  readonly ciphertexts: readonly bigint[];

  /**
   * For ciphertexts that are known to be good; {@link decodeEncryptedVector} reads those of another party.
   *
   * @throws VeilshareError BOUND_EXCEEDED when values within the bound would not fit into their slots.
   */
  constructor({ publicKey, layout, length, maxAbs }: EncryptedVectorShape, ciphertexts: readonly bigint[]) {
    if (maxAbs > slotMaxAbs(layout)) {
      const text = `EncryptedVector: expected values of ${layout.slotBits} bits, got a bound of ${maxAbs.toString(2).length + 1} bits`;
      throw new VeilshareError("BOUND_EXCEEDED", text, { field: "maxAbs" });
    }
    if (ciphertexts.length !== ciphertextCount(length, layout)) {
      const expected = `${ciphertextCount(length, layout)} ciphertexts`;
      throw invalidArgument("EncryptedVector", expected, String(ciphertexts.length));
    }
    this.publicKey = publicKey;
    this.layout = layout;
    this.length = length;
    this.maxAbs = maxAbs;
    this.ciphertexts = ciphertexts;
  }

  /**
   * The ciphertexts, little-endian, `publicKey.ciphertextBytes` each.
   *
   * **Security.** What was computed on shows how, to who knows what went in: send only what is fresh from `encrypt` or
   * `rerandomise`.
   */
  toBytes(): Uint8Array {
    return bytesOf(this.ciphertexts, this.publicKey.ciphertextBytes);
  }
}

/** Ciphertexts of so many values. */
export function ciphertextCount(length: number, { slots }: SlotLayout): number {
  return Math.ceil(length / slots);
}

/** Bytes of an encoded vector. */
export function encryptedByteLength(shape: Omit<EncryptedVectorShape, "maxAbs">): number {
  return ciphertextCount(shape.length, shape.layout) * shape.publicKey.ciphertextBytes;
}

/**
 * Reads a vector: exactly as many ciphertexts as the shape has, each from 1 to n^2 - 1 and coprime to n.
 *
 * **Security.** Whether the values are within the declared bound can't be seen.
 *
 * @throws MalformedMessage.
 */
export async function decodeEncryptedVector(
  bytes: Uint8Array,
  shape: EncryptedVectorShape,
): Promise<EncryptedVector> {
  const { n, nSquared, ciphertextBytes } = shape.publicKey;
  const expected = encryptedByteLength(shape);
  if (bytes.length !== expected) {
    throw new MalformedMessage(`expected ${expected} bytes of ciphertexts, got ${bytes.length}`);
  }
  const ciphertexts = integersOf(bytes, ciphertextBytes);
  const { gcd } = await numberTheory();
  let product = 1n;
  for (const [i, ciphertext] of ciphertexts.entries()) {
    if (ciphertext <= 0n || ciphertext >= nSquared) {
      throw new MalformedMessage(`expected ciphertexts from 1 to n^2 - 1, got another at ${i}`);
    }
    product = (product * (ciphertext % n)) % n;
  }
  // The product is coprime to n when all factors are.
  if (product === 0n || gcd(product, n) !== 1n) {
    throw new MalformedMessage("expected ciphertexts coprime to n, got another");
  }
  return new EncryptedVector(shape, ciphertexts);
}
