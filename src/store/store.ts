/**
 * The state store: what must not be spent, counted or used twice. A change reads the state, decides and writes one record;
 * it is done once the record is where no crash undoes it and no other owner has begun. Only then may what it stands for be
 * done: burn before use.
 */

import type { StoreHead } from "./chain.js";
import type { CellKind, Kind, LogKind, SetKind } from "./kind.js";

/** Reads the state. What changes it and is not on disk yet is seen too. */
export interface StoreView {
  /** The value of a cell; undefined where none was put, or it was removed or has expired. */
  get<T>(kind: CellKind<T>, key: string): T | undefined;
  /** The values of a log in order, without those that have expired. They are read once and shared: not to be changed. */
  list<T>(kind: LogKind<T>, key: string): readonly T[];
  /** True for an id that was claimed. */
  has(kind: SetKind, key: string, id: Uint8Array): boolean;
  /** Number of values of a cell or log that have not expired, or of ids of a set. */
  count(kind: Kind, key: string): number;
  /** The keys under which a kind has something. */
  keys(kind: Kind): string[];
  /** True where something was written last before a restore was accepted: whatever is left of it is to be refused. */
  isBurned(kind: Kind, key: string): boolean;
  /** How many restores were accepted. */
  readonly restores: number;
  /** When a restore was last accepted. */
  readonly restoredAtMs: number | undefined;
  /** The store's clock: milliseconds since 1970, unless `nowMs` was given. */
  readonly nowMs: number;
}

/** How long a value counts. */
export interface WriteOptions {
  /** It is there as long as the store's clock is below. Default: for ever. */
  readonly expiresAtMs?: number;
}

/** A view that changes the state; it sees its own changes. It ends with the function that got it. */
export interface StoreDraft extends StoreView {
  /** Puts the value of a cell in place of what was there. */
  put<T>(kind: CellKind<T>, key: string, value: T, options?: WriteOptions): void;
  /** Adds a value to a log. */
  add<T>(kind: LogKind<T>, key: string, value: T, options?: WriteOptions): void;
  /** Adds ids to a set; for each, true if it was not there. The same id twice: true once. */
  claim(kind: SetKind, key: string, ids: readonly Uint8Array[]): boolean[];
  /** Forgets what is under a key. */
  remove(kind: Kind, key: string): void;
}

/** What a change gave, and where the store stood then. */
export interface Committed<T> {
  readonly result: T;
  /** The head after the change: of its record, or of the last one if it changed nothing. */
  readonly head: StoreHead;
}

/**
 * A store with one owner at a time. Options of protocols take the store itself, never a copy of what it knows.
 *
 * **Security.** It counts what it is told, for whoever can write to its place. A copy of an older state is an older store:
 * see `acceptRestore`, and heads exchanged between parties, which find that out.
 */
export interface StateStore {
  /** Made once, with the store: 32 hexadecimal digits. */
  readonly id: string;
  readonly head: StoreHead;
  /**
   * What the store knows.
   *
   * @throws VeilshareError CLOSED; STORE_FENCED once another owner was seen; STORE_WRITE_FAILED while the last write failed.
   */
  readonly view: StoreView;
  /**
   * Makes a change when all earlier ones are made, and resolves with its result when it is on disk. One that throws changes
   * nothing, and the promise rejects with what it threw. One that writes nothing still makes sure that no other owner has
   * begun. Several changes may share one write.
   *
   * @param change - Synchronous. Reads, decides and writes.
   * @throws VeilshareError STORE_FENCED, STORE_WRITE_FAILED (nothing was changed, and a later call may succeed) or CLOSED.
   */
  transact<T>(change: (draft: StoreDraft) => T): Promise<T>;
  /** As `transact`, with the head. */
  commit<T>(change: (draft: StoreDraft) => T): Promise<Committed<T>>;
  /** Writes what the store knows as a snapshot in place of all records; it does so by itself now and then. */
  compact(): Promise<void>;
  /**
   * Says that this store was restored from an older copy, with the reason, which is kept: all that was written before is
   * burned, that is, what is left of it counts as spent.
   */
  acceptRestore(reason: string): Promise<void>;
  /** Waits for what is being written. Later calls are refused. */
  close(): Promise<void>;
}
