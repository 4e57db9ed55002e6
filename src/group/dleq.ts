/**
 * Batched proofs that two discrete logarithms are equal: whoever knows k with B = k * G shows that D[i] = k * C[i] for
 * all i, with one proof of two scalars.
 *
 * **Security.** Non-interactive zero knowledge and sound in the random oracle model (Chaum-Pedersen with Fiat-Shamir,
 * batched by hash-derived weights). A verifier that accepts has the elements of exactly one key.
 * **Cost.** The prover: one public multiplication a row and three secret ones; the verifier: two public ones a row.
 * **Source.** RFC 9497, section 2.2.
 */

import { sha512 } from "@noble/hashes/sha2.js";
import { byteRowsFromArrays } from "../bytes/byte-rows.js";
import { concatBytes, equalBytes, utf8ToBytes } from "../bytes/encoding.js";
import { wipe } from "../bytes/wipe.js";
import { invalidArgument, VeilshareError } from "../errors.js";
import { ristretto255Scalars } from "../field/prime-field.js";
import { drawBytes, type RandomSource } from "../random/csprng.js";
import { elementBytes } from "./backend.js";
import { contextString, transcript, uint16 } from "./oprf-suite.js";
import { hashToScalars, linearCombinationVartime, multiplyBase, multiplyEach } from "./ristretto255.js";
import { decodeScalar, encodeScalar, scalarBytes } from "./scalars.js";

/** Bytes of a proof: challenge and response. */
export const proofBytes = 64;

const nonceSeedBytes = 64;
const nonceDst = "veilshare/dleq/nonce/v1";

/** Rows are numbered with two bytes in the transcript. */
const maxRows = 65_535;

/** What a proof is about. Elements are flat arrays of 32-byte encodings that the caller has checked. */
export interface DleqStatement {
  /** B = k * G. */
  readonly publicKey: Uint8Array;
  /** C[i]. */
  readonly inputs: Uint8Array;
  /** D[i] = k * C[i]. */
  readonly outputs: Uint8Array;
}

/**
 * GenerateProof.
 *
 * **Security.** The one-time scalar r, which gives k away when two statements share one, is a hash of fresh randomness
 * *and* of k and the statement. So a generator that repeats itself (a virtual machine that was cloned, or set back)
 * repeats r for the same statement only, where the proof is the same, too; and who foresees the generator does not
 * foresee r.
 *
 * @param secret - k.
 * @param random - Asked for 64 bytes.
 */
export function proveDleq(statement: DleqStatement, secret: Uint8Array, random: RandomSource): Uint8Array {
  const composite = compositeOf(statement);
  const fresh = drawBytes(random, nonceSeedBytes);
  const seed = concatBytes(secret, fresh, transcript([statement.publicKey, composite]));
  const r = hashToScalars(byteRowsFromArrays([seed]), nonceDst);
  wipe(fresh, seed);
  const proof = proofWith(statement.publicKey, composite, { secret, r });
  wipe(r);
  return proof;
}

/**
 * The proof with a given one-time scalar, by which published vectors are replayed.
 *
 * @param r - Used for any other statement, it gives the secret away.
 */
export function proveDleqWithNonce(statement: DleqStatement, secret: Uint8Array, r: Uint8Array): Uint8Array {
  return proofWith(statement.publicKey, compositeOf(statement), { secret, r });
}

/** M, the weighted sum of the inputs. The weights are hashes of the whole statement, and so M stands for it. */
function compositeOf(statement: DleqStatement): Uint8Array {
  return linearCombinationVartime(compositeWeights(statement), statement.inputs);
}

