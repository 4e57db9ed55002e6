/** Which of the aligned rows are held back from training, drawn by both owners together. */

import { sha256 } from "@noble/hashes/sha2.js";
import { concatBytes, equalBytes } from "../bytes/encoding.js";
import type { ProtocolRun } from "../channel/party.js";
import { invalidArgument, peerFault } from "../errors.js";
import { randomBytes } from "../random/csprng.js";
import { Prg } from "../random/prg.js";
import { randomPermutation } from "../random/shuffle.js";

/** Aligned rows, cut in two. */
export interface Split {
  /** Positions among the aligned rows, ascending. */
  readonly training: Uint32Array;
  readonly holdout: Uint32Array;
}

/**
 * A seed that neither of two parties chose: each commits to 32 random bytes before it sees the other's.
 *
 * @throws VeilshareError PEER_MALFORMED when the other's bytes are not the ones that it committed to.
 */
export async function drawSeed(run: ProtocolRun, peer: number): Promise<Uint8Array> {
  const own = randomBytes(32);
  const exchange = async (step: string, bytes: Uint8Array): Promise<Uint8Array> => {
    const [, message] = await Promise.all([
      run.send(peer, step, bytes),
      run.receive(peer, step, { byteLength: 32 }),
    ]);
    return message;
  };
  const place = (index: number): Uint8Array => Uint8Array.of(index);
  const commitment = await exchange("split-commitment", sha256(concatBytes(place(run.index), own)));
  const theirs = await exchange("split-opening", own);
  if (!equalBytes(sha256(concatBytes(place(peer), theirs)), commitment)) {
    const party = run.names[peer] ?? "";
    const expected = "the bytes that were committed to";
    throw peerFault("PEER_MALFORMED", { party, step: "split-opening", expected, got: "others" });
  }
  const ordered = run.index < peer ? [own, theirs] : [theirs, own];
  return sha256(concatBytes(...ordered));
}

/**
 * Holds back a share of the aligned rows: the same ones at both parties for the same seed.
 *
 * @param fraction - 0 to 0.5 of the rows, rounded down.
 * @param seed - 32 bytes, as {@link drawSeed} gives them.
 * @throws VeilshareError INVALID_ARGUMENT for a fraction out of range.
 */
export function splitRows(rows: number, fraction: number, seed: Uint8Array): Split {
  checkFraction(fraction);
  const order = shuffled(rows, seed, "holdout");
  const heldBack = Math.floor(rows * fraction);
  return { holdout: order.slice(0, heldBack).sort(), training: order.slice(heldBack).sort() };
}

/** @throws VeilshareError INVALID_ARGUMENT for a fraction out of range. */
export function checkFraction(fraction: number): void {
  if (fraction >= 0 && fraction <= 0.5) return;
  throw invalidArgument("jointRiskModel", "holdout: a fraction from 0 to 0.5", String(fraction));
}

/** Holds back the rows that a bitmap says. */
export function splitByMask(mask: Uint8Array): Split {
  const positions = Uint32Array.from(mask, (_, at) => at);
  return {
    training: positions.filter((at) => mask[at] === 0),
    holdout: positions.filter((at) => mask[at] === 1),
  };
}

/** Cuts training rows into parts of about equal size; each is held back from the others in turn. */
export function foldRows(training: Uint32Array, folds: number, seed: Uint8Array): Split[] {
  const order = shuffled(training.length, seed, "folds");
  const foldOf = new Uint32Array(training.length);
  for (const [i, at] of order.entries()) foldOf[at] = i % folds;
  return Array.from({ length: folds }, (_, fold) => ({
    training: training.filter((_, at) => foldOf[at] !== fold),
    holdout: training.filter((_, at) => foldOf[at] === fold),
  }));
}

function shuffled(rows: number, seed: Uint8Array, purpose: string): Uint32Array {
  return randomPermutation(rows, Prg.derive(seed, `veilshare/joint-risk-model/${purpose}`));
}
