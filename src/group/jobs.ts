/** The group's batch arithmetic as jobs for the pool. */

import { wipe } from "../bytes/wipe.js";
import type { ByteRows } from "../bytes/byte-rows.js";
import type { AnyJob, Job } from "../parallel/job.js";
import { hashAndMultiply, hashToGroup, multiply, multiplyEach } from "./ristretto255.js";
import { evaluateInputsWith } from "./voprf.js";

/** Rows to hash, and the secret scalar they are multiplied by. */
export interface HashAndMultiplyInput {
  readonly rows: ByteRows;
  readonly dst: string;
  readonly scalar: Uint8Array;
}

/** Elements, and the secret scalar they are multiplied by. */
export interface MultiplyInput {
  readonly elements: Uint8Array;
  readonly scalar: Uint8Array;
}

/** Elements, and the secret scalar that each is multiplied by. */
export interface MultiplyEachInput {
  readonly elements: Uint8Array;
  readonly scalars: Uint8Array;
}

/** Inputs of a VOPRF server's own, and its secret key. */
export interface EvaluateInputsInput {
  readonly inputs: ByteRows;
  readonly secret: Uint8Array;
}

/** {@link hashToGroup} on a chunk. */
export const hashToGroupJob: Job<{ readonly rows: ByteRows; readonly dst: string }, Uint8Array> = {
  name: "group/hash-to-group",
  run: ({ rows, dst }) => hashToGroup(rows, dst),
};

/** {@link hashAndMultiply} on a chunk. */
export const hashAndMultiplyJob: Job<HashAndMultiplyInput, Uint8Array> = {
  name: "group/hash-and-multiply",
  run: ({ rows, dst, scalar }) => hashAndMultiply(rows, dst, scalar),
  wipe: ({ scalar }) => {
    wipe(scalar);
  },
};

/** {@link multiply} on a chunk; the identity is refused. */
export const multiplyJob: Job<MultiplyInput, Uint8Array> = {
  name: "group/multiply",
  run: ({ elements, scalar }) => multiply(elements, scalar),
  wipe: ({ scalar }) => {
    wipe(scalar);
  },
};

/** {@link multiplyEach} on a chunk; the identity is refused. */
export const multiplyEachJob: Job<MultiplyEachInput, Uint8Array> = {
  name: "group/multiply-each",
  run: ({ elements, scalars }) => multiplyEach(elements, scalars),
  wipe: ({ scalars }) => {
    wipe(scalars);
  },
};

/** `voprf.evaluateInputs` on a chunk. */
export const evaluateInputsJob: Job<EvaluateInputsInput, Uint8Array> = {
  name: "group/voprf-evaluate-inputs",
  run: ({ inputs, secret }) => evaluateInputsWith(secret, inputs),
  wipe: ({ secret }) => {
    wipe(secret);
  },
};

/** All jobs of this module. */
export const groupJobs: readonly AnyJob[] = [
  hashToGroupJob,
  hashAndMultiplyJob,
  multiplyJob,
  multiplyEachJob,
  evaluateInputsJob,
];
