/** What both drivers of a lookup session need: the protocol's name, the two parties, faults with party and step. */

import { MalformedMessage } from "../../bytes/codec.js";
import { bytesToHex } from "../../bytes/encoding.js";
import type { ProtocolRun } from "../../channel/party.js";
import { invalidArgument, peerFault, VeilshareError, type PeerErrorCode } from "../../errors.js";

/** Name and version of the protocol. */
export const lookupProtocol = { name: "veilshare/lookup", version: 2 } as const;

/** Steps of the protocol; the run's prefix goes before them. */
export type LookupStep =
  "terms" | "want" | "download" | "entries" | "removed" | "request" | "answer" | "prefixes" | "bucket";

/** The other party's index. */
export function peerOf(caller: string, run: ProtocolRun): number {
  if (run.size !== 2) throw invalidArgument(caller, "two parties", String(run.size));
  return 1 - run.index;
}

/** What both parties must have alike. The server says its current key, the client the one that it has pinned. */
export function agreedParameters(
  server: number,
  { publicKey, epoch }: { readonly publicKey: Uint8Array; readonly epoch: number },
): { readonly server: number; readonly publicKey: string; readonly epoch: number } {
  return { server, publicKey: bytesToHex(publicKey), epoch };
}

/** A fault of the other party's, with its name and the step. */
export function lookupFault(
  run: ProtocolRun,
  code: PeerErrorCode,
  step: LookupStep,
  details: { readonly field?: string; readonly expected: string; readonly got: string },
): VeilshareError {
  const party = run.names[1 - run.index] ?? "";
  return peerFault(code, { party, step: `lookup/${step}`, ...details });
}

/**
 * Reads what the other party sent.
 *
 * @throws VeilshareError PEER_MALFORMED where `read` throws MalformedMessage.
 */
export async function fromPeer<T>(
  run: ProtocolRun,
  step: LookupStep,
  read: () => T | Promise<T>,
): Promise<T> {
  try {
    return await read();
  } catch (thrown) {
    if (!(thrown instanceof MalformedMessage)) throw thrown;
    const party = run.names[1 - run.index] ?? "";
    const text = `lookup/${step}: party "${party}": ${thrown.message}`;
    throw new VeilshareError("PEER_MALFORMED", text, { party, step: `lookup/${step}`, cause: thrown });
  }
}
