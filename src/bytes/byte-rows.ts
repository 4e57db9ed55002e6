/**
 * A batch of byte strings of any length in two flat arrays, so that a million items are two allocations and cross a
 * thread boundary by transfer. Row i is `bytes[offsets[i] .. offsets[i + 1]]`.
 */

import { invalidArgument, VeilshareError } from "../errors.js";
import { copyBytes } from "./encoding.js";
import { isWellFormed } from "./well-formed.js";

/** `offsets` has one entry more than there are rows, starts at 0, never falls and ends at `bytes.length`. */
export interface ByteRows {
  readonly bytes: Uint8Array;
  readonly offsets: Uint32Array;
}

/** Offsets are 32-bit. */
const maxTotalBytes = 2 ** 32 - 1;

/**
 * The batch of the given byte strings, copied.
 *
 * @throws VeilshareError INVALID_ARGUMENT when they are 4 GiB or more together.
 */
export function byteRowsFromArrays(rows: readonly Uint8Array[]): ByteRows {
  const offsets = new Uint32Array(rows.length + 1);
  let total = 0;
  for (const [i, row] of rows.entries()) {
    total += row.length;
    checkTotal("byteRowsFromArrays", total);
    offsets[i + 1] = total;
  }
  const bytes = new Uint8Array(total);
  for (const [i, row] of rows.entries()) bytes.set(row, offsets[i]);
  return { bytes, offsets };
}

/**
 * The batch of the UTF-8 encodings of texts.
 *
 * @throws VeilshareError INVALID_ARGUMENT, with the row as `field`, for a text with a lone surrogate: an encoder would
 * replace it, and two different texts would become one. Also when they are 4 GiB or more together.
 */
export function byteRowsFromTexts(texts: readonly string[]): ByteRows {
  const encoder = new TextEncoder();
  const offsets = new Uint32Array(texts.length + 1);
  let bytes = new Uint8Array(1024);
  let total = 0;
  for (const [i, text] of texts.entries()) {
    if (!isWellFormed(text)) throw illFormedText(i);
    const needed = total + 3 * text.length; // at most three bytes a UTF-16 unit
    if (needed > bytes.length) bytes = grown(bytes, needed);
    total += encoder.encodeInto(text, bytes.subarray(total)).written;
    checkTotal("byteRowsFromTexts", total);
    offsets[i + 1] = total;
  }
  return { bytes: bytes.slice(0, total), offsets };
}

function grown(bytes: Uint8Array, needed: number): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(Math.max(needed, 2 * bytes.length));
  larger.set(bytes);
  return larger;
}

function illFormedText(row: number): VeilshareError {
  const expected = "well-formed text";
  const got = "a lone surrogate";
  const message = `byteRowsFromTexts: expected ${expected}, got ${got} in row ${row}`;
  return new VeilshareError("INVALID_ARGUMENT", message, { field: String(row), expected, got });
}

function checkTotal(caller: string, total: number): void {
  if (total > maxTotalBytes)
    throw invalidArgument(caller, "less than 4 GiB together", `${total} bytes or more`);
}

/** How many rows a batch has. */
export function rowCount(rows: ByteRows): number {
  return rows.offsets.length - 1;
}

/**
 * Row `index` as a view of the batch's memory.
 *
 * @param index - From 0 to one below {@link rowCount}.
 * @throws VeilshareError INVALID_ARGUMENT for any other index.
 */
export function rowView(rows: ByteRows, index: number): Uint8Array {
  const start = rows.offsets[index];
  const end = rows.offsets[index + 1];
  if (start === undefined || end === undefined) {
    throw invalidArgument("rowView", `a row from 0 to ${rowCount(rows) - 1}`, String(index));
  }
  return rows.bytes.subarray(start, end);
}

/**
 * Rows `start` to `end - 1` as a batch in memory of its own, ready to be transferred.
 *
 * @throws VeilshareError INVALID_ARGUMENT unless 0 <= start <= end <= {@link rowCount}.
 */
export function sliceRows(rows: ByteRows, start: number, end: number): ByteRows {
  const count = rowCount(rows);
  if (!(Number.isInteger(start) && Number.isInteger(end) && start >= 0 && start <= end && end <= count)) {
    throw invalidArgument("sliceRows", `0 <= start <= end <= ${count}`, `${start} and ${end}`);
  }
  const offsets = rows.offsets.slice(start, end + 1);
  const base = offsets[0] as number; // end + 1 > start, so there is one
  const bytes = copyBytes(rows.bytes.subarray(base, offsets[end - start]));
  for (let i = 0; i < offsets.length; i++) offsets[i] = (offsets[i] as number) - base; // i < length
  return { bytes, offsets };
}

/**
 * Refuses a batch whose offsets do not describe its bytes, e.g. one put together by hand.
 *
 * @throws VeilshareError INVALID_ARGUMENT.
 */
export function checkByteRows(caller: string, rows: ByteRows): void {
  const { bytes, offsets } = rows;
  if (offsets[0] !== 0 || offsets[offsets.length - 1] !== bytes.length) {
    throw invalidArgument(caller, `offsets from 0 to ${bytes.length}`, "other ends");
  }
  for (let i = 1; i < offsets.length; i++) {
    // i - 1 and i are below the length
    if ((offsets[i] as number) < (offsets[i - 1] as number)) {
      throw invalidArgument(caller, "offsets that never fall", `a fall at ${i}`);
    }
  }
}
