/** Items as bytes, out of batches of fields: each field's length, a word, and its bytes. The first ones are kept. */

import type { ByteRows } from "../../bytes/byte-rows.js";
import type { FieldBatch } from "../../bytes/field-batch.js";
import { GrowingMemory, maxMemoryBytes } from "../../items/growing-memory.js";

const lengthBytes = 4;

/** How long the bytes of an item of a batch are. */
export function encodedLength({ spans, columns }: FieldBatch, item: number): number {
  let total = lengthBytes * columns;
  for (let c = columns * item; c < columns * (item + 1); c++) total += spans[2 * c + 1] as number; // a span a field
  return total;
}

/** The bytes of an item of a batch, as `ItemReader` gives them. */
export function encodedItem(batch: FieldBatch, item: number): Uint8Array {
  const { bytes, spans, columns } = batch;
  const encoded = new Uint8Array(encodedLength(batch, item));
  const view = new DataView(encoded.buffer);
  let at = 0;
  for (let c = columns * item; c < columns * (item + 1); c++) {
    const [start, length] = [spans[2 * c] as number, spans[2 * c + 1] as number]; // a span a field
    view.setUint32(at, length, true);
    encoded.set(bytes.subarray(start, start + length), at + lengthBytes);
    at += lengthBytes + length;
  }
  return encoded;
}

/** The bytes of the first items. */
export class KeptItems {
  readonly #limit: number;
  readonly #memory = new GrowingMemory();
  /** Words: where each item ends. */
  readonly #ends = new GrowingMemory();
  #count = 0;
  #length = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Keeps an item of a batch; false when there are more than were to be kept. */
  add({ bytes, spans, columns }: FieldBatch, item: number): boolean {
    if (this.#count === this.#limit) return false;
    for (let c = columns * item; c < columns * (item + 1); c++) {
      const [start, length] = [spans[2 * c] as number, spans[2 * c + 1] as number]; // a span a field
      const at = this.#length;
      if (at + lengthBytes + length > maxMemoryBytes) return false;
      this.#length = at + lengthBytes + length;
      this.#memory.reserve(this.#length);
      const kept = this.#memory.bytes;
      for (let k = 0; k < lengthBytes; k++) kept[at + k] = (length >>> (8 * k)) & 255;
      copyField(bytes, start, length, kept, at + lengthBytes);
    }
    this.#count += 1;
    this.#ends.reserve(4 * this.#count);
    this.#ends.words[this.#count - 1] = this.#length;
    return true;
  }

  /** The bytes of some items, in the order given. */
  gather(numbers: Uint32Array): ByteRows {
    const offsets = new Uint32Array(numbers.length + 1);
    for (const [i, number] of numbers.entries()) {
      offsets[i + 1] = (offsets[i] as number) + this.#end(number) - this.#start(number);
    }
    const bytes = new Uint8Array(offsets[numbers.length] as number);
    for (const [i, number] of numbers.entries()) {
      bytes.set(this.#memory.bytes.subarray(this.#start(number), this.#end(number)), offsets[i]);
    }
    return { bytes, offsets };
  }

  /** Gives the memory back. */
  release(): void {
    this.#memory.release();
    this.#ends.release();
  }

  #start(number: number): number {
    return number === 0 ? 0 : this.#end(number - 1);
  }

  #end(number: number): number {
    return this.#ends.words[number] as number; // numbers are of items
  }
}

/** Fields below which a copy byte by byte is shorter than setting up a call of `set`. */
const shortBytes = 128;

function copyField(from: Uint8Array, start: number, length: number, to: Uint8Array, at: number): void {
  if (length < shortBytes) for (let k = 0; k < length; k++) to[at + k] = from[start + k] as number;
  else to.set(from.subarray(start, start + length), at);
}
