/**
 * Byte strings as field elements: the bytes, one 0x80, zeros up to a whole number of chunks, each chunk one byte
 * shorter than makes every value an element. One encoding for each byte string, and no other is accepted.
 */

import { invalidArgument } from "../errors.js";
import { integerFromBytes, bytesFromInteger, type PrimeField } from "../field/prime-field.js";

const endMark = 0x80;

/** Bytes that one element holds, whatever they are. */
function chunkBytes(field: PrimeField): number {
  const chunk = Math.floor((field.order.toString(2).length - 1) / 8);
  if (chunk === 0)
    throw invalidArgument("shamir", "a field of at least 257 elements for bytes", "a smaller one");
  return chunk;
}

/** The field elements of a byte string of any length. */
export function elementsFromBytes(bytes: Uint8Array, field: PrimeField): bigint[] {
  const chunk = chunkBytes(field);
  const count = Math.ceil((bytes.length + 1) / chunk);
  const padded = new Uint8Array(count * chunk);
  padded.set(bytes);
  padded[bytes.length] = endMark;
  return Array.from({ length: count }, (_, i) =>
    integerFromBytes(padded.subarray(i * chunk, (i + 1) * chunk)),
  );
}

/**
 * The byte string of field elements.
 *
 * @throws VeilshareError INVALID_ARGUMENT for elements that {@link elementsFromBytes} does not give.
 */
export function bytesFromElements(elements: readonly bigint[], field: PrimeField): Uint8Array {
  const chunk = chunkBytes(field);
  const padded = new Uint8Array(elements.length * chunk);
  for (const [i, element] of elements.entries()) {
    if (element >= 1n << BigInt(8 * chunk)) throw notBytes();
    padded.set(bytesFromInteger(element, chunk), i * chunk);
  }
  let end = padded.length - 1;
  while (end > padded.length - chunk && padded[end] === 0) end -= 1;
  if (padded[end] !== endMark) throw notBytes();
  return padded.slice(0, end);
}

function notBytes(): Error {
  return invalidArgument("combineBytes", "shares of a byte string", "shares of other field elements");
}
