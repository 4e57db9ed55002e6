/**
 * Paillier's additively homomorphic encryption of vectors of signed integers: sums of ciphertexts are ciphertexts of
 * sums, powers are multiples. One value a ciphertext, or many in slots.
 *
 *   c = (1 + m n) r^n mod n^2        m = L(c^lambda mod n^2) / L((1 + n)^lambda mod n^2) mod n, by the factors of n
 *
 * Source: P. Paillier, EUROCRYPT 1999; g = n + 1 and decryption by the Chinese remainder theorem: section 7 there; packing: B.
 * Bianchi, A. Piva, M. Barni, IEEE Transactions on Information Forensics and Security 5(1), 2010.
 */

import { checkArgument, checkOptions, type RulesOf } from "../checks/options.js";
import { bigint, integer, object, optional } from "../checks/rules.js";
import { invalidArgument, VeilshareError } from "../errors.js";
import { EncryptedVector, type EncryptedVectorShape } from "./encrypted-vector.js";
import { numberTheory } from "./number-theory.js";
import type { PaillierPrivateKey } from "./private-key.js";
import { PaillierPublicKey } from "./public-key.js";
import { freshRandomisers, PrecomputedRandomisers } from "./precomputed-randomisers.js";
import { packed, unpacked, type SlotLayout } from "./slot-layout.js";
import { powersEachInPool, workRules, type HeWork } from "./work.js";

/** Factors are below this in size. */
const factorBound = 2n ** 64n;

/** What encrypts: a public key, the private one, or randomisers made ahead with either. */
export type Encryptor = PaillierPublicKey | PaillierPrivateKey | PrecomputedRandomisers;

/** Options of {@link encrypt}. */
export interface EncryptOptions extends HeWork {
  /** No value is above this or below its negative. Everybody who computes learns it. */
  readonly maxAbs: bigint;
  /** Where values stand. Default: one a ciphertext. */
  readonly layout?: SlotLayout;
}

const encryptRules: RulesOf<EncryptOptions> = {
  ...workRules,
  maxAbs: bigint(),
  layout: optional(object({ slots: integer(), slotBits: integer() })),
};

/**
 * Encrypts a vector.
 *
 * **Security.** Semantically secure against everyone but the private key's holder, under the decisional composite
 * residuosity assumption (n of 2048 bits: 112 bits of security, 3072: 128). Not authenticated and malleable by design.
 * Arithmetic around the powers is BigInt's, in time that depends on the values' lengths.
 *
 * **Cost.** One power of n modulo n^2 a ciphertext; a third of that with the private key; none from a precomputed. 512 or 768
 * bytes a ciphertext.
 *
 * **Source.** Paillier 1999, scheme 1.
 *
 * @param encryptor - Whose private key will decrypt.
 * @throws VeilshareError VALUE_OUT_OF_RANGE for a value beyond `maxAbs`; BOUND_EXCEEDED for a bound beyond the slots.
 * @example
 * const layout = slotLayout(publicKey.bits, 1000n * 1_000_000n); // sums of up to 1000 vectors
 * const sealed = await encrypt(publicKey, [5n, -7n], { maxAbs: 1_000_000n, layout });
 */
export async function encrypt(
  encryptor: Encryptor,
  values: readonly bigint[],
  options: EncryptOptions,
): Promise<EncryptedVector> {
  checkOptions("encrypt", options, encryptRules);
  const { maxAbs, layout: given, ...work } = options;
  const publicKey = encryptor instanceof PaillierPublicKey ? encryptor : encryptor.publicKey;
  const layout = given ?? singleSlot(publicKey);
  checkLayout(publicKey, layout);
  checkValues("encrypt", values, maxAbs);
  const shape = { publicKey, layout, length: values.length, maxAbs };
  const plaintexts = packed(values, layout);
  const trivial = new EncryptedVector(
    shape,
    plaintexts.map((plaintext) => powerOfG(plaintext, publicKey)),
  );
  return randomised(encryptor, trivial, work);
}

/**
 * The values of an encrypted vector.
 *
 * **Security.** The holder learns all of the vector. Decrypting for others what they chose is not safe: Paillier
 * ciphertexts can be changed at will.
 *
 * @throws VeilshareError INVALID_ARGUMENT for another key's vector; VALUE_OUT_OF_RANGE when a value is beyond the
 * vector's bound or something stands outside the slots: a party encrypted what it must not.
 */
