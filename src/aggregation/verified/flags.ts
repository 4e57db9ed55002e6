/** One bit a report, in messages between aggregators. */

import { peerFault, type PeerErrorCode, type PeerFaultDetails, type VeilshareError } from "../../errors.js";
import type { Party } from "../../channel/party.js";

/** Flags as bytes of eight, the first in the lowest bit. */
export function packFlags(flags: readonly boolean[]): Uint8Array {
  const bytes = new Uint8Array(Math.ceil(flags.length / 8));
  for (const [i, flag] of flags.entries()) {
    if (flag) bytes[i >> 3] = (bytes[i >> 3] ?? 0) | (1 << (i & 7));
  }
  return bytes;
}

/** The first `count` flags of bytes whose length was checked. */
export function unpackFlags(bytes: Uint8Array, count: number): boolean[] {
  return Array.from({ length: count }, (_, i) => (((bytes[i >> 3] ?? 0) >> (i & 7)) & 1) === 1);
}

/** What all aggregators say yes to. */
export async function agreeOnFlags(
  aggregators: Party,
  step: string,
  own: readonly boolean[],
): Promise<boolean[]> {
  const packed = packFlags(own);
  const all = await aggregators.exchange(step, packed, { byteLength: packed.length });
  const opinions = all.map((bytes) => unpackFlags(bytes, own.length));
  return own.map((_, i) => opinions.every((opinion) => opinion[i] === true));
}

/** The error for what another party of a batch should not have sent; the step is within the batch. */
export function batchFault(code: PeerErrorCode, details: PeerFaultDetails): VeilshareError {
  return peerFault(code, { ...details, step: `verified-batch/${details.step}` });
}
