/** Steps of the protocol, and how its errors name them. */

import type { ProtocolRun } from "../../channel/party.js";
import { peerFault, type PeerErrorCode, type VeilshareError } from "../../errors.js";

/** What the VOLE is for, and what comes before all its steps. */
export const okvsPurpose = "okvs";

/** Steps of messages. */
export const okvsSteps = {
  commit: "okvs/commit",
  open: "okvs/open",
  loads: "okvs/loads",
  corrections: "okvs/corrections",
  challenge: "okvs/challenge",
  answer: "okvs/answer",
  tags: "okvs/tags",
  claims: "okvs/claims",
  proof: "okvs/proof",
} as const;

/** A fault of the other party's, with its name and the step. */
export function okvsFault(
  run: ProtocolRun,
  code: PeerErrorCode,
  step: keyof typeof okvsSteps,
  expected: string,
  got: string,
): VeilshareError {
  const party = run.names[1 - run.index] ?? "";
  return peerFault(code, { party, step: `psi/${okvsSteps[step]}`, expected, got });
}
