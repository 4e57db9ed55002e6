/** Items as bytes, out of batches of fields: each field's length, a word, and its bytes. The first ones are kept. */

import type { ByteRows } from "../../bytes/byte-rows.js";
import type { FieldBatch } from "../../bytes/field-batch.js";
import { ByteStore } from "../../items/byte-store.js";

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
  readonly #store = new ByteStore();
  readonly #ends: number[] = [0];

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** False when there are more than were to be kept. */
  add(item: Uint8Array): boolean {
    if (this.#ends.length > this.#limit) return false;
    this.#store.append(item, item.length);
    this.#ends.push(this.#store.length);
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
      this.#store.copyTo(bytes, offsets[i] as number, this.#start(number), this.#end(number));
    }
    return { bytes, offsets };
  }

  /** Gives the memory back. */
  release(): void {
    this.#store.release();
  }

  #start(number: number): number {
    return this.#ends[number] as number; // numbers are of items
  }

  #end(number: number): number {
    return this.#ends[number + 1] as number; // numbers are of items
  }
}
