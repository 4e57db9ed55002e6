/**
 * The oblivious pseudorandom function OPRF(ristretto255, SHA-512) in batches. A client learns F(key, input) for its
 * inputs; the server learns neither inputs nor outputs.
 *
 *     client                            server
 *     request = blind(inputs)
 *             -- request.blinded -->
 *                                       evaluated = evaluate(key, blinded)
 *             <-- evaluated --
 *     outputs = request.finalize(evaluated)
 *
 * **Security.** Two parties. The client's inputs are hidden unconditionally (each blind is uniform and used once). A
 * malicious client learns one output a request element, of its choice; a malicious server can evaluate under another
 * key unnoticed: where that matters, use `voprf`. The server's key is used for every request, so whoever can time the
 * server measures multiplications with one secret: see SECURITY.md.
 * **Source.** RFC 9497, section 3.3.1.
 */

import { checkByteRows, rowCount, sliceRows, type ByteRows } from "../bytes/byte-rows.js";
import { printAsRedacted } from "../bytes/redacted.js";
import { wipe } from "../bytes/wipe.js";
import { randomBytes, type RandomSource } from "../random/csprng.js";
import {
  blindInputs,
  deriveKeyOf,
  hashInputs,
  hashOutputs,
  unblind,
  type OprfKey,
  type OprfMode,
} from "./oprf-suite.js";
import { multiply } from "./ristretto255.js";

export { generateKey, OprfKey, oprfOutputBytes } from "./oprf-suite.js";

const mode: OprfMode = "oprf";

/** The key of a 32-byte secret seed and a public info (DeriveKeyPair). */
export function deriveKey(seed: Uint8Array, info: Uint8Array): OprfKey {
  return deriveKeyOf(mode, seed, info);
}

/** A client's blinded inputs: sends `blinded`, keeps the rest. Prints as redacted. */
export class OprfRequest {
  static {
    printAsRedacted(this);
  }

  readonly #inputs: ByteRows;
  readonly #blinds: Uint8Array;
  readonly #blinded: Uint8Array;

  /** Use {@link blind}. */
  constructor(inputs: ByteRows, random: RandomSource) {
    checkByteRows("blind", inputs);
    const { blinds, blinded } = blindInputs(mode, inputs, random);
    this.#inputs = sliceRows(inputs, 0, rowCount(inputs));
    this.#blinds = blinds;
    this.#blinded = blinded;
  }

  /** n x 32 bytes, for the server. */
  get blinded(): Uint8Array {
    return this.#blinded.slice();
  }

  /**
   * The outputs for the inputs, in their order.
   *
   * @param evaluated - n x 32 bytes, the server's answer.
   * @returns n x 64 bytes.
   * @throws VeilshareError INVALID_ARGUMENT for another count, or with field `elements[i]` for a bad element.
   */
  finalize(evaluated: Uint8Array): Uint8Array {
    return hashOutputs(this.#inputs, unblind(evaluated, this.#blinds));
  }

  /** Overwrites inputs and blinds; there are no outputs to be had afterwards. */
  wipe(): void {
    wipe(this.#inputs.bytes, this.#blinds);
  }
}

/**
 * Blinds inputs.
 *
 * @param inputs - Rows of at most 65,535 bytes.
 * @param random - Asked for 64 bytes a row; see `randomScalar`.
 * @throws VeilshareError INVALID_ARGUMENT for a longer row.
 */
export function blind(inputs: ByteRows, random: RandomSource = randomBytes): OprfRequest {
  return new OprfRequest(inputs, random);
}

/**
 * The server's step: multiplies each element by the key.
 *
 * @param blinded - n x 32 bytes from the client.
 * @returns n x 32 bytes.
 * @throws VeilshareError INVALID_ARGUMENT with field `elements[i]` for a bad element or the identity.
 */
export function evaluate(key: OprfKey, blinded: Uint8Array): Uint8Array {
  const secret = key.secretBytes();
  const evaluated = multiply(blinded, secret);
  wipe(secret);
  return evaluated;
}

/** The outputs for inputs of the server's own, without a client (Evaluate). */
export function evaluateInputs(key: OprfKey, inputs: ByteRows): Uint8Array {
  checkByteRows("evaluateInputs", inputs);
  const secret = key.secretBytes();
  const outputs = hashOutputs(inputs, multiply(hashInputs(mode, inputs), secret));
  wipe(secret);
  return outputs;
}
