/**
 * XofTurboShake128: the extendable output function from which shares, challenges and seeds are drawn.
 *
 * **Source.** draft-irtf-cfrg-vdaf-18, section 6.2; TurboSHAKE128 is RFC 9861, section 2.2.
 */

import { turboshake128 } from "@noble/hashes/sha3-addons.js";
import {
  elementCount,
  zeroVector,
  type FieldVector,
  type VectorField,
  type VectorFieldParameters,
} from "../field/vector-field.js";

/** Bytes of a seed. */
export const seedBytes = 32;

/** The domain byte that the draft gives TurboSHAKE128. */
export const turboShakeDomain = 1;

/** Bytes of output that are drawn at once; a multiple of both element sizes. */
const blockBytes = 4096;

/** What an output depends on. */
export interface XofInput {
  /** 32 bytes. */
  readonly seed: Uint8Array;
  /** Domain separation tag: fewer than 65,536 bytes. */
  readonly tag: Uint8Array;
  /** What else the output is bound to, end to end. */
  readonly binder: readonly Uint8Array[];
}

/** Draws bytes and field elements. */
export interface Xof {
  /** The first 32 bytes of output. */
  deriveSeed(input: XofInput): Uint8Array;
  /** `length` uniform elements: as much output as it takes, values of the modulus or more left out. */
  expandIntoVector(field: VectorField, length: number, input: XofInput): FieldVector;
}

/** The function's input ahead of the binder: the tag with a 16-bit length, the seed with an 8-bit one. */
export function xofPrefix({ tag, seed }: XofInput): Uint8Array {
  const prefix = new Uint8Array(2 + tag.length + 1 + seed.length);
  prefix[0] = tag.length & 0xff;
  prefix[1] = tag.length >> 8;
  prefix.set(tag, 2);
  prefix[2 + tag.length] = seed.length;
  prefix.set(seed, 2 + tag.length + 1);
  return prefix;
}

/** The implementation on @noble/hashes. */
export const referenceXof: Xof = {
  deriveSeed: (input) => absorb(input).xof(seedBytes),
  expandIntoVector: (field, length, input) => {
    const source = absorb(input);
    const vector = zeroVector(field, length);
    let filled = 0;
    while (filled < length) filled += acceptElements(field, source.xof(blockBytes), vector, filled);
    return vector;
  },
};

function absorb(input: XofInput): ReturnType<typeof turboshake128.create> {
  const hash = turboshake128.create({ D: turboShakeDomain }).update(xofPrefix(input));
  for (const part of input.binder) hash.update(part);
  return hash;
}

/** Copies what is below the modulus behind what the vector holds already; gives how many elements that were. */
function acceptElements(
  field: VectorFieldParameters,
  block: Uint8Array,
  vector: FieldVector,
  filled: number,
): number {
  const { elementBytes } = field;
  const room = elementCount(field, vector) - filled;
  const view = new DataView(block.buffer, block.byteOffset, block.byteLength);
  let accepted = 0;
  for (let at = 0; at < block.length && accepted < room; at += elementBytes) {
    if (!isCanonical(field, view, at)) continue;
    vector.set(block.subarray(at, at + elementBytes), (filled + accepted) * elementBytes);
    accepted++;
  }
  return accepted;
}

/** Compares by 32-bit limbs: the moduli are 2^64 - 2^32 + 1 and 2^128 - 28 * 2^64 + 1. */
function isCanonical(field: VectorFieldParameters, view: DataView, at: number): boolean {
  const [low, high] = field.elementBytes === 8 ? [at, at + 4] : [at, at + 8];
  if (field.elementBytes === 8) {
    return view.getUint32(high, true) < 0xffff_ffff || view.getUint32(low, true) === 0;
  }
  const topIsFull = view.getUint32(high + 4, true) === 0xffff_ffff;
  const third = view.getUint32(high, true);
  if (!topIsFull || third < 0xffff_ffe4) return true;
  return third === 0xffff_ffe4 && view.getUint32(low, true) === 0 && view.getUint32(low + 4, true) === 0;
}
