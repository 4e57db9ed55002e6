/**
 * The prime-order group ristretto255 (RFC 9496) in batches. Elements are 32-byte encodings in one flat array, so that
 * a million of them are one allocation; scalars are 32 bytes, little-endian, canonical.
 *
 * Errors are INVALID_ARGUMENT with `field` = `elements[i]` where element i is refused; {@link invalidElementRow} reads
 * it, and a protocol that got the elements from a party blames that party.
 */

import { checkByteRows, type ByteRows } from "../bytes/byte-rows.js";
import { utf8ToBytes } from "../bytes/encoding.js";
import { invalidArgument } from "../errors.js";
import { elementBytes, invalidElement, type GroupBackend, type IdentityRule } from "./backend.js";
import { createKernelBackend } from "./kernel-backend.js";
import { referenceBackend } from "./reference-backend.js";
import { scalarBytes } from "./scalars.js";

let chosen: GroupBackend | undefined;

/** The one place that decides which implementation runs: the kernel where the platform can, chosen at first use. */
function backend(): GroupBackend {
  chosen ??= createKernelBackend() ?? referenceBackend;
  return chosen;
}

/** How a decoder treats the identity element. */
export interface DecodeOptions {
  /** Default: refuse. A product with the identity tells nothing, which is how a cheat learns what it should not. */
  readonly identity?: IdentityRule;
}

/**
 * Hashes each row to an element: hash_to_ristretto255 with expand_message_xmd and SHA-512.
 *
 * **Source.** RFC 9380, appendix B and section 5.3.1; RFC 9496, section 4.3.4.
 *
 * @param dst - Domain separation tag, UTF-8: 1 byte or more; above 255 bytes it is hashed as RFC 9380, section 5.3.3
 * says. Each protocol and version has its own.
 * @returns n x 32 bytes.
 * @throws VeilshareError INVALID_ARGUMENT for an empty tag.
 */
export function hashToGroup(rows: ByteRows, dst: string): Uint8Array {
  checkByteRows("hashToGroup", rows);
  return backend().hashToGroup(rows, tagBytes("hashToGroup", dst));
}

/**
 * Hashes each row to an element and multiplies all by one scalar.
 *
 * **Cost.** Saves one encoding and one decoding a row over {@link hashToGroup} and {@link multiply}.
 *
 * @returns n x 32 bytes.
 * @throws VeilshareError INVALID_ARGUMENT for an empty tag or a scalar that is zero or not canonical.
 */
export function hashAndMultiply(rows: ByteRows, dst: string, scalar: Uint8Array): Uint8Array {
  checkByteRows("hashAndMultiply", rows);
  return backend().hashAndMultiply(rows, tagBytes("hashAndMultiply", dst), scalar);
}

/**
 * Multiplies every element by one scalar: decode, multiply, encode.
 *
 * **Security.** Not constant-time in the scalar (SECURITY.md); use a fresh one a session.
 *
 * @param elements - n x 32 bytes.
 * @returns n x 32 bytes.
 * @throws VeilshareError INVALID_ARGUMENT with field `elements[i]` for the first element that is no canonical encoding,
 * or the identity unless it is allowed; with field `scalar` for a scalar that is zero or not canonical.
 */
export function multiply(elements: Uint8Array, scalar: Uint8Array, options: DecodeOptions = {}): Uint8Array {
  checkElementLength("multiply", elements);
  if (scalar.length !== scalarBytes)
    throw invalidArgument("multiply", "one scalar", `${scalar.length} bytes`);
  return backend().multiply(elements, scalar, options.identity ?? "refuse");
}

/**
 * Multiplies element i by scalar i.
 *
 * @param elements - n x 32 bytes.
 * @param scalars - n x 32 bytes.
 * @throws VeilshareError INVALID_ARGUMENT as {@link multiply}, and where the counts differ.
 */
export function multiplyEach(
  elements: Uint8Array,
  scalars: Uint8Array,
  options: DecodeOptions = {},
): Uint8Array {
  checkElementLength("multiplyEach", elements);
  checkCounts("multiplyEach", elements, scalars);
  return backend().multiply(elements, scalars, options.identity ?? "refuse");
}

/**
 * Multiplies the generator by each scalar; zero gives the identity.
 *
 * @param scalars - n x 32 bytes.
 * @returns n x 32 bytes.
 * @throws VeilshareError INVALID_ARGUMENT for a scalar that is not canonical.
 */
export function multiplyBase(scalars: Uint8Array): Uint8Array {
  if (scalars.length % scalarBytes !== 0) {
    throw invalidArgument("multiplyBase", "a multiple of 32 bytes", `${scalars.length} bytes`);
  }
  return backend().multiplyBase(scalars);
}

/**
 * The sum of scalar i times element i; zero scalars and the identity are allowed.
 *
 * **Security.** The time depends on scalars and elements: for public values only.
 *
 * @throws VeilshareError INVALID_ARGUMENT as {@link multiplyEach}.
 */
export function linearCombinationVartime(scalars: Uint8Array, elements: Uint8Array): Uint8Array {
  checkElementLength("linearCombinationVartime", elements);
  checkCounts("linearCombinationVartime", elements, scalars);
  return backend().linearCombinationVartime(scalars, elements);
}

/** The row of the first element that is no canonical encoding, or the identity unless allowed; -1 if all are good. */
export function firstInvalidElement(elements: Uint8Array, options: DecodeOptions = {}): number {
  checkElementLength("firstInvalidElement", elements);
  return backend().firstInvalidElement(elements, options.identity ?? "refuse");
}

/**
 * Refuses a batch with an element that is no canonical encoding, or the identity unless allowed.
 *
 * @throws VeilshareError INVALID_ARGUMENT with field `elements[i]` for the first such element.
 */
export function decodeCheck(elements: Uint8Array, options: DecodeOptions = {}): void {
  const row = firstInvalidElement(elements, options);
  if (row >= 0) throw invalidElement("decodeCheck", row, options.identity ?? "refuse");
}

function tagBytes(caller: string, dst: string): Uint8Array {
  const bytes = utf8ToBytes(dst);
  if (bytes.length === 0) throw invalidArgument(caller, "a domain separation tag", "an empty one");
  return bytes;
}

function checkElementLength(caller: string, elements: Uint8Array): void {
  if (elements.length % elementBytes !== 0) {
    throw invalidArgument(caller, "a multiple of 32 bytes", `${elements.length} bytes`);
  }
}

function checkCounts(caller: string, elements: Uint8Array, scalars: Uint8Array): void {
  if (scalars.length !== elements.length) {
    const got = `${scalars.length} bytes of scalars for ${elements.length / elementBytes} elements`;
    throw invalidArgument(caller, "one scalar of 32 bytes an element", got);
  }
}
