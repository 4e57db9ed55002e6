/**
 * What is compared: items of one key field or several, as bytes that are equal exactly when the items are. Every field
 * is its length (32 bits, little-endian) and its bytes, so that ["ab", "c"] and ["a", "bc"] differ. Text is UTF-8; a
 * text and the same bytes given as Uint8Array are the same field.
 */

import type { ByteRows } from "../bytes/byte-rows.js";
import { invalidArgument, VeilshareError } from "../errors.js";
import { eventLoopTurn } from "../parallel/event-loop.js";
import { normalized, type Normalization } from "./normalization.js";

/** One field of a key. */
export type PsiField = string | Uint8Array;

/** One item: a key of one field, or several key fields in the order of the agreed key columns. */
export type PsiItem = PsiField | readonly PsiField[];

/** Items as bytes. */
export interface EncodedItems {
  readonly rows: ByteRows;
  /** Number of fields of every item; 0 when there is no item. */
  readonly keyColumns: number;
}

/** A lone surrogate: UTF-8 cannot stand for it, and an encoder's replacement would merge different texts. */
const loneSurrogate = /\p{Surrogate}/u;

const maxTotalBytes = 2 ** 32 - 1;
const rowsPerTurn = 16_384;
const lengthBytes = 4;

/**
 * The items as byte rows, normalized.
 *
 * @param caller - Whose argument the items are, for the error.
 * @throws VeilshareError INVALID_ARGUMENT that names the item by its position: a lone surrogate, a field that is
 * neither text nor bytes, another number of fields than the first item has. Also for 4 GiB or more of items.
 */
export async function encodeItems(
  items: readonly PsiItem[],
  normalization: Normalization,
  caller = "intersect",
): Promise<EncodedItems> {
  const builder = new RowBuilder(items.length, caller);
  const badItem = (row: number, expected: string, got: string): VeilshareError =>
    invalidItem(caller, row, expected, got);
  let keyColumns = 0;
  for (const [row, item] of items.entries()) {
    const fields = fieldsOf(item);
    if (row === 0) keyColumns = fields.length;
    if (fields.length === 0) throw badItem(row, "at least one field", "none");
    if (fields.length !== keyColumns) throw badItem(row, `${keyColumns} fields`, `${fields.length}`);
    for (const [column, field] of fields.entries()) {
      if (typeof field === "string") {
        if (loneSurrogate.test(field))
          throw badItem(row, `well-formed text in field ${column}`, "a lone surrogate");
        builder.addText(normalized(field, normalization));
      } else if (isBytes(field)) builder.addBytes(field);
      else throw badItem(row, `text or bytes in field ${column}`, typeof field);
    }
    builder.endRow();
    if (row % rowsPerTurn === rowsPerTurn - 1) await eventLoopTurn();
  }
  return { rows: builder.finish(), keyColumns };
}

function fieldsOf(item: PsiItem): readonly PsiField[] {
  return Array.isArray(item) ? (item as readonly PsiField[]) : [item as PsiField]; // bytes are no array
}

// Items may come from untyped code.
function isBytes(field: unknown): field is Uint8Array {
  return field instanceof Uint8Array;
}

function invalidItem(caller: string, row: number, expected: string, got: string): VeilshareError {
  const message = `${caller}: item ${row}: expected ${expected}, got ${got}`;
  return new VeilshareError("INVALID_ARGUMENT", message, { field: `items[${row}]`, expected, got });
}

/** Puts fields together to rows in one flat array. */
class RowBuilder {
  readonly #encoder = new TextEncoder();
  readonly #offsets: Uint32Array;
  #bytes = new Uint8Array(4096);
  #view = new DataView(this.#bytes.buffer);
  #length = 0;
  #rows = 0;

  readonly #caller: string;

  constructor(rowCount: number, caller: string) {
    this.#caller = caller;
    this.#offsets = new Uint32Array(rowCount + 1);
  }

  addBytes(field: Uint8Array): void {
    this.#reserve(lengthBytes + field.length);
    this.#bytes.set(field, this.#length + lengthBytes);
    this.#endField(field.length);
  }

  addText(field: string): void {
    this.#reserve(lengthBytes + 3 * field.length); // at most three bytes a UTF-16 unit
    const target = this.#bytes.subarray(this.#length + lengthBytes);
    this.#endField(this.#encoder.encodeInto(field, target).written);
  }

  #endField(byteLength: number): void {
    this.#view.setUint32(this.#length, byteLength, true);
    this.#length += lengthBytes + byteLength;
    if (this.#length > maxTotalBytes) throw invalidArgument(this.#caller, "less than 4 GiB of items", "more");
  }

  endRow(): void {
    this.#rows += 1;
    this.#offsets[this.#rows] = this.#length;
  }

  #reserve(byteLength: number): void {
    const needed = this.#length + byteLength;
    if (needed <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(needed, 2 * this.#bytes.length));
    larger.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = larger;
    this.#view = new DataView(larger.buffer);
  }

  finish(): ByteRows {
    return { bytes: this.#bytes.slice(0, this.#length), offsets: this.#offsets };
  }
}
