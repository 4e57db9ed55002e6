/** Errors about another party of a resilient sum, in one form. */

import { VeilshareError, type PeerErrorCode } from "../../errors.js";

/** What went wrong where. */
export interface FaultDetails {
  readonly party: string;
  /** Within the protocol, e.g. `keys`. */
  readonly step: string;
  readonly expected: string;
  readonly got: string;
}

/** The error for a party that did something else than it should have. */
export function peerFault(code: PeerErrorCode, details: FaultDetails): VeilshareError {
  const { party, expected, got } = details;
  const step = `resilient-sum/${details.step}`;
  const text = `${step}: party "${party}": expected ${expected}, got ${got}`;
  return new VeilshareError(code, text, { party, step, expected, got });
}

/** The error for a sum that too few parties are left for. */
export function peersLost(step: string, expected: string, got: string): VeilshareError {
  const fullStep = `resilient-sum/${step}`;
  const text = `${fullStep}: expected ${expected} to stay, got ${got}`;
  return new VeilshareError("PEERS_LOST", text, { step: fullStep, expected, got });
}
