/**
 * Gathers items into batches of fields. Texts wait until some thousands are together and are then encoded by one call: a
 * text that was put together of several is not even made flat. `ItemReader` does the same one item at a time and is the
 * readable reference.
 */

import { isBlankText } from "../bytes/blank-text.js";
import type { FieldBatch } from "../bytes/field-batch.js";
import { maxMemoryBytes } from "./growing-memory.js";
import type { PsiField, PsiItem } from "./items.js";
import { isWellFormed, KeyRules, type KeyRulesOptions } from "./key-rules.js";

const itemsPerBatch = 4096;
/** UTF-16 units of text, and bytes, after which a batch is full. */
const unitsPerBatch = 2 ** 18;
/** Stands between texts, so that half a surrogate pair at one's end and at the next one's start do not make a pair. */
const separator = "\n";
const wordsPerSpan = 2;

/** Items in, batches out. */
export class FieldBatcher {
  readonly #rules: KeyRules;
  readonly #encoder = new TextEncoder();
  /** Texts that are not encoded yet, and how many units they have. */
  readonly #waiting: string[] = [];
  #waitingCount = 0;
  #waitingUnits = 0;
  /** What is encoded. */
  #bytes = new Uint8Array(2 ** 16);
  #byteLength = 0;
  #spans = new Uint32Array(wordsPerSpan * itemsPerBatch);
  #fields = 0;
  readonly #blank = new Uint8Array(itemsPerBatch);
  /** Items of the batch, and the row of its first. */
  #count = 0;
  #firstRow = 0;

  constructor(options: KeyRulesOptions) {
    this.#rules = new KeyRules(options);
  }

  /** Number of fields of every item; 0 when there was none. */
  get keyColumns(): number {
    return this.#rules.columns;
  }

  /**
   * Adds the item in the next row.
   *
   * @returns True when the batch is full and must be taken.
   * @throws VeilshareError as `ItemReader.read`; for an ill-formed text perhaps later, before an error of a later row.
   */
  add(item: PsiItem, row: number): boolean {
    if (this.#count === 0) this.#begin(row);
    try {
      if (typeof item === "string") {
        this.#rules.checkColumns(1, row);
        this.#addText(item, 0);
      } else this.#addFields(item, row);
    } catch (thrown) {
      this.#encodeWaiting(); // an earlier row's fault comes first
      throw thrown;
    }
    this.#count += 1;
    return this.#count === itemsPerBatch || this.#waitingUnits + this.#byteLength >= unitsPerBatch;
  }

  /** What was added since the last call. */
  take(): FieldBatch {
    this.#encodeWaiting();
    const batch = {
      bytes: this.#bytes.subarray(0, this.#byteLength),
      spans: this.#spans,
      columns: this.#rules.columns,
      count: this.#count,
      blank: this.#blank,
    };
    this.#count = 0;
    return batch;
  }

  #begin(row: number): void {
    this.#firstRow = row;
    this.#blank.fill(0);
    this.#byteLength = 0;
    this.#fields = 0;
  }

  #addFields(item: PsiItem, row: number): void {
    const fields = this.#rules.fieldsOf(item, row);
    for (let column = 0; column < fields.length; column++) this.#checkField(fields[column], row, column);
    for (let column = 0; column < fields.length; column++) {
      const field = fields[column] as PsiField; // just checked
      if (typeof field === "string") this.#addText(field, column);
      else this.#addBytes(field);
    }
  }

  #checkField(field: unknown, row: number, column: number): void {
    if (typeof field === "string" || field instanceof Uint8Array) return;
    throw this.#rules.badField(row, column, field);
  }

  /** A text that stands for nothing waits as an empty one, which does too. */
  #addText(field: string, column: number): void {
    const text = this.#rules.textOf(field, column) ?? "";
    this.#waiting[this.#waitingCount++] = this.#rules.isPlaceholder(text) ? "" : text;
    this.#waitingUnits += text.length + separator.length;
  }

  /** Bytes are copied at once: their owner may write others there. */
  #addBytes(field: Uint8Array): void {
    this.#encodeWaiting();
    this.#reserve(field.length);
    this.#bytes.set(field, this.#byteLength);
    if (field.length === 0) this.#blank[this.#itemOfField()] = 1;
    this.#addSpan(this.#byteLength, field.length);
    this.#byteLength += field.length;
  }

  #encodeWaiting(): void {
    const count = this.#waitingCount;
    if (count === 0) return;
    const texts = count === this.#waiting.length ? this.#waiting : this.#waiting.slice(0, count);
    const joined = texts.join(separator);
    this.#waitingCount = 0;
    this.#waitingUnits = 0;
    this.#reserve(3 * joined.length); // at most three bytes a UTF-16 unit
    const { written } = this.#encoder.encodeInto(joined, this.#bytes.subarray(this.#byteLength));
    if (written === joined.length) this.#addAscii(texts);
    else if (isWellFormed(joined)) this.#addOther(texts);
    else this.#refuseIllFormed(texts);
    this.#byteLength += written;
  }

  #addAscii(texts: readonly string[]): void {
    let at = this.#byteLength;
    for (let i = 0; i < texts.length; i++) {
      const text = texts[i] as string; // i < length; an iterator's objects would cost more than all else here
      this.#addTextSpan(text, at, text.length);
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
      this.#addTextSpan(text, start, at - start);
      at += separator.length;
    }
  }

  #addTextSpan(text: string, start: number, length: number): void {
    const first = length === 0 ? 0 : (this.#bytes[start] as number); // within what was written
    const visible = first > 0x20 && first < 0x7f; // nearly all keys begin so
    if (!visible && isBlankText(text)) this.#blank[this.#itemOfField()] = 1;
    this.#addSpan(start, length);
  }

  #addSpan(start: number, length: number): void {
    const at = wordsPerSpan * this.#fields++;
    if (at === this.#spans.length) {
      const larger = new Uint32Array(2 * at);
      larger.set(this.#spans);
      this.#spans = larger;
    }
    this.#spans[at] = start;
    this.#spans[at + 1] = length;
  }

  /** The place in the batch of the item whose field comes next. */
  #itemOfField(): number {
    return Math.floor(this.#fields / this.#rules.columns);
  }

  #refuseIllFormed(texts: readonly string[]): never {
    const columns = this.#rules.columns;
    const place = this.#fields + texts.findIndex((text) => !isWellFormed(text));
    throw this.#rules.illFormed(this.#firstRow + Math.floor(place / columns), place % columns);
  }

  #reserve(byteLength: number): void {
    const needed = this.#byteLength + byteLength;
    if (needed <= this.#bytes.length) return;
    if (needed > maxMemoryBytes) throw this.#rules.tooManyBytes();
    const larger = new Uint8Array(Math.min(maxMemoryBytes, Math.max(needed, 2 * this.#bytes.length)));
    larger.set(this.#bytes.subarray(0, this.#byteLength));
    this.#bytes = larger;
  }
}
