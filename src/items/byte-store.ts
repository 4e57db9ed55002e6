/** Bytes that grow by appending: rows of any lengths, one after the other, in memory that is given back at once. */

import { GrowingMemory } from "./growing-memory.js";

/** An appendable sequence of bytes, addressed from 0. */
export class ByteStore {
  readonly #memory = new GrowingMemory();
  #length = 0;

  /** How many bytes it holds. */
  get length(): number {
    return this.#length;
  }

  /** Appends the first `byteLength` bytes of `source`. */
  append(source: Uint8Array, byteLength: number): void {
    const end = this.#length + byteLength;
    this.#memory.reserve(end);
    this.#memory.bytes.set(source.subarray(0, byteLength), this.#length);
    this.#length = end;
  }

  /** Writes the bytes from `start` up to `end` to `target`, from `at` on. */
  copyTo(target: Uint8Array, at: number, start: number, end: number): void {
    target.set(this.#memory.bytes.subarray(start, end), at);
  }

  /** True when the bytes from `start` on are the first `byteLength` of `other`. */
  equals(start: number, other: Uint8Array, byteLength: number): boolean {
    const { bytes } = this.#memory;
    for (let i = 0; i < byteLength; i++) if (bytes[start + i] !== other[i]) return false;
    return true;
  }

  /** Gives the memory back. */
  release(): void {
    this.#memory.release();
    this.#length = 0;
  }
}
