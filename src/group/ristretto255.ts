/**
 * The batch arithmetic of {@link Group} as functions, on the best implementation that the platform can run. Each is
 * documented there.
 */

import type { ByteRows } from "../bytes/byte-rows.js";
import { createGroup, type DecodeOptions, type Group } from "./group.js";

/** This thread's group: made at first use, as compiling the kernel is not for import time, then never changed. */
let shared: Group | undefined;

/** The group that the functions of this module, the OPRF modes and the pool's jobs use: one a thread, `auto`. */
export function defaultGroup(): Group {
  shared ??= createGroup();
  return shared;
}

/** {@link Group.hashToGroup} on the default group. */
export function hashToGroup(rows: ByteRows, dst: string): Uint8Array {
  return defaultGroup().hashToGroup(rows, dst);
}

/** {@link Group.hashToScalars} on the default group. */
export function hashToScalars(rows: ByteRows, dst: string): Uint8Array {
  return defaultGroup().hashToScalars(rows, dst);
}

/** {@link Group.hashAndMultiply} on the default group. */
export function hashAndMultiply(rows: ByteRows, dst: string, scalar: Uint8Array): Uint8Array {
  return defaultGroup().hashAndMultiply(rows, dst, scalar);
}

/** {@link Group.multiply} on the default group. */
export function multiply(elements: Uint8Array, scalar: Uint8Array, options?: DecodeOptions): Uint8Array {
  return defaultGroup().multiply(elements, scalar, options);
}

/** {@link Group.multiplyEach} on the default group. */
export function multiplyEach(elements: Uint8Array, scalars: Uint8Array, options?: DecodeOptions): Uint8Array {
  return defaultGroup().multiplyEach(elements, scalars, options);
}

/** {@link Group.multiplyBase} on the default group. */
export function multiplyBase(scalars: Uint8Array): Uint8Array {
  return defaultGroup().multiplyBase(scalars);
}

/** {@link Group.addEach} on the default group. */
export function addEach(elements: Uint8Array, others: Uint8Array): Uint8Array {
  return defaultGroup().addEach(elements, others);
}

/** {@link Group.subtractEach} on the default group. */
export function subtractEach(elements: Uint8Array, others: Uint8Array): Uint8Array {
  return defaultGroup().subtractEach(elements, others);
}

/** {@link Group.linearCombinationVartime} on the default group. */
export function linearCombinationVartime(scalars: Uint8Array, elements: Uint8Array): Uint8Array {
  return defaultGroup().linearCombinationVartime(scalars, elements);
}

/** {@link Group.firstInvalidElement} on the default group. */
export function firstInvalidElement(elements: Uint8Array, options?: DecodeOptions): number {
  return defaultGroup().firstInvalidElement(elements, options);
}

/** {@link Group.decodeCheck} on the default group. */
export function decodeCheck(elements: Uint8Array, options?: DecodeOptions): void {
  defaultGroup().decodeCheck(elements, options);
}