function proofWith(
  publicKey: Uint8Array,
  m: Uint8Array,
  { secret, r }: { readonly secret: Uint8Array; readonly r: Uint8Array },
): Uint8Array {
  const scalars = concatBytes(secret, r);
  const products = multiplyEach(concatBytes(m, m), scalars, { identity: "allow" });
  wipe(scalars);
  const z = products.subarray(0, elementBytes); // ComputeCompositesFast
  const t3 = products.subarray(elementBytes);
  const challenge = hashChallenge([publicKey, m, z, multiplyBase(r), t3]);
  const k = decodeScalar("proveDleq", secret);
  const response = ristretto255Scalars.subtract(
    decodeScalar("proveDleq", r),
    ristretto255Scalars.multiply(decodeScalar("proveDleq", challenge), k),
  );
  return concatBytes(challenge, encodeScalar(response)); // c || s
}

/**
 * VerifyProof.
 *
 * @throws VeilshareError INVALID_ARGUMENT with field `proof` when the proof is not 64 bytes, has a scalar that is not
 * canonical, or does not hold.
 */
export function verifyDleq(statement: DleqStatement, proof: Uint8Array): void {
  if (proof.length !== proofBytes) throw invalidProof("a proof of 64 bytes", `${proof.length} bytes`);
  const challenge = proof.subarray(0, scalarBytes);
  const response = proof.subarray(scalarBytes);
  if (!isCanonical(challenge) || !isCanonical(response)) {
    throw invalidProof("a proof of two canonical scalars", "another encoding");
  }
  const weights = compositeWeights(statement);
  const m = linearCombinationVartime(weights, statement.inputs);
  const z = linearCombinationVartime(weights, statement.outputs);
  const scalars = concatBytes(response, challenge);
  const t2 = linearCombinationVartime(scalars, concatBytes(generator(), statement.publicKey)); // s * G + c * B
  const t3 = linearCombinationVartime(scalars, concatBytes(m, z)); // s * M + c * Z
  const expected = hashChallenge([statement.publicKey, m, z, t2, t3]);
  if (!equalBytes(challenge, expected)) throw invalidProof("a proof that holds", "one that does not");
}

/**
 * Refuses more rows than a proof can number.
 *
 * @throws VeilshareError INVALID_ARGUMENT.
 */
export function checkProvableRows(caller: string, rows: number): void {
  if (rows > maxRows) throw invalidArgument(caller, `at most ${maxRows} rows a proof`, String(rows));
}

/** The weights d[i] of the rows. */
function compositeWeights({ publicKey, inputs, outputs }: DleqStatement): Uint8Array {
  const count = inputs.length / elementBytes;
  checkProvableRows("dleq", count);
  if (outputs.length !== inputs.length) {
    const got = `${inputs.length} and ${outputs.length} bytes`;
    throw invalidArgument("dleq", "equally many rows on both sides", got);
  }
  const context = contextString("voprf");
  const seed = sha512(transcript([publicKey, utf8ToBytes(`Seed-${context}`)]));
  const prefix = transcript([seed]);
  const messages = Array.from({ length: count }, (_, i) => {
    const input = inputs.subarray(i * elementBytes, (i + 1) * elementBytes);
    const output = outputs.subarray(i * elementBytes, (i + 1) * elementBytes);
    return concatBytes(prefix, uint16(i), transcript([input, output], "Composite"));
  });
  return hashToScalars(byteRowsFromArrays(messages), `HashToScalar-${context}`);
}

function hashChallenge(elements: readonly Uint8Array[]): Uint8Array {
  const dst = `HashToScalar-${contextString("voprf")}`;
  return hashToScalars(byteRowsFromArrays([transcript(elements, "Challenge")]), dst);
}

function generator(): Uint8Array {
  return multiplyBase(encodeScalar(1n));
}

function isCanonical(scalar: Uint8Array): boolean {
  try {
    decodeScalar("verifyDleq", scalar);
    return true;
  } catch {
    return false;
  }
}

function invalidProof(expected: string, got: string): VeilshareError {
  const message = `verifyDleq: expected ${expected}, got ${got}`;
  return new VeilshareError("INVALID_ARGUMENT", message, { field: "proof", expected, got });
}
