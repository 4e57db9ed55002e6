/**
 * Where in the leaves' streams a matrix begins. Two matrices from one stretch of a stream would break R completely (the
 * sum of their corrections is a sum of codewords without any mask), so every slot is used once.
 */

import { VeilshareError } from "../../errors.js";

/** Attempts that a partition can take. */
export const slotsPerPartition = 4;

const bitsPerBlock = 512;
const maxBlocks = 2 ** 32;

/** Blocks of a stream that a matrix of `rows` rows takes: rounded up, as a shorter slot would overlap the next. */
export function blocksPerSlot(rows: number): number {
  return Math.ceil(rows / bitsPerBlock);
}

/** The slots that one end has used. */
export class UsedSlots {
  readonly #used = new Set<number>();

  /**
   * Takes the slot of a partition's attempt.
   *
   * @returns Its first block.
   * @throws VeilshareError INTERNAL for a slot that was used before, or beyond the streams' end.
   */
  take(partition: number, attempt: number, rows: number): number {
    const slot = slotsPerPartition * partition + attempt;
    const blocks = blocksPerSlot(rows);
    if (attempt >= slotsPerPartition || this.#used.has(slot) || (slot + 1) * blocks > maxBlocks) {
      throw new VeilshareError("INTERNAL", `subspace VOLE: slot ${slot} can't be used`);
    }
    this.#used.add(slot);
    return slot * blocks;
  }
}