export async function decrypt(
  key: PaillierPrivateKey,
  vector: EncryptedVector,
  work: HeWork = {},
): Promise<bigint[]> {
  checkOptions("decrypt", work, workRules);
  checkSameKey("decrypt", key.publicKey, vector.publicKey);
  const { n } = key.publicKey;
  const residues = await key.residues(vector.ciphertexts, work);
  const plaintexts = residues.map((residue) => (2n * residue > n ? residue - n : residue));
  const values = unpacked(plaintexts, vector.length, vector.layout);
  if (values?.every((value) => value <= vector.maxAbs && value >= -vector.maxAbs) !== true) {
    throw new VeilshareError(
      "VALUE_OUT_OF_RANGE",
      "decrypt: expected values within the vector's bound, got others",
    );
  }
  return values;
}

/**
 * The element-wise sum of two vectors of one key and layout.
 *
 * @throws VeilshareError INVALID_ARGUMENT for vectors that do not fit; BOUND_EXCEEDED when a sum could outgrow its slot.
 */
export function add(a: EncryptedVector, b: EncryptedVector): EncryptedVector {
  checkSameKey("add", a.publicKey, b.publicKey);
  const fits =
    a.length === b.length && a.layout.slots === b.layout.slots && a.layout.slotBits === b.layout.slotBits;
  if (!fits) throw invalidArgument("add", "two vectors of one length and layout", "others");
  const { nSquared } = a.publicKey;
  const shape = { ...shapeOf(a), maxAbs: a.maxAbs + b.maxAbs };
  return new EncryptedVector(
    shape,
    a.ciphertexts.map((c, i) => (c * (b.ciphertexts[i] as bigint)) % nSquared), // one length and layout
  );
}

/**
 * Adds known values.
 *
 * @param maxAbs - The bound of the values.
 * @throws VeilshareError as {@link add}, and VALUE_OUT_OF_RANGE.
 */
export function addPlain(
  vector: EncryptedVector,
  values: readonly bigint[],
  maxAbs: bigint,
): EncryptedVector {
  checkValues("addPlain", values, maxAbs);
  const { publicKey, layout, length } = vector;
  if (values.length !== length) throw invalidArgument("addPlain", `${length} values`, String(values.length));
  const plaintexts = packed(values, layout).map((plaintext) => powerOfG(plaintext, publicKey));
  return add(vector, new EncryptedVector({ publicKey, layout, length, maxAbs }, plaintexts));
}

/**
 * Multiplies by known integers below 2^64 in size: all values by one, or, with one value a ciphertext, each by its own.
 *
 * **Security.** The result shows the factors to who knows the vector that went in and tries some: {@link rerandomise} it
 * before it is sent. The time depends on the factors.
 *
 * **Cost.** A power of 64 bits a ciphertext, at most.
 *
 * @param maxFactor - No factor is above this or below its negative; the vector's bound grows by it.
 * @throws VeilshareError INVALID_ARGUMENT for factors that do not fit; VALUE_OUT_OF_RANGE for one beyond `maxFactor`;
 * BOUND_EXCEEDED when a product could outgrow its slot.
 */
export async function multiplyPlain(
  vector: EncryptedVector,
  factors: bigint | readonly bigint[],
  maxFactor: bigint,
  work: HeWork = {},
): Promise<EncryptedVector> {
  checkOptions("multiplyPlain", work, workRules);
  checkArgument("multiplyPlain", "maxFactor", maxFactor, bigint());
  const { layout, ciphertexts, publicKey } = vector;
  const each = typeof factors === "bigint" ? ciphertexts.map(() => factors) : factors;
  if (typeof factors !== "bigint" && (layout.slots !== 1 || factors.length !== vector.length)) {
    throw invalidArgument(
      "multiplyPlain",
      "one factor, or one a value where each has a ciphertext",
      "others",
    );
  }
  if (maxFactor >= factorBound)
    throw invalidArgument("multiplyPlain", "maxFactor below 2^64", "a larger one");
  checkValues("multiplyPlain", each, maxFactor);
  const shape = { ...shapeOf(vector), maxAbs: vector.maxAbs * maxFactor };
  const unchanged = new EncryptedVector(shape, ciphertexts); // refuses the bound before any work is done
  const bases = await invertedWhere(
    unchanged.ciphertexts,
    (i) => (each[i] as bigint) < 0n,
    publicKey.nSquared,
  ); // a factor each
  const exponents = each.map((factor) => (factor < 0n ? -factor : factor));
  return new EncryptedVector(shape, await powersEachInPool(bases, exponents, publicKey.nSquared, work));
}

