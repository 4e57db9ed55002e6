/** What goes in and out of the steps of Prio3, and the checks of its form. */

import { VeilshareError } from "../errors.js";
import type { RandomSource } from "../random/csprng.js";
import type { InputShare, VerifierState } from "./secrets.js";

/** Bytes of the public random name of a report, which also goes into its challenges. */
export const nonceBytes = 16;

/** Bytes of the key that the aggregators share and no client may know. */
export const verifyKeyBytes = 32;

/** Input of `Prio3.shard`. */
export interface ShardInput<Measurement> {
  /** Names the application; the same at clients and aggregators. */
  readonly context: Uint8Array;
  readonly measurement: Measurement;
  /** 16 bytes that are never used twice; default fresh random ones. */
  readonly nonce?: Uint8Array;
  /** Asked once for `sizes.randBytes` bytes, after 16 for the nonce if none is given. */
  readonly random?: RandomSource;
}

/** A client's report. */
export interface Report {
  readonly nonce: Uint8Array;
  /** For all aggregators. */
  readonly publicShare: Uint8Array;
  /** One an aggregator, secret from everyone else. */
  readonly inputShares: readonly InputShare[];
}

/** Input of `Prio3.verifyInit`. */
export interface VerifyInput {
  readonly verifyKey: Uint8Array;
  readonly context: Uint8Array;
  readonly nonce: Uint8Array;
  readonly publicShare: Uint8Array;
  readonly inputShare: InputShare;
}

/** An aggregator's first step. */
export interface VerifyStart {
  readonly state: VerifierState;
  /** For the aggregator that combines them. */
  readonly verifierShare: Uint8Array;
}

/**
 * Refuses another length.
 *
 * @throws VeilshareError INVALID_ARGUMENT that names the message.
 */
export function checkBytes(step: string, field: string, bytes: unknown, byteLength: number): void {
  if (bytes instanceof Uint8Array && bytes.length === byteLength) return;
  const expected = `${byteLength} bytes`;
  const got = bytes instanceof Uint8Array ? `${bytes.length} bytes` : typeof bytes;
  const text = `prio3.${step}: ${field}: expected ${expected}, got ${got}`;
  throw new VeilshareError("INVALID_ARGUMENT", text, { field, expected, got });
}

/** The error for a report that does not pass a check; `field` says which. */
export function refused(step: string, field: string, expected: string): VeilshareError {
  const text = `prio3.${step}: expected ${expected}, got another; the report is refused`;
  return new VeilshareError("PEER_MALFORMED", text, { step, field, expected });
}
