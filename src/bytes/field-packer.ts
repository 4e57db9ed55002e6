/**
 * Packs the fields of items into a batch. Texts wait until the batch is wanted and are then encoded by one call: a text that
 * was put together of several is not even made flat.
 */

import { isBlankField, isBlankText } from "./blank-text.js";
import type { FieldBatch } from "./field-batch.js";
import { isWellFormed } from "./well-formed.js";

const itemsPerBatch = 4096;
const firstBytes = 2 ** 16;
/** UTF-16 units of text, and bytes, after which a batch is full. */
const unitsPerBatch = 2 ** 18;
/** Stands between texts, so that half a surrogate pair at one's end and at the next one's start do not make a pair. */
const separator = "\n";
/** Offsets in a batch are words. */
const maxBytes = 2 ** 32 - 8;

/** Fields in, batches out. */
export class FieldPacker {
  readonly #encoder = new TextEncoder();
  /** Texts that are not encoded yet, and how many units they have. */
  readonly #waiting: string[] = [];
  #waitingCount = 0;
  #waitingUnits = 0;
  /** What is encoded. */
  #bytes = new Uint8Array(0); // most files need none of it
  #byteLength = 0;
  #spans = new Uint32Array(1024);
  #fields = 0;
  readonly #blank = new Uint8Array(itemsPerBatch);
  #columns = 1;
  #count = 0;

  /** Items that the batch has. */
  get count(): number {
    return this.#count;
  }

  /** True when the batch must be taken before another item begins. */
  get isFull(): boolean {
    return this.#count === itemsPerBatch || this.#waitingUnits + this.#byteLength >= unitsPerBatch;
  }

  /** Begins the next item; its fields follow. All items of a batch have as many. */
  begin(columns: number): void {
    if (this.#count++ > 0) return;
    this.#columns = columns;
    this.#blank.fill(0);
    this.#byteLength = 0;
    this.#fields = 0;
  }

  addText(text: string): void {
    this.#waiting[this.#waitingCount++] = text;
    this.#waitingUnits += text.length + separator.length;
  }

  /**
   * Copies bytes.
   *
   * @throws RangeError for a batch of 4 GiB.
   */
  addBytes(field: Uint8Array): void {
    if (!this.encode()) throw new TypeError("FieldPacker.addBytes: a lone surrogate");
    this.#reserve(field.length);
    this.#bytes.set(field, this.#byteLength);
    this.#addSpan(this.#byteLength, field.length, field.length === 0);
    this.#byteLength += field.length;
  }

  /** The first field that is no well-formed text, counted from the batch's first; undefined when all are. */
  illFormedField(): number | undefined {
    for (let i = 0; i < this.#waitingCount; i++) {
      if (!isWellFormed(this.#waiting[i] as string)) return this.#fields + i; // i < count
    }
    return undefined;
  }

  /**
   * Encodes what waits.
   *
   * @returns False when a text is ill-formed, see {@link FieldPacker.illFormedField}; the batch is then of no use.
   */
  encode(): boolean {
    const count = this.#waitingCount;
    if (count === 0) return true;
    const texts = count === this.#waiting.length ? this.#waiting : this.#waiting.slice(0, count);
    const joined = texts.join(separator);
    this.#reserve(3 * joined.length); // at most three bytes a UTF-16 unit
    const { written } = this.#encoder.encodeInto(joined, this.#bytes.subarray(this.#byteLength));
    if (written === joined.length) this.#addAscii(texts);
    else if (isWellFormed(joined)) this.#addOther(texts);
    else return false;
    this.#byteLength += written;
    this.#waitingCount = 0;
    this.#waitingUnits = 0;
    return true;
  }

  /** The batch; the next item begins another one. Everything must be well-formed. */
  take(): FieldBatch {
    if (!this.encode()) throw new TypeError("FieldPacker.take: a lone surrogate");
    const [count, bytes] = [this.#count, this.#bytes.subarray(0, this.#byteLength)];
    this.#count = 0;
    return { bytes, spans: this.#spans, columns: this.#columns, count, blank: this.#blank };
  }

  #addAscii(texts: readonly string[]): void {
    let at = this.#byteLength;
    for (let i = 0; i < texts.length; i++) {
      const text = texts[i] as string; // i < length; an iterator's objects would cost more than all else here
      this.#addSpan(at, text.length, isBlankField(this.#bytes, at, text.length));
      at += text.length + separator.length;
    }
  }

  /** Finds where each text ends by its number of units: only a first byte of four begins a character of two. */
  #addOther(texts: readonly string[]): void {
    const bytes = this.#bytes;
    let at = this.#byteLength;
    for (let i = 0; i < texts.length; i++) {
      const text = texts[i] as string;
      const start = at;
      for (let units = text.length; units > 0;) {
        const first = bytes[at] as number; // within what was written
        const length = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
        units -= length === 4 ? 2 : 1;
        at += length;
      }
      this.#addSpan(start, at - start, isBlankText(text));
      at += separator.length;
    }
  }

  #addSpan(start: number, length: number, isBlank: boolean): void {
    if (isBlank) this.#blank[Math.floor(this.#fields / this.#columns)] = 1;
    const at = 2 * this.#fields++;
    if (at === this.#spans.length) {
      const larger = new Uint32Array(2 * at);
      larger.set(this.#spans);
      this.#spans = larger;
    }
    this.#spans[at] = start;
    this.#spans[at + 1] = length;
  }

  #reserve(byteLength: number): void {
    const needed = this.#byteLength + byteLength;
    if (needed <= this.#bytes.length) return;
    if (needed > maxBytes) throw new RangeError("FieldPacker: 4 GiB or more");
    const larger = new Uint8Array(Math.min(maxBytes, Math.max(needed, 2 * this.#bytes.length, firstBytes)));
    larger.set(this.#bytes.subarray(0, this.#byteLength));
    this.#bytes = larger;
  }
}
