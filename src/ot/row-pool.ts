/**
 * Rows made in large matrices and used in small pieces. Both ends of a direction take the same numbers of rows in the
 * same order, so both extend at the same moments by the same amounts without a word.
 */

import { wipe } from "../bytes/wipe.js";
import { rowMultiple } from "./matrix.js";

/** Rows are taken in multiples of this, so that their bits begin at a word. */
export const takeMultiple = 64;

/** What one matrix left to use: parallel arrays of so many bytes a row, or an eighth of a byte. */
interface Batch {
  readonly rows: Uint8Array;
  /** One bit a row; at the receiver only. */
  readonly choices: Uint8Array | undefined;
  used: number;
  readonly count: number;
}

/** Rows that were taken. */
export interface TakenRows {
  /** 16 bytes a row. */
  readonly rows: Uint8Array;
  /** The receiver's random choices, one bit a row; empty at the sender. */
  readonly choices: Uint8Array;
}

const rowBytes = 16;

/** The least that a matrix is made for, and how it grows while more is wanted: small sessions stay small. */
export const firstRows = 4096;
export const growth = 4;

/** The rows of one end of one direction. */
export class RowPool {
  readonly #capacity: number;
  readonly #reserved: number;
  #batches: Batch[] = [];
  #available = 0;
  #nextSize = firstRows;

  /**
   * @param capacity - Most rows of a matrix.
   * @param reserved - Rows of each matrix that its consistency check uses up.
   */
  constructor(capacity: number, reserved: number) {
    this.#capacity = capacity;
    this.#reserved = reserved;
  }

  /** How many rows the next matrix must have so that `count` can be taken; 0 when there are enough. */
  missing(count: number): number {
    const lacking = count - this.#available;
    if (lacking <= 0) return 0;
    const wanted = Math.max(this.#nextSize, lacking + this.#reserved);
    return Math.min(this.#capacity, Math.ceil(wanted / rowMultiple) * rowMultiple);
  }

  /** Takes in a matrix; the rows that its check used up are left out. */
  add(rows: Uint8Array, choices?: Uint8Array): void {
    const count = rows.length / rowBytes - this.#reserved;
    this.#nextSize = Math.min(this.#capacity, this.#nextSize * growth);
    this.#batches.push({ rows, choices, used: 0, count });
    this.#available += count;
  }

  /** The next `count` rows, a multiple of 64, copied; they are overwritten here and never given again. */
  take(count: number): TakenRows {
    const rows = new Uint8Array(count * rowBytes);
    const choices = new Uint8Array(this.#batches[0]?.choices === undefined ? 0 : count / 8);
    let done = 0;
    for (const batch of this.#batches) {
      const part = Math.min(count - done, batch.count - batch.used);
      if (part === 0) continue;
      const [from, to] = [batch.used, batch.used + part];
      moveOut(batch.rows.subarray(from * rowBytes, to * rowBytes), rows, done * rowBytes);
      if (batch.choices !== undefined) moveOut(batch.choices.subarray(from / 8, to / 8), choices, done / 8);
      batch.used = to;
      done += part;
    }
    this.#batches = this.#batches.filter((batch) => batch.used < batch.count);
    this.#available -= count;
    return { rows, choices };
  }

  /** Overwrites what is left. */
  wipe(): void {
    for (const { rows, choices } of this.#batches) wipe(rows, choices);
    this.#batches = [];
    this.#available = 0;
  }
}

function moveOut(from: Uint8Array, target: Uint8Array, at: number): void {
  target.set(from, at);
  from.fill(0);
}
