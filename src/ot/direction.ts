/** What both ends of one direction of oblivious transfer agree on before the first row: names, steps, sizes. */

import { sha256 } from "@noble/hashes/sha2.js";
import { concatBytes, utf8ToBytes } from "../bytes/encoding.js";
import type { Party } from "../channel/party.js";
import { peerFault, type VeilshareError } from "../errors.js";
import type { RandomSource } from "../random/csprng.js";
import type { TreeDepth } from "./matrix.js";

/** Settings of one direction; both ends must have the same, but for `random`. */
export interface OtOptions {
  /**
   * Levels of the trees: with 4 (the default) a row costs 4 bytes and 64 bytes of key stream, with 2 it costs 8 bytes and
   * half as much computation.
   */
  readonly depth?: TreeDepth;
  /**
   * Whether every matrix is checked against a receiver that cheats. Default true. Costs a round a matrix and about a fifth
   * of the time.
   */
  readonly checked?: boolean;
  /** Where secrets come from; the platform's generator unless a test replays them. */
  readonly random?: RandomSource;
}

/** Steps of messages, by who sends them. */
export const otSteps = {
  baseChoices: "ot/base/choices",
  baseAnswer: "ot/base/answer",
  corrections: "ot/corrections",
  challenge: "ot/challenge",
  answer: "ot/answer",
} as const;

/** 32 public bytes that belong to this session and direction only. */
export function directionName(party: Party, sender: number, receiver: number): Uint8Array {
  const ends = Uint8Array.of(sender & 255, sender >> 8, receiver & 255, receiver >> 8);
  return sha256(concatBytes(utf8ToBytes("veilshare/ot/direction/v1"), party.sessionId, ends));
}

/** The error for a message of another party that is well formed but not acceptable. */
export function refuse(
  party: Party,
  from: number,
  step: string,
  what: { readonly field: string; readonly expected: string; readonly got: string },
): VeilshareError {
  const name = party.names[from] ?? "";
  return peerFault("PEER_MALFORMED", { party: name, step, ...what });
}
