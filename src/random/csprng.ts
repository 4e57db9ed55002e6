/**
 * The one source of fresh randomness: the platform's `crypto.getRandomValues`.
 */

import { wipe } from "../bytes/wipe.js";
import { invalidArgument, VeilshareError } from "../errors.js";

/** getRandomValues refuses more than this at once (WebCrypto, section 10.1.1). */
const maxBytesPerCall = 65_536;

/**
 * Where a function that draws randomness takes it from. The default is always {@link randomBytes}; tests replay
 * published vectors with another. Each call gives an array of its own, which is overwritten with zeros when it has
 * served.
 */
export type RandomSource = (byteLength: number) => Uint8Array;

/**
 * Fresh random bytes from the platform's generator.
 *
 * @param byteLength - How many, 0 or more.
 * @throws VeilshareError INVALID_ARGUMENT for any other number; UNSUPPORTED where the platform has no `crypto.getRandomValues`.
 */
export function randomBytes(byteLength: number): Uint8Array {
  checkCount("randomBytes", byteLength);
  const bytes = new Uint8Array(byteLength);
  fill(bytes);
  return bytes;
}

/** A vector of `length` fresh uniform 64-bit words. */
export function randomWords(length: number): BigUint64Array {
  checkCount("randomWords", length);
  const words = new BigUint64Array(length);
  fill(new Uint8Array(words.buffer));
  return words;
}

/**
 * Draws from a source that may not be ours.
 *
 * @throws VeilshareError INVALID_ARGUMENT when it does not give the bytes it was asked for: fewer would be a weak secret.
 */
export function drawBytes(random: RandomSource, byteLength: number): Uint8Array {
  const bytes = random(byteLength);
  if (bytes.length !== byteLength) {
    throw invalidArgument("random", `a source that gives ${byteLength} bytes`, `${bytes.length} bytes`);
  }
  return bytes;
}

/**
 * Draws bytes that are kept: a copy, so that the source's array can be overwritten at once as all others are.
 *
 * @throws VeilshareError as {@link drawBytes}.
 */
export function keepBytes(random: RandomSource, byteLength: number): Uint8Array {
  const drawn = drawBytes(random, byteLength);
  const kept = drawn.slice();
  wipe(drawn);
  return kept;
}

/**
 * Refuses a count that is no integer of 0 or more. A typed array would take NaN for 0, and secrets would be empty.
 *
 * @throws VeilshareError INVALID_ARGUMENT.
 */
export function checkCount(caller: string, count: number): void {
  if (!Number.isSafeInteger(count) || count < 0) {
    throw invalidArgument(caller, "an integer of 0 or more", String(count));
  }
}

function fill(bytes: Uint8Array<ArrayBuffer>): void {
  // The type says that `crypto` is always there; old or embedded engines differ.
  const platform = globalThis.crypto as Crypto | undefined;
  if (typeof platform?.getRandomValues !== "function") {
    throw new VeilshareError("UNSUPPORTED", "randomBytes: this platform has no crypto.getRandomValues");
  }
  for (let start = 0; start < bytes.length; start += maxBytesPerCall) {
    platform.getRandomValues(bytes.subarray(start, start + maxBytesPerCall));
  }
}
