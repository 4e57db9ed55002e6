/**
 * A set of byte strings of one length that finds each one's number: an open-addressing hash table over flat arrays,
 * 8 to 16 bytes a value besides the values, for which there is room for at most twice as many.
 */

/** Slots hold numbers plus one; zero is an empty slot. */
const firstSlots = 1024;

/**
 * Values numbered from 0 in the order in which they were added.
 *
 * The values are their own hash: their first four bytes choose the slot. So they must be uniform, and nobody who could
 * gain from a slow table may be able to choose them.
 */
export class ValueIndex {
  readonly #valueBytes: number;
  #values: Uint8Array;
  #slots = new Uint32Array(firstSlots);
  #size = 0;

  /** @param valueBytes - Length of each value, at least 4. */
  constructor(valueBytes: number) {
    this.#valueBytes = valueBytes;
    this.#values = new Uint8Array((firstSlots / 2) * valueBytes);
  }

  /** How many values it holds. */
  get size(): number {
    return this.#size;
  }

  /**
   * Adds the value that starts at `offset` unless it is there.
   *
   * @returns The number of the value that was there before, or -1 when it is new.
   */
  add(source: Uint8Array, offset: number): number {
    const slot = this.#slotOf(source, offset);
    const occupant = this.#slots[slot] as number; // a slot of the table
    if (occupant !== 0) return occupant - 1;
    const number = this.#size++;
    this.#slots[slot] = number + 1;
    this.#values.set(source.subarray(offset, offset + this.#valueBytes), number * this.#valueBytes);
    if (2 * this.#size >= this.#slots.length) this.#grow();
    return -1;
  }

  /** The number of the value that starts at `offset`, or -1. */
  find(source: Uint8Array, offset: number): number {
    return (this.#slots[this.#slotOf(source, offset)] as number) - 1; // a slot of the table; empty is -1
  }

  /** The slot that holds the value, or the empty one where it belongs. The table is never full. */
  #slotOf(source: Uint8Array, offset: number): number {
    const mask = this.#slots.length - 1;
    let slot = firstWord(source, offset) & mask;
    for (;;) {
      const occupant = this.#slots[slot] as number; // slot <= mask
      if (occupant === 0 || this.#equals((occupant - 1) * this.#valueBytes, source, offset)) return slot;
      slot = (slot + 1) & mask;
    }
  }

  #equals(start: number, source: Uint8Array, offset: number): boolean {
    for (let i = 0; i < this.#valueBytes; i++) {
      if (this.#values[start + i] !== source[offset + i]) return false;
    }
    return true;
  }

  #grow(): void {
    const values = new Uint8Array(2 * this.#values.length);
    values.set(this.#values);
    this.#values = values;
    this.#slots = new Uint32Array(2 * this.#slots.length);
    const mask = this.#slots.length - 1;
    for (let number = 0; number < this.#size; number++) {
      let slot = firstWord(values, number * this.#valueBytes) & mask;
      while (this.#slots[slot] !== 0) slot = (slot + 1) & mask;
      this.#slots[slot] = number + 1;
    }
  }
}

function firstWord(source: Uint8Array, offset: number): number {
  // Callers add and find whole values of at least four bytes.
  const byte = (i: number): number => source[offset + i] as number;
  return byte(0) | (byte(1) << 8) | (byte(2) << 16) | (byte(3) << 24);
}
