/**
 * What a dealer's seed expands to. The dealer and each computing party run the same expansion, so that masks and all
 * dependent shares but one party's are never sent.
 */

import { Prg } from "../random/prg.js";
import { invalidArgument } from "../errors.js";
import { kindRecord, type CorrelationLengths, type OperandShape } from "./correlation-kinds.js";
import type { Correlation } from "./correlation.js";

/** Most words of one vector of a correlation (256 MiB). */
const maxVectorWords = 2 ** 25;

/** Most words that a session's operand masks may take together. */
const maxOperandWords = 2 ** 26;

/** One party's part of a correlation, as its seed gives it. */
export interface Expansion {
  readonly masks: readonly BigUint64Array[];
  /** Empty at the designated party, which gets a correction instead. */
  readonly dependent: readonly BigUint64Array[];
}

/**
 * Expands one party's seed for one request. Each request has a sub-seed of its own: HKDF with the kind as label and
 * the request's number as context.
 *
 * @param designated - True at the party that gets the correction.
 */
export function expandSeed(
  seed: Uint8Array,
  request: { readonly number: number; readonly wanted: Correlation },
  lengths: CorrelationLengths,
  designated: boolean,
): Expansion {
  const context = new Uint8Array(4);
  new DataView(context.buffer).setUint32(0, request.number, true);
  const prg = Prg.derive(seed, `veilshare/mpc/dealer/${request.wanted.kind}`, context);
  const masks = lengths.masks.map((length) => prg.words(length));
  const dependent = designated ? [] : lengths.dependent.map((length) => prg.words(length));
  return { masks, dependent };
}

/** The operand masks of a session, by the number of the request that made them. */
export class OperandMasks<T extends OperandShape> {
  readonly #masks = new Map<number, T>();
  #words = 0;

  /**
   * Keeps a mask.
   *
   * @throws VeilshareError INVALID_ARGUMENT when all together would be too large.
   */
  keep(number: number, mask: T): void {
    this.#words += mask.rows * mask.columns;
    if (this.#words > maxOperandWords) {
      throw invalidArgument(
        "reusableOperand",
        `at most ${maxOperandWords} fixed elements a session`,
        `${this.#words}`,
      );
    }
    this.#masks.set(number, mask);
  }

  /** The mask that a correlation names; for kinds that name none, `undefined`. */
  of(wanted: Correlation): T | undefined {
    return wanted.kind === "operandProduct" ? this.#masks.get(wanted.operand) : undefined;
  }
}

/** Most multiplications that one correlation may cost: less than a minute, as heartbeats must go out meanwhile. */
const maxProductWork = 2 ** 34;

/** What of a correlation is beyond the limits, if anything. */
export function limitFault(
  wanted: Correlation,
  lengths: CorrelationLengths,
  operand: OperandShape,
): string | undefined {
  const longest = Math.max(...lengths.masks, ...lengths.dependent);
  if (longest > maxVectorWords) return `${longest} elements, over ${maxVectorWords}`;
  const work = kindRecord(wanted.kind).work?.(wanted, operand) ?? 0;
  return work > maxProductWork ? `${work} multiplications, over ${maxProductWork}` : undefined;
}
