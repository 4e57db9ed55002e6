/** What a store knows: for each kind and key a cell, a log or a set. Changes can be undone until they are on disk. */

import { MalformedMessage } from "../bytes/codec.js";
import type { Change, Place } from "./entry.js";
import { IdSet } from "./id-set.js";
import type { Kind } from "./kind.js";

/** One value as it is stored. */
export interface StoredValue {
  readonly bytes: Uint8Array;
  /** 0 for never. */
  readonly expiresAtMs: number;
  /** What its kind made of it, once it did. */
  decoded?: { readonly by: Kind; readonly value: unknown };
}

/** What is under one kind and key. */
export interface Slot {
  readonly place: Place;
  /** How many restores had been accepted when it was last written. */
  restores: number;
  cell: StoredValue | undefined;
  log: StoredValue[];
  set: IdSet | undefined;
}

/** A restore that was accepted. */
export interface Restore {
  readonly atMs: number;
  readonly reason: string;
}

/** A record of a sort that this version does not know. */
export interface KeptRecord {
  readonly sort: number;
  readonly payload: Uint8Array;
}

/** Undoes one change. */
export type Undo = () => void;

/** Ids that one entry of a snapshot holds. */
const idsPerEntry = 2 ** 14;

/** All state of a store. */
export class State {
  readonly #kinds = new Map<string, Map<string, Slot>>();
  /** The restores that were accepted, in order. */
  readonly restored: Restore[] = [];
  /** Records of sorts that this version does not know. */
  readonly kept: KeptRecord[] = [];

  slot({ kind, key }: Place): Slot | undefined {
    return this.#kinds.get(kind)?.get(key);
  }

  /** Forgets everything. */
  clear(): void {
    this.#kinds.clear();
    this.restored.length = 0;
    this.kept.length = 0;
  }

  /** The keys of a kind. */
  keys(kind: string): string[] {
    return [...(this.#kinds.get(kind)?.keys() ?? [])];
  }

  *slots(): Iterable<Slot> {
    for (const slots of this.#kinds.values()) yield* slots.values();
  }

  /**
   * Makes one change.
   *
   * @param restores - The number of restores that the change is stamped with.
   * @throws MalformedMessage for a change that does not fit what is there; then nothing was changed.
   */
  apply(entry: Change, restores: number = this.restored.length): Undo {
    if (entry.op === "remove") return this.#remove(entry.place);
    const [slot, isNew] = this.#slotFor(entry.place);
    const before = slot.restores;
    const undoEntry = applyToSlot(slot, entry, isNew);
    slot.restores = restores;
    return () => {
      undoEntry();
      slot.restores = before;
      if (isNew) this.#remove(entry.place);
    };
  }

  /**
   * Makes a change that was read from a file and is never undone.
   *
   * @param ahead - How many times as much as was read so far is likely to come in all.
   * @throws MalformedMessage as {@link State.apply}.
   */
  load(entry: Change, restores: number | undefined, ahead: number): void {
    if (entry.op !== "claim") {
      this.apply(entry, restores);
      return;
    }
    const { place, byteLength, ids } = entry;
    const [slot, isNew] = this.#slotFor(place);
    const set = setIn(slot, byteLength, isNew);
    slot.restores = restores ?? this.restored.length;
    const size = set.size + ids.length / byteLength;
    set.reserve(size, Math.ceil(size * ahead));
    for (let at = 0; at < ids.length; at += byteLength) set.add(ids, at);
  }

  /** What was read from a file is all there: room that was made for more is given back. */
  loaded(): void {
    for (const { set } of this.slots()) set?.trim();
  }

  /**
   * Adds ids to the set of a place; says which were not there before.
   *
   * @throws MalformedMessage as {@link State.apply}.
   */
  claim(place: Place, byteLength: number, ids: readonly Uint8Array[]): { fresh: boolean[]; undo: Undo } {
    const begin = this.apply({ op: "claim", place, byteLength, ids: new Uint8Array(0) });
    const set = this.slot(place)?.set;
    const fresh = ids.map((id) => set?.add(id) ?? false);
    const undo = (): void => {
      for (const [i, id] of ids.entries()) if (fresh[i] === true) set?.delete(id);
      begin();
    };
    return { fresh, undo };
  }

  /** The changes that lead to this state, without what has expired, and the stamp of each. */
  *changes(nowMs: number): Iterable<{ readonly change: Change; readonly restores: number }> {
    for (const slot of this.slots()) {
      for (const change of slotChanges(slot, nowMs)) yield { change, restores: slot.restores };
    }
  }

  #slotFor(place: Place): [slot: Slot, isNew: boolean] {
    const known = this.slot(place);
    if (known !== undefined) return [known, false];
    const slot: Slot = { place, restores: this.restored.length, cell: undefined, log: [], set: undefined };
    this.#insert(slot);
    return [slot, true];
  }

  #insert(slot: Slot): void {
    const { kind, key } = slot.place;
    const slots = this.#kinds.get(kind) ?? new Map<string, Slot>();
    this.#kinds.set(kind, slots.set(key, slot));
  }

  #remove(place: Place): Undo {
    const slot = this.slot(place);
    if (slot === undefined) return () => undefined;
    const slots = this.#kinds.get(place.kind);
    slots?.delete(place.key);
    if (slots?.size === 0) this.#kinds.delete(place.kind);
    return () => {
      this.#insert(slot);
    };
  }
}