/**
 * The same values under fresh randomness: nobody but the key's holder sees where it comes from, and the holder sees
 * only the values.
 */
export function rerandomise(
  encryptor: Encryptor,
  vector: EncryptedVector,
  work: HeWork = {},
): Promise<EncryptedVector> {
  checkOptions("rerandomise", work, workRules);
  const publicKey = encryptor instanceof PaillierPublicKey ? encryptor : encryptor.publicKey;
  checkSameKey("rerandomise", publicKey, vector.publicKey);
  return randomised(encryptor, vector, work);
}

async function randomised(
  encryptor: Encryptor,
  vector: EncryptedVector,
  work: HeWork,
): Promise<EncryptedVector> {
  const { ciphertexts, publicKey } = vector;
  const count = ciphertexts.length;
  const randomisers = await (encryptor instanceof PrecomputedRandomisers
    ? encryptor.take(count, work)
    : freshRandomisers(encryptor, count, work));
  return new EncryptedVector(
    shapeOf(vector),
    ciphertexts.map((c, i) => (c * (randomisers[i] as bigint)) % publicKey.nSquared), // one each
  );
}

/** The integers, some of them inverted: all with one inversion, of their product (Montgomery's trick). */
async function invertedWhere(
  integers: readonly bigint[],
  isInverted: (index: number) => boolean,
  modulus: bigint,
): Promise<bigint[]> {
  const chosen = integers.map((_, i) => i).filter(isInverted);
  const results = [...integers];
  if (chosen.length === 0) return results;
  let product = 1n;
  const productsBefore = chosen.map((i) => {
    const before = product;
    product = (product * (integers[i] as bigint)) % modulus; // i is an index
    return before;
  });
  const { modInv } = await numberTheory();
  let inverse = modInv(product, modulus);
  for (let k = chosen.length - 1; k >= 0; k--) {
    const i = chosen[k] as number; // k < length of both
    results[i] = (inverse * (productsBefore[k] as bigint)) % modulus;
    inverse = (inverse * (integers[i] as bigint)) % modulus;
  }
  return results;
}

function shapeOf({ publicKey, layout, length, maxAbs }: EncryptedVector): EncryptedVectorShape {
  return { publicKey, layout, length, maxAbs };
}

/** (1 + n)^m = 1 + m n modulo n^2, for an m of any sign. */
function powerOfG(plaintext: bigint, { n, nSquared }: PaillierPublicKey): bigint {
  const residue = plaintext % n;
  return (1n + (residue < 0n ? residue + n : residue) * n) % nSquared;
}

function singleSlot(publicKey: PaillierPublicKey): SlotLayout {
  return { slots: 1, slotBits: publicKey.bits - 1 };
}

function checkLayout({ bits }: PaillierPublicKey, { slots, slotBits }: SlotLayout): void {
  if (
    !Number.isInteger(slots) ||
    !Number.isInteger(slotBits) ||
    slots < 1 ||
    slotBits < 1 ||
    slots * slotBits > bits - 1
  ) {
    throw invalidArgument("encrypt", `slots of ${bits - 1} bits together`, `${slots} of ${slotBits}`);
  }
}

function checkValues(caller: string, values: readonly bigint[], maxAbs: bigint): void {
  if (typeof maxAbs !== "bigint" || maxAbs < 0n) {
    throw invalidArgument(caller, "the bound as a bigint of at least 0", "another");
  }
  for (const [i, value] of values.entries()) {
    if (typeof value === "bigint" && value <= maxAbs && value >= -maxAbs) continue;
    const text = `${caller}: expected integers within the declared bound, got another at position ${i}`;
    throw new VeilshareError("VALUE_OUT_OF_RANGE", text, { field: `values[${i}]` });
  }
}

function checkSameKey(caller: string, a: PaillierPublicKey, b: PaillierPublicKey): void {
  if (a.n !== b.n) throw invalidArgument(caller, "vectors of one key", "of another");
}
