/**
 * The verifiable oblivious pseudorandom function VOPRF(ristretto255, SHA-512) in batches: as `oprf`, and the server
 * proves for each batch that it used the key whose public part the client knows.
 *
 *     client                            server
 *     request = blind(inputs)
 *             -- request.blinded -->
 *                                       { evaluated, proof } = evaluate(key, blinded)
 *             <-- evaluated, proof --
 *     outputs = request.finalize({ publicKey, evaluated, proof })
 *
 * **Security.** As `oprf`, and a malicious server can't use another key: no output is computed before the proof was
 * checked. The client must have the public key from somewhere it trusts.
 * **Source.** RFC 9497, section 3.3.2.
 */

import { checkByteRows, rowCount, sliceRows, type ByteRows } from "../bytes/byte-rows.js";
import { printAsRedacted } from "../bytes/redacted.js";
import { wipe } from "../bytes/wipe.js";
import { invalidArgument, VeilshareError } from "../errors.js";
import { randomBytes, type RandomSource } from "../random/csprng.js";
import { elementBytes } from "./backend.js";
import { checkProvableRows, proveDleq, verifyDleq } from "./dleq.js";
import {
  blindInputs,
  deriveKeyOf,
  hashAndEvaluate,
  hashOutputs,
  unblind,
  type OprfKey,
  type OprfMode,
} from "./oprf-suite.js";
import { decodeCheck, firstInvalidElement, multiply } from "./ristretto255.js";

export { proofBytes } from "./dleq.js";
export { generateKey, OprfKey, oprfOutputBytes } from "./oprf-suite.js";

const mode: OprfMode = "voprf";

/** The key of a 32-byte secret seed and a public info (DeriveKeyPair). */
export function deriveKey(seed: Uint8Array, info: Uint8Array): OprfKey {
  return deriveKeyOf(mode, seed, info);
}

/** The server's answer to one batch. */
export interface VoprfEvaluation {
  /** n x 32 bytes. */
  readonly evaluated: Uint8Array;
  /** 64 bytes. */
  readonly proof: Uint8Array;
}

/** A client's blinded inputs: sends `blinded`, keeps the rest. Prints as redacted. */
export class VoprfRequest {
  static {
    printAsRedacted(this);
  }

  readonly #inputs: ByteRows;
  readonly #blinds: Uint8Array;
  readonly #blinded: Uint8Array;

  /** Use {@link blind}. */
  constructor(inputs: ByteRows, random: RandomSource) {
    checkByteRows("blind", inputs);
    checkProvableRows("blind", rowCount(inputs));
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
   * Checks the proof, then gives the outputs for the inputs, in their order.
   *
   * @param answer - What the server sent, and the public key that it is known by.
   * @returns n x 64 bytes.
   * @throws VeilshareError INVALID_ARGUMENT for another count; with field `publicKey` for a bad key, `elements[i]` for
   * a bad element or the identity, `proof` for a proof that is malformed or does not hold.
   */
  finalize(answer: VoprfEvaluation & { readonly publicKey: Uint8Array }): Uint8Array {
    const { publicKey, evaluated, proof } = answer;
    checkPublicKey(publicKey);
    if (evaluated.length !== this.#blinded.length) {
      const expected = `${this.#blinded.length / elementBytes} elements of 32 bytes`;
      throw invalidArgument("finalize", expected, `${evaluated.length} bytes`);
    }
    decodeCheck(evaluated);
    verifyDleq({ publicKey, inputs: this.#blinded, outputs: evaluated }, proof);
    return hashOutputs(this.#inputs, unblind(evaluated, this.#blinds));
  }

  /** Overwrites inputs and blinds; there are no outputs to be had afterwards. */
  wipe(): void {
    wipe(this.#inputs.bytes, this.#blinds);
  }
}

function checkPublicKey(publicKey: Uint8Array): void {
  if (publicKey.length === elementBytes && firstInvalidElement(publicKey) < 0) return;
  const expected = "a public key: a canonical encoding of 32 bytes, not the identity";
  const got = publicKey.length === elementBytes ? "another encoding" : `${publicKey.length} bytes`;
  throw new VeilshareError("INVALID_ARGUMENT", `finalize: expected ${expected}, got ${got}`, {
    field: "publicKey",
    expected,
    got,
  });
}

/**
 * Blinds inputs.
 *
 * @param inputs - At most 65,535 rows of at most 65,535 bytes.
 * @param random - Asked for 64 bytes a row; see `randomScalar`.
 * @throws VeilshareError INVALID_ARGUMENT for more rows or a longer one.
 */
export function blind(inputs: ByteRows, random: RandomSource = randomBytes): VoprfRequest {
  return new VoprfRequest(inputs, random);
}

/**
 * The server's step: multiplies each element by the key and proves it.
 *
 * @param blinded - n x 32 bytes from the client, n at most 65,535.
 * @param random - Asked for 64 bytes, for the proof's one-time scalar; see `proveDleq`.
 * @throws VeilshareError INVALID_ARGUMENT with field `elements[i]` for a bad element or the identity.
 */
export function evaluate(
  key: OprfKey,
  blinded: Uint8Array,
  random: RandomSource = randomBytes,
): VoprfEvaluation {
  checkProvableRows("evaluate", blinded.length / elementBytes);
  const secret = key.secretBytes();
  const evaluated = multiply(blinded, secret);
  const statement = { publicKey: key.publicKey, inputs: blinded, outputs: evaluated };
  const proof = proveDleq(statement, secret, random);
  wipe(secret);
  return { evaluated, proof };
}

/** The outputs for inputs of the server's own, without a client (Evaluate). */
export function evaluateInputs(key: OprfKey, inputs: ByteRows): Uint8Array {
  checkByteRows("evaluateInputs", inputs);
  const secret = key.secretBytes();
  const outputs = evaluateInputsWith(secret, inputs);
  wipe(secret);
  return outputs;
}

/** {@link evaluateInputs} with the bare secret scalar: what a worker does with a chunk. */
export function evaluateInputsWith(secret: Uint8Array, inputs: ByteRows): Uint8Array {
  return hashOutputs(inputs, hashAndEvaluate(mode, inputs, secret));
}
