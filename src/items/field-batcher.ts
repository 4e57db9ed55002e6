/**
 * Gathers the items of a list into batches of fields, by the list's rules. `ItemReader` does the same one item at a time and
 * is the readable reference.
 */

import type { FieldBatch } from "../bytes/field-batch.js";
import { FieldPacker } from "../bytes/field-packer.js";
import { KeyRules, type KeyRulesOptions, type PsiField, type PsiItem } from "./key-rules.js";

const longUnits = 2 ** 18;

/** Items in, batches out. */
export class FieldBatcher {
  readonly #rules: KeyRules;
  readonly #packer = new FieldPacker();
  /** The row of the batch's first item. */
  #firstRow = 0;

  constructor(options: KeyRulesOptions) {
    this.#rules = new KeyRules(options);
  }

  /**
   * Adds the item in the next row.
   *
   * @returns True when the batch is full and must be taken.
   * @throws VeilshareError as `ItemReader.read`; for an ill-formed text perhaps later, before an error of a later row.
   */
  add(item: PsiItem, row: number): boolean {
    if (this.#packer.count === 0) this.#firstRow = row;
    try {
      if (typeof item === "string") {
        this.#rules.checkColumns(1, row);
        this.#packer.begin(1);
        this.#addText(item, 0);
      } else this.#addFields(item, row);
    } catch (thrown) {
      if (thrown instanceof RangeError) throw this.#rules.tooManyBytes();
      this.#encode(); // an earlier row's fault comes first
      throw thrown;
    }
    return this.#packer.isFull;
  }

  /** What was added since the last call. */
  take(): FieldBatch {
    this.#encode();
    return this.#packer.take();
  }

  #addFields(item: PsiItem, row: number): void {
    const fields = this.#rules.fieldsOf(item, row);
    for (let column = 0; column < fields.length; column++) this.#checkField(fields[column], row, column);
    this.#packer.begin(fields.length);
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

  /** A text that stands for nothing becomes an empty one, which does too. */
  #addText(field: string, column: number): void {
    const text = this.#rules.textOf(field, column) ?? "";
    const isLong = text.length >= longUnits;
    if (isLong) this.#encode(); // two of the longest texts are too long for one
    this.#packer.addText(this.#rules.isPlaceholder(text) ? "" : text);
    if (isLong) this.#encode();
  }

  /** Bytes are copied at once: their owner may write others there. */
  #addBytes(field: Uint8Array): void {
    this.#encode(); // with an error that names the item
    this.#packer.addBytes(field);
  }

  #encode(): void {
    if (this.#packer.encode()) return;
    const place = this.#packer.illFormedField() ?? 0;
    const columns = this.#rules.columns;
    throw this.#rules.illFormed(this.#firstRow + Math.floor(place / columns), place % columns);
  }
}
