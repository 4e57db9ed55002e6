/**
 * What an implementation of the group's batch arithmetic offers. `group.ts` checks every length before it calls one,
 * so that an implementation only does arithmetic; which one runs is decided there, in one place.
 */

import type { ByteRows } from "../bytes/byte-rows.js";
import { VeilshareError } from "../errors.js";

/** Bytes of an encoded element. */
export const elementBytes = 32;

/** Bytes of an expanded message: enough to be uniform modulo the group order. */
export const uniformBytes = 64;

/** What a decoder makes of the identity: a valid element, or an attack on the step that reads it. */
export type IdentityRule = "allow" | "refuse";

/** Batched arithmetic; elements and scalars are flat arrays of 32-byte encodings. */
export interface GroupBackend {
  /** expand_message_xmd with SHA-512 and a tag of 1 byte or more: 64 uniform bytes a row. */
  expandMessages(rows: ByteRows, dst: Uint8Array): Uint8Array;
  /** Row by row hash_to_ristretto255 with a domain separation tag of 1 byte or more. */
  hashToGroup(rows: ByteRows, dst: Uint8Array): Uint8Array;
  /** {@link hashToGroup}, each row multiplied by one non-zero scalar. */
  hashAndMultiply(rows: ByteRows, dst: Uint8Array, scalar: Uint8Array): Uint8Array;
  /**
   * Element i times scalar i, or times the only scalar where `scalars` holds one. Scalars are not zero.
   *
   * @throws VeilshareError by {@link invalidElement} for the first element that is refused.
   */
  multiply(elements: Uint8Array, scalars: Uint8Array, identity: IdentityRule): Uint8Array;
  /** The generator times each scalar; a zero gives the identity. */
  multiplyBase(scalars: Uint8Array): Uint8Array;
  /** The sum of scalar i times element i, in time that depends on both. */
  linearCombinationVartime(scalars: Uint8Array, elements: Uint8Array): Uint8Array;
  /**
   * Element i plus other i, or minus it. The identity is allowed.
   *
   * @throws VeilshareError by {@link invalidElement} for the first row with an element that is refused.
   */
  addEach(elements: Uint8Array, others: Uint8Array, subtracting: boolean): Uint8Array;
  /** The first row that is refused, or -1. */
  firstInvalidElement(elements: Uint8Array, identity: IdentityRule): number;
}

const elementField = /^elements\[(\d+)\]$/;

/** The error for element `row` of a batch. */
export function invalidElement(caller: string, row: number, identity: IdentityRule): VeilshareError {
  const expected =
    identity === "allow"
      ? "a canonical ristretto255 encoding"
      : "a canonical ristretto255 encoding, not the identity";
  const got = `another in row ${row}`;
  const message = `${caller}: expected ${expected}, got ${got}`;
  return new VeilshareError("INVALID_ARGUMENT", message, { field: `elements[${row}]`, expected, got });
}

/**
 * The row of the element that an error of this module is about, or undefined for any other error. Who multiplies
 * elements that a party sent turns such an error into PEER_MALFORMED with the party's name; the field survives the way
 * from a worker.
 */
export function invalidElementRow(error: unknown): number | undefined {
  if (!(error instanceof VeilshareError) || error.code !== "INVALID_ARGUMENT") return undefined;
  const row = elementField.exec(error.field ?? "")?.[1];
  return row === undefined ? undefined : Number(row);
}
