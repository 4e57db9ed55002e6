/**
 * What an entry seals: the label of a key, or all labels of a key that was published with several.
 *
 *   one label         u16 length || label
 *   several           u16 length of all that follows, with the top bit || for each: u16 length || label
 */

import { byteRowsFromArrays, rowCount, rowView, type ByteRows } from "../../bytes/byte-rows.js";
import { ByteReader, ByteWriter, MalformedMessage } from "../../bytes/codec.js";
import { utf8ToBytes } from "../../bytes/encoding.js";
import { isWellFormed } from "../../bytes/well-formed.js";
import { VeilshareError } from "../../errors.js";
import { DistinctItems } from "../../items/distinct-items.js";

/** Bytes before a label. */
export const labelLengthBytes = 2;
const several = 0x8000;

/** A label as callers give it: text (as UTF-8) or bytes. */
export type LookupLabel = string | Uint8Array;

/** What is sealed for a key; its first two bytes are not of the padded length. */
export function contentOf(labels: readonly Uint8Array[]): Uint8Array {
  const [first] = labels;
  if (first !== undefined && labels.length === 1)
    return new ByteWriter().u16(first.length).fixed(first).finish();
  const body = new ByteWriter();
  for (const label of labels) body.u16(label.length).fixed(label);
  const bytes = body.finish();
  return new ByteWriter()
    .u16(several | bytes.length)
    .fixed(bytes)
    .finish();
}

/** Bytes of what is sealed for a key, but for the first two. */
export function contentLength(labels: readonly Uint8Array[]): number {
  const before = labels.length > 1 ? labelLengthBytes * labels.length : 0;
  return labels.reduce((sum, label) => sum + label.length, before);
}

/** The labels of what was sealed and padded; undefined for anything else. */
export function labelsOf(padded: Uint8Array): readonly Uint8Array[] | undefined {
  try {
    const head = new ByteReader(padded.subarray(0, labelLengthBytes)).u16();
    const length = head & ~several;
    const end = labelLengthBytes + length;
    if (end > padded.length || padded.subarray(end).some((byte) => byte !== 0)) return undefined;
    const body = padded.slice(labelLengthBytes, end);
    if ((head & several) === 0) return [body];
    const labels: Uint8Array[] = [];
    const reader = new ByteReader(body);
    while (reader.remaining > 0) labels.push(reader.fixed(reader.u16()).slice());
    return labels.length > 1 ? labels : undefined;
  } catch (thrown) {
    if (thrown instanceof MalformedMessage) return undefined;
    throw thrown;
  }
}

/** Distinct keys, and the contents to be sealed for them. */
export interface KeyedContents {
  readonly keys: ByteRows;
  readonly contents: ByteRows;
}

/**
 * The labels of each key: those of all entries that have it, equal ones once, in the order of the entries.
 *
 * @param labels - Of each entry, one or more.
 * @throws VeilshareError INVALID_ARGUMENT that names the entry: a label longer than `labelBytes`, or several of one key that do
 *   not fit it together; for a key twice where `repeated` is `refuse`.
 */
export function groupLabels(
  caller: string,
  keys: ByteRows,
  labels: readonly (readonly Uint8Array[])[],
  { labelBytes, repeated }: { readonly labelBytes: number; readonly repeated: "group" | "refuse" },
): KeyedContents {
  const items = new DistinctItems();
  for (let i = 0; i < rowCount(keys); i++) {
    const key = rowView(keys, i);
    if (!items.add(key, key.length) && repeated === "refuse")
      throw atEntry(caller, i, "each key once", "the key of an earlier entry again");
  }
  items.seal();
  const numbers = Uint32Array.from({ length: items.count }, (_, k) => k);
  const { rows, rowOffsets } = items.rowsOf(numbers);
  const contents = byteRowsFromArrays(
    Array.from(numbers, (k) => {
      const entries = rows.subarray(rowOffsets[k], rowOffsets[k + 1]);
      const own = distinct([...entries].flatMap((entry) => labels[entry] ?? []));
      const length = contentLength(own);
      if (length <= labelBytes) return contentOf(own);
      const [entry = 0] = entries.slice(-1);
      const expected =
        own.length > 1
          ? `labels of one key of at most ${labelBytes} bytes together, with 2 before each`
          : `a label of at most ${labelBytes} bytes`;
      throw atEntry(caller, entry, expected, `${length} bytes`);
    }),
  );
  const distinctKeys = items.count === rowCount(keys) ? keys : items.gather(numbers);
  items.release();
  return { keys: distinctKeys, contents };
}

function distinct(labels: readonly Uint8Array[]): readonly Uint8Array[] {
  if (labels.length < 2) return labels;
  const byBytes = new Map(labels.map((label) => [label.join(), label]));
  return [...byBytes.values()];
}

/** Bytes of an entry's labels. Entries may come from untyped code. */
export function labelBytesOf(caller: string, label: unknown, i: number): readonly Uint8Array[] {
  if (!Array.isArray(label)) return [bytesOf(caller, label, i)];
  if (label.length === 0) throw atEntry(caller, i, "a label or several", "none");
  return label.map((one) => bytesOf(caller, one, i));
}

function bytesOf(caller: string, label: unknown, i: number): Uint8Array {
  if (label instanceof Uint8Array) return label;
  if (typeof label === "string" && isWellFormed(label)) return utf8ToBytes(label);
  const got = typeof label === "string" ? "a lone surrogate" : typeof label;
  throw atEntry(caller, i, "a label of well-formed text or bytes", got);
}

function atEntry(caller: string, i: number, expected: string, got: string): VeilshareError {
  return atPosition(caller, "entries", i, expected, got);
}

/** The error for one thing of a caller's list. */
export function atPosition(
  caller: string,
  list: string,
  i: number,
  expected: string,
  got: string,
): VeilshareError {
  const field = `${list}[${i}]`;
  const message = `${caller}: ${field}: expected ${expected}, got ${got}`;
  return new VeilshareError("INVALID_ARGUMENT", message, { field, expected, got });
}
