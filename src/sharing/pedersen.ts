/**
 * Pedersen commitments to vectors of integers over ristretto255: for values v_1 to v_m and a random blinding r,
 *
 *     C = v_1 G_1 + ... + v_m G_m + r B,
 *
 * with B the group's generator and G_j hashed to the group from a public tag and j, so that nobody knows a relation
 * between them. The sum of commitments is a commitment to the sum of the vectors, with the sum of the blindings: who
 * publishes a total and that sum of blindings lets everyone check that every committed vector, his own among them, is
 * in the total, and nothing else.
 *
 * **Security.** Perfectly hiding: C says nothing about the vector, however short the list of possible values. Binding
 * under discrete logarithm in ristretto255: who can open a commitment to two vectors knows a relation between the
 * generators. A commitment proves nothing about the range of a value. Secrets are multiplied on the kernel where there is
 * one; the sum of the products may take time that depends on them.
 * **Source.** Pedersen, "Non-Interactive and Information-Theoretic Secure Verifiable Secret Sharing", CRYPTO 1991;
 * generators: RFC 9380, appendix B.
 */

import { wipe } from "../bytes/wipe.js";
import { byteRowsFromTexts } from "../bytes/byte-rows.js";
import { concatBytes, copyBytes, equalBytes } from "../bytes/encoding.js";
import { printAsRedacted } from "../bytes/redacted.js";
import { invalidArgument, VeilshareError } from "../errors.js";
import { ristretto255Scalars } from "../field/prime-field.js";
import { elementBytes } from "../group/backend.js";
import {
  decodeCheck,
  hashToGroup,
  linearCombinationVartime,
  multiplyBase,
  multiplyEach,
} from "../group/ristretto255.js";
import { checkScalar, decodeScalar, encodeScalar, randomScalar } from "../group/scalars.js";
import type { RandomSource } from "../random/csprng.js";

/** Largest number of values in one vector. */
export const maxPedersenLength = 65_536;

const dst = "veilshare pedersen v1 ristretto255_XMD:SHA-512_R255MAP_RO_";

/** Makes every scalar positive, and so never zero, whatever the value: what it adds is public and is taken off. */
const shift = 2n ** 64n;

/** What opens a commitment: confidential as long as the vector is. Prints as redacted. */
export class PedersenOpening {
  static {
    printAsRedacted(this);
  }

  readonly #values: BigInt64Array;
  readonly #blinding: Uint8Array;

  /**
   * @param blinding - A canonical scalar, 32 bytes.
   * @throws VeilshareError INVALID_ARGUMENT for one that is not.
   */
  constructor(values: BigInt64Array, blinding: Uint8Array) {
    checkScalar("PedersenOpening", blinding, "allow");
    this.#values = values.slice();
    this.#blinding = copyBytes(blinding);
  }

  /** The vector. */
  values(): BigInt64Array {
    return this.#values.slice();
  }

  /** The blinding scalar, 32 bytes. */
  blinding(): Uint8Array {
    return this.#blinding.slice();
  }
}

/** A commitment, 32 bytes that may be published, and what opens it. */
export interface PedersenCommitting {
  readonly commitment: Uint8Array;
  readonly opening: PedersenOpening;
}

/**
 * Commits to a vector.
 *
 * @param values - Any signed 64-bit integers, at most 65,536.
 * @param tag - Names what the vector is of; commitments under different tags, and to vectors of different lengths, have
 *   nothing in common.
 * @param random - Where the blinding comes from; other than the default only to replay.
 * @throws VeilshareError INVALID_ARGUMENT for a longer vector.
 *
 * **Cost.** A hash to the group and a multiplication for each value.
 */
export function pedersenCommit(
  values: BigInt64Array,
  tag: string,
  random?: RandomSource,
): PedersenCommitting {
  checkLength("pedersenCommit", values.length);
  const blinding = randomScalar(random);
  const opening = new PedersenOpening(values, blinding);
  wipe(blinding);
  return { commitment: commitmentTo("pedersenCommit", opening, tag), opening };
}

/** True if an opening, for which the caller may know vector and blinding only as sums, opens a commitment. */
export function pedersenOpens(commitment: Uint8Array, opening: PedersenOpening, tag: string): boolean {
  return equalBytes(commitment, commitmentTo("pedersenOpens", opening, tag));
}

/**
 * The sum of commitments: the commitment to the sum of their vectors.
 *
 * @param commitments - n x 32 bytes.
 * @throws VeilshareError INVALID_ARGUMENT, with field `elements[i]`, for an encoding that is no group element.
 */
export function sumPedersenCommitments(commitments: Uint8Array): Uint8Array {
  decodeCheck(commitments, { identity: "allow" });
  return linearCombinationVartime(ones(commitments.length / elementBytes), commitments);
}

/**
 * The sum of blindings modulo the group order.
 *
 * @throws VeilshareError INVALID_ARGUMENT for one that is no canonical scalar.
 */
export function sumPedersenBlindings(blindings: Iterable<Uint8Array>): Uint8Array {
  let sum = 0n;
  for (const blinding of blindings) {
    sum = ristretto255Scalars.add(sum, decodeScalar("sumPedersenBlindings", blinding));
  }
  return encodeScalar(sum);
}

/**
 * Splits a blinding into random scalars that sum to it: any of them but one say nothing.
 *
 * @param parts - 2 or more.
 */
export function splitPedersenBlinding(
  blinding: Uint8Array,
  parts: number,
  random?: RandomSource,
): Uint8Array[] {
  if (!Number.isInteger(parts) || parts < 2) {
    throw invalidArgument("splitPedersenBlinding", "at least 2 parts", String(parts));
  }
  const field = ristretto255Scalars;
  let rest = decodeScalar("splitPedersenBlinding", blinding);
  const shares = Array.from({ length: parts - 1 }, () => {
    const share = field.random(random);
    rest = field.subtract(rest, share);
    return encodeScalar(share);
  });
  return [...shares, encodeScalar(rest)];
}

function commitmentTo(caller: string, opening: PedersenOpening, tag: string): Uint8Array {
  const values = opening.values();
  checkLength(caller, values.length);
  const blinding = opening.blinding();
  const blinded = multiplyBase(blinding);
  wipe(blinding);
  if (values.length === 0) return blinded;
  const generators = vectorGenerators(values.length, tag);
  const scalars = concatBytes(...Array.from(values, (value) => encodeScalar(value + shift)));
  const products = multiplyEach(generators, scalars);
  wipe(scalars, values);
  const unshift = encodeScalar(ristretto255Scalars.reduce(-shift));
  const correction = linearCombinationVartime(repeated(unshift, values.length), generators);
  return linearCombinationVartime(ones(values.length + 2), concatBytes(products, correction, blinded));
}

/** G_1 to G_m: they depend on the length, so that a vector is never taken for the beginning of a longer one. */
function vectorGenerators(length: number, tag: string): Uint8Array {
  const names = Array.from({ length }, (_, j) => `${length}/${j}/${tag}`);
  return hashToGroup(byteRowsFromTexts(names), dst);
}

function ones(count: number): Uint8Array {
  return repeated(encodeScalar(1n), count);
}

function repeated(scalar: Uint8Array, count: number): Uint8Array {
  const scalars = new Uint8Array(scalar.length * count);
  for (let i = 0; i < count; i++) scalars.set(scalar, i * scalar.length);
  return scalars;
}

function checkLength(caller: string, length: number): void {
  if (length <= maxPedersenLength) return;
  const text = `${caller}: expected at most ${maxPedersenLength} values, got ${length}`;
  throw new VeilshareError("INVALID_ARGUMENT", text, { field: "values" });
}
