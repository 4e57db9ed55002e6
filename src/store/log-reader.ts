/** Reads a log from its beginning, or on from where it stopped, into a state. */

import { ByteReader, ByteWriter, MalformedMessage } from "../bytes/codec.js";
import { equalBytes } from "../bytes/encoding.js";
import type { Chain } from "./chain.js";
import { readEntries } from "./entry.js";
import { findMarker, firstKeptSort, readFrame, sorts, type Digest, type HashedRecord } from "./frame.js";
import { countsOf } from "./snapshot.js";
import type { State } from "./state.js";

/** Where a log goes on. */
export interface Seal {
  /** Name of the file without its ending. */
  readonly file: string;
  /** Hash of the last record of the snapshot that it begins with. */
  readonly hash: Uint8Array;
}

/** What a reader needs. */
export interface LogReaderParts {
  readonly marker: Uint8Array;
  readonly digest: Digest;
  readonly chain: Chain;
  readonly state: State;
}

/** A snapshot that is being read. */
interface RunningSnapshot {
  readonly epoch: number;
  readonly sequence: number;
  hash: Uint8Array;
}

/** A piece of a file. */
export interface Piece {
  /** The reader keeps no view of it. */
  readonly bytes: Uint8Array;
  /** Nothing follows the piece: what looks like the beginning of a longer record was cut short. */
  readonly isLast: boolean;
  /** Bytes of the file before it. */
  readonly before: number;
  /** Bytes of the whole file, as far as it is known. */
  readonly total: number;
}

const maxTextBytes = 4096;
const hashBytes = 32;

/** Takes the records of one file in order. */
export class LogReader {
  readonly #parts: LogReaderParts;
  #snapshot: RunningSnapshot | undefined;
  #seal: Seal | undefined;
  #snapshotHash: Uint8Array | undefined;
  #snapshotBytes = 0;
  #snapshotLength = 0;
  #onlyChain = false;
  /** How many times what was read the file holds. */
  #ahead = 1;
  /** Records that came too late to count. */
  voidRecords = 0;
  /** Bytes of records that were cut short. */
  tornBytes = 0;
  /** Called with each record that counts. */
  onRecord: ((record: HashedRecord) => void) | undefined;

  constructor(parts: LogReaderParts) {
    this.#parts = parts;
  }

  /** Where the log goes on; nothing after it counts. */
  get seal(): Seal | undefined {
    return this.#seal;
  }

  /** Hash of the snapshot that was read. */
  get snapshotHash(): Uint8Array | undefined {
    return this.#snapshotHash;
  }

  /** Bytes of its records. */
  get snapshotBytes(): number {
    return this.#snapshotBytes;
  }

  /** Number of records that it stands for. */
  get snapshotLength(): number {
    return this.#snapshotLength;
  }

  /** From now on, which records count is found out, and what they say is passed over. */
  readsChainOnly(): void {
    this.#onlyChain = true;
  }

  /** True while a snapshot has begun and not ended. */
  get isInSnapshot(): boolean {
    return this.#snapshot !== undefined;
  }

  /**
   * Reads the whole records of a piece of the file.
   *
   * @returns How many bytes were used; the rest is to be given again with what follows it.
   * @throws MalformedMessage for a log that is damaged.
   */
  read({ bytes, isLast, before, total }: Piece): number {
    const { marker, digest } = this.#parts;
    let at = 0;
    while (at < bytes.length && this.#seal === undefined) {
      const found = readFrame(bytes, at, marker, digest);
      if (found.kind === "record") {
        if (this.#snapshot !== undefined) this.#snapshotBytes += found.end - at;
        this.#ahead = Math.max(1, total / (before + found.end));
        this.take(found.record);
        at = found.end;
        continue;
      }
      if (found.kind === "more" && !isLast) return at;
      const next = findMarker(bytes, at + 1, marker);
      // At the end it may yet be a record that somebody is writing: it stays unread.
      if (next === bytes.length) return at;
      this.tornBytes += next - at;
      at = next;
    }
    return at;
  }

  /**
   * Takes one record; false if it does not count.
   *
   * @throws MalformedMessage
   */
  take(record: HashedRecord): boolean {
    const { chain } = this.#parts;
    if (record.sort === sorts.snapshotBegin) this.#beginSnapshot(record);
    else if (this.#snapshot !== undefined) this.#goOnSnapshot(record, this.#snapshot);
    else if (chain.take(record)) this.#apply(record);
    else {
      this.voidRecords++;
      return false;
    }
    this.onRecord?.(record);
    return true;
  }

  #apply(record: HashedRecord): void {
    const { state } = this.#parts;
    if (record.sort === sorts.owner || this.#onlyChain) return;
    if (record.sort === sorts.entries) this.#applyEntries(record.payload);
    else if (record.sort === sorts.restored) {
      const reason = new ByteReader(record.payload).text(maxTextBytes);
      state.restored.push({ atMs: record.timeMs, reason });
    } else if (record.sort === sorts.seal) this.#seal = readSeal(record.payload);
    else this.#keep(record);
  }

  #keep({ sort, payload }: HashedRecord): void {
    if (sort < firstKeptSort)
      throw new MalformedMessage(`expected a known sort of record, got number ${sort}`);
    this.#parts.state.kept.push({ sort, payload: Uint8Array.from(payload) });
  }

  #applyEntries(payload: Uint8Array): void {
    const { state } = this.#parts;
    let restores: number | undefined;
    for (const entry of readEntries(payload)) {
      if (entry.op === "restores") restores = entry.restores;
      else state.load(entry, restores, this.#ahead);
    }
  }

  #beginSnapshot({ epoch, sequence, hash, payload }: HashedRecord): void {
    const { chain, state } = this.#parts;
    if (chain.length !== 0 || this.#snapshot !== undefined) {
      throw new MalformedMessage("expected a snapshot at the beginning only");
    }
    const reader = new ByteReader(payload);
    for (let left = reader.u32(); left > 0; left--) {
      state.restored.push({ atMs: Number(reader.u64()), reason: reader.text(maxTextBytes) });
    }
    reader.end();
    this.#snapshot = { epoch, sequence, hash };
  }

  #goOnSnapshot(record: HashedRecord, snapshot: RunningSnapshot): void {
    const { chain, state } = this.#parts;
    if (record.sequence !== snapshot.sequence || !equalBytes(record.previous, snapshot.hash)) {
      throw new MalformedMessage("expected the next record of the snapshot, got another");
    }
    snapshot.hash = record.hash;
    if (record.sort === sorts.snapshotPart) this.#applyEntries(record.payload);
    else if (record.sort === sorts.snapshotEnd) {
      const reader = new ByteReader(record.payload);
      const counts = countsOf(state, 0);
      for (const count of counts) {
        if (reader.u64() !== count) throw new MalformedMessage("expected the counts of the snapshot");
      }
      reader.end();
      chain.goTo({ epoch: snapshot.epoch, length: snapshot.sequence, hash: record.hash });
      this.#snapshotHash = record.hash;
      this.#snapshotLength = snapshot.sequence;
      this.#snapshot = undefined;
    } else this.#keep(record);
  }
}

/** The payload of a seal. */
export function encodeSeal({ file, hash }: Seal): Uint8Array {
  return new ByteWriter().text(file).fixed(hash).finish();
}

function readSeal(payload: Uint8Array): Seal {
  const reader = new ByteReader(payload);
  const seal = { file: reader.text(maxTextBytes), hash: reader.fixed(hashBytes) };
  reader.end();
  return seal;
}