/** True unless it has expired. */
export function isAlive({ expiresAtMs }: StoredValue, nowMs: number): boolean {
  return expiresAtMs === 0 || expiresAtMs > nowMs;
}

/** The shape of what a slot holds. */
export function shapeOf({ cell, set }: Slot): Kind["shape"] {
  if (set !== undefined) return "set";
  return cell === undefined ? "log" : "cell";
}

function applyToSlot(slot: Slot, entry: Exclude<Change, { op: "remove" }>, isNew: boolean): Undo {
  if (entry.op === "claim") return claimIn(setIn(slot, entry.byteLength, isNew), entry.ids);
  checkShape(slot, entry.op === "put" ? "cell" : "log", isNew);
  const value: StoredValue = { bytes: entry.value, expiresAtMs: entry.expiresAtMs };
  if (entry.op === "add") {
    slot.log.push(value);
    return () => slot.log.pop();
  }
  const before = slot.cell;
  slot.cell = value;
  return () => (slot.cell = before);
}

function checkShape(slot: Slot, wanted: Kind["shape"], isNew: boolean): void {
  if (isNew || shapeOf(slot) === wanted) return;
  throw new MalformedMessage(`expected a ${shapeOf(slot)} to stay one, got an entry of a ${wanted}`);
}

/** The set of a slot for ids of this length. */
function setIn(slot: Slot, byteLength: number, isNew: boolean): IdSet {
  checkShape(slot, "set", isNew);
  const set = (slot.set ??= new IdSet(byteLength));
  if (set.byteLength === byteLength) return set;
  throw new MalformedMessage(`expected ids of ${set.byteLength} bytes, got ${byteLength}`);
}

function claimIn(set: IdSet, ids: Uint8Array): Undo {
  const added: number[] = [];
  for (let at = 0; at < ids.length; at += set.byteLength) if (set.add(ids, at)) added.push(at);
  return () => {
    for (const at of added) set.delete(ids, at);
  };
}

function* slotChanges({ place, cell, log, set }: Slot, nowMs: number): Iterable<Change> {
  if (cell !== undefined && isAlive(cell, nowMs)) {
    yield { op: "put", place, value: cell.bytes, expiresAtMs: cell.expiresAtMs };
  }
  for (const value of log) {
    if (isAlive(value, nowMs)) yield { op: "add", place, value: value.bytes, expiresAtMs: value.expiresAtMs };
  }
  if (set === undefined) return;
  for (const ids of set.pieces(idsPerEntry)) yield { op: "claim", place, byteLength: set.byteLength, ids };
}

/** What a kind makes of a value, made once. */
export function decoded<T>(kind: Kind & { decode(bytes: Uint8Array): T }, value: StoredValue): T {
  if (value.decoded?.by === kind) return value.decoded.value as T; // what this kind's decode gave
  const result = kind.decode(value.bytes);
  value.decoded = { by: kind, value: result };
  return result;
}
