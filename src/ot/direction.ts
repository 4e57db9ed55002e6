/** What both ends of one direction of oblivious transfer agree on before the first row: names, steps, sizes. */

import { sha256 } from "@noble/hashes/sha2.js";
import { concatBytes, utf8ToBytes } from "../bytes/encoding.js";
import type { Party } from "../channel/party.js";
import { checkArgument, checkOptions, partyRule, type RulesOf } from "../checks/options.js";
import { callback, flag, oneOf, optional } from "../checks/rules.js";
import { invalidArgument, peerFault, VeilshareError } from "../errors.js";
import { randomBytes, type RandomSource } from "../random/csprng.js";
import type { TreeDepth } from "./matrix.js";
import { takeMultiple } from "./row-pool.js";

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

/** Bytes that the sender draws for a direction's name. */
export const nameNonceBytes = 32;

/**
 * 32 public bytes of one setting-up: session, ends, and what the sender drew for it, so that two directions between the
 * same ends differ even in one run.
 */
export function directionName(party: Party, sender: number, receiver: number, nonce: Uint8Array): Uint8Array {
  const ends = Uint8Array.of(sender & 255, sender >> 8, receiver & 255, receiver >> 8);
  return sha256(concatBytes(utf8ToBytes("veilshare/ot/direction/v2"), party.sessionId, ends, nonce));
}

/**
 * The direction's name for everything after the setting-up: both ends have had their say in it.
 *
 * @param answer - The receiver's message.
 */
export function finalName(name: Uint8Array, answer: Uint8Array): Uint8Array {
  return sha256(concatBytes(utf8ToBytes("veilshare/ot/rows/v1"), name, answer));
}

const otRules: RulesOf<OtOptions> = {
  depth: optional(oneOf(2, 4)),
  checked: optional(flag),
  random: optional(callback),
};

/** Settings with their defaults. */
export interface CompleteOtOptions {
  readonly depth: TreeDepth;
  readonly checked: boolean;
  readonly random: RandomSource;
}

/**
 * Fills in the defaults.
 *
 * @throws VeilshareError INVALID_ARGUMENT for an option that is unknown or out of range, and for an end that is no other
 * party.
 */
export function completeOtOptions(
  caller: string,
  party: Party,
  other: number,
  options: OtOptions,
): CompleteOtOptions {
  checkArgument(caller, "party", party, partyRule);
  checkOptions(caller, options, otRules);
  if (!Number.isInteger(other) || other < 0 || other >= party.size || other === party.index) {
    throw invalidArgument(caller, "the index of another party", String(other));
  }
  const { depth = 4, checked = true, random = randomBytes } = options;
  return { depth, checked, random };
}

/**
 * Takes of one end, one after the other: two at once would each take rows that the other end has given to another call.
 *
 * **Why refuse.** What comes first is known to nobody who calls twice at once.
 */
export class TakeTurns {
  readonly #caller: string;
  #busy = false;
  #closed = false;

  constructor(caller: string) {
    this.#caller = caller;
  }

  /**
   * Runs a take.
   *
   * @throws VeilshareError INVALID_ARGUMENT for a count that is no multiple of 64, or while another take waits; CLOSED
   * after one that failed, as both ends may differ from there on.
   */
  async run<T>(count: number, take: () => Promise<T>): Promise<T> {
    if (!Number.isSafeInteger(count) || count < 0 || count % takeMultiple !== 0) {
      throw invalidArgument(this.#caller, `a multiple of ${takeMultiple}`, String(count));
    }
    if (this.#busy) throw invalidArgument(this.#caller, "one call at a time", "a second one");
    if (this.#closed) throw new VeilshareError("CLOSED", `${this.#caller}: this end is closed`);
    this.#busy = true;
    try {
      return await take();
    } catch (thrown) {
      this.#closed = true;
      throw thrown;
    } finally {
      this.#busy = false;
    }
  }

  /** Refuses all later takes. */
  close(): void {
    if (this.#busy) throw invalidArgument(this.#caller, "no call under way when it is closed", "one");
    this.#closed = true;
  }
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
