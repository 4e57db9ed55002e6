/** Errors about another party of a resilient sum, in one form. */

import { peerFault, VeilshareError, type PeerErrorCode, type PeerFaultDetails } from "../../errors.js";

/** The error for a party that did something else than it should have; the step is within the protocol, e.g. `keys`. */
export function sumFault(code: PeerErrorCode, details: PeerFaultDetails): VeilshareError {
  return peerFault(code, { ...details, step: `resilient-sum/${details.step}` });
}

/** The error for a sum that too few parties are left for. */
export function peersLost(step: string, expected: string, got: string): VeilshareError {
  const fullStep = `resilient-sum/${step}`;
  const text = `${fullStep}: expected ${expected} to stay, got ${got}`;
  return new VeilshareError("PEERS_LOST", text, { step: fullStep, expected, got });
}
