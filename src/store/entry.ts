/** What one record changes: a list of entries, in order. */

import { ByteReader, ByteWriter, MalformedMessage } from "../bytes/codec.js";
import { maxNameBytes } from "./kind.js";

/** The kind and key that entries are about. */
export interface Place {
  readonly kind: string;
  readonly key: string;
}

/** A change of what is under a place. */
export type Change =
  | {
      readonly op: "put" | "add";
      readonly place: Place;
      readonly value: Uint8Array;
      readonly expiresAtMs: number;
    }
  | { readonly op: "claim"; readonly place: Place; readonly byteLength: number; readonly ids: Uint8Array }
  | { readonly op: "remove"; readonly place: Place };

/** What a list of entries holds. */
export type Entry =
  | Change
  /** What follows was written when so many restores had been accepted. Snapshots only. */
  | { readonly op: "restores"; readonly restores: number };

const codes = { at: 1, put: 2, add: 3, claim: 4, remove: 5, restores: 6 } as const;
/** No list of entries is longer than a record. */
const maxValueBytes = 2 ** 28;

/** Entries as bytes; kind and key are written once for all that follow each other. */
export class EntryWriter {
  readonly #writer = new ByteWriter();
  #place: Place | undefined;
  #byteLength = 0;

  /** About how many bytes were written. */
  get byteLength(): number {
    return this.#byteLength;
  }

  add(entry: Entry): void {
    if (entry.op === "restores") {
      this.#writer.u8(codes.restores).u32(entry.restores);
      return;
    }
    const { kind, key } = entry.place;
    if (this.#place?.kind !== kind || this.#place.key !== key) {
      this.#writer.u8(codes.at).text(kind).text(key);
      this.#place = entry.place;
      this.#byteLength += kind.length + key.length + 9;
    }
    this.#writer.u8(codes[entry.op]);
    if (entry.op === "claim") {
      this.#writer.u8(entry.byteLength).bytes(entry.ids);
      this.#byteLength += entry.ids.length + 6;
    } else if (entry.op !== "remove") {
      this.#writer.u64(BigInt(entry.expiresAtMs)).bytes(entry.value);
      this.#byteLength += entry.value.length + 13;
    }
  }

  finish(): Uint8Array {
    return this.#writer.finish();
  }
}

/**
 * The entries of a record. Ids are views of it; values are copies.
 *
 * @throws MalformedMessage
 */
export function* readEntries(payload: Uint8Array): Iterable<Entry> {
  const reader = new ByteReader(payload);
  let place: Place | undefined;
  while (reader.remaining > 0) {
    const code = reader.u8();
    if (code === codes.at) {
      place = { kind: reader.text(maxNameBytes), key: reader.text(maxNameBytes) };
      continue;
    }
    if (code === codes.restores) {
      yield { op: "restores", restores: reader.u32() };
      continue;
    }
    if (place === undefined) throw new MalformedMessage("expected a kind and key before the first entry");
    yield readEntry(reader, code, place);
  }
}

function readEntry(reader: ByteReader, code: number, place: Place): Entry {
  if (code === codes.remove) return { op: "remove", place };
  if (code === codes.claim) {
    const byteLength = reader.u8();
    const ids = reader.view(maxValueBytes);
    if (byteLength === 0 || ids.length % byteLength !== 0) throw new MalformedMessage("expected whole ids");
    return { op: "claim", place, byteLength, ids };
  }
  if (code !== codes.put && code !== codes.add) {
    throw new MalformedMessage(`expected an entry of a known sort, got number ${code}`);
  }
  const expiresAtMs = Number(reader.u64());
  if (!Number.isSafeInteger(expiresAtMs)) throw new MalformedMessage("expected a time in milliseconds");
  return { op: code === codes.put ? "put" : "add", place, value: reader.bytes(maxValueBytes), expiresAtMs };
}
