/** How long the messages of an instance are. All lengths are public. */

import type { Circuit } from "./circuit.js";
import type { FlpLengths } from "./flp.js";
import { seedBytes } from "./xof.js";

/** The lengths of all messages, in bytes. */
export interface Prio3Sizes {
  readonly randBytes: number;
  readonly publicShare: number;
  readonly leaderInputShare: number;
  readonly helperInputShare: number;
  readonly verifierShare: number;
  readonly verifierMessage: number;
  readonly aggregateShare: number;
}

/** What the lengths depend on. */
export interface SizeParameters {
  readonly circuit: Pick<
    Circuit<never, unknown>,
    "field" | "measurementLength" | "outputLength" | "jointRandLength"
  >;
  readonly shares: number;
  readonly proofs: number;
}

/** The lengths of an instance's messages. */
export function messageSizes(
  { circuit, shares, proofs }: SizeParameters,
  { proof, verifier }: FlpLengths,
): Prio3Sizes {
  const { elementBytes } = circuit.field;
  const jointSeed = circuit.jointRandLength > 0 ? seedBytes : 0;
  return {
    randBytes: shares * (seedBytes + jointSeed),
    publicShare: shares * jointSeed,
    leaderInputShare: (circuit.measurementLength + proof * proofs) * elementBytes + jointSeed,
    helperInputShare: seedBytes + jointSeed,
    verifierShare: verifier * proofs * elementBytes + jointSeed,
    verifierMessage: jointSeed,
    aggregateShare: circuit.outputLength * elementBytes,
  };
}
