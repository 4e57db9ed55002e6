/** The view of a state, and the draft of a change. */

import { checkArgument } from "../checks/options.js";
import { bytes, listOf } from "../checks/rules.js";
import { MalformedMessage } from "../bytes/codec.js";
import { concatBytes } from "../bytes/encoding.js";
import { invalidArgument, VeilshareError } from "../errors.js";
import { EntryWriter, type Change, type Place } from "./entry.js";
import { checkKind, checkText, type CellKind, type Kind, type LogKind, type SetKind } from "./kind.js";
import { decoded, isAlive, shapeOf, type Slot, type State, type StoredValue, type Undo } from "./state.js";
import type { StoreDraft, StoreView, WriteOptions } from "./store.js";

/** The state as it is at each call. */
export class StateReader implements StoreView {
  readonly #state: State;
  readonly #clock: () => number;
  readonly #check: () => void;

  /** @param check - Throws when the state must not be read any more. */
  constructor(state: State, clock: () => number, check: () => void) {
    this.#state = state;
    this.#clock = clock;
    this.#check = check;
  }

  get nowMs(): number {
    return this.#clock();
  }

  get restores(): number {
    this.#check();
    return this.#state.restored.length;
  }

  get restoredAtMs(): number | undefined {
    this.#check();
    return this.#state.restored.at(-1)?.atMs;
  }

  get<T>(kind: CellKind<T>, key: string): T | undefined {
    const cell = this.#slot(kind, key)?.cell;
    return cell !== undefined && isAlive(cell, this.nowMs) ? this.#decoded(kind, key, cell) : undefined;
  }

  list<T>(kind: LogKind<T>, key: string): readonly T[] {
    const { nowMs } = this;
    const values = this.#slot(kind, key)?.log ?? [];
    return values.filter((value) => isAlive(value, nowMs)).map((value) => this.#decoded(kind, key, value));
  }

  has(kind: SetKind, key: string, id: Uint8Array): boolean {
    checkId(kind, id);
    return this.#slot(kind, key)?.set?.has(id) ?? false;
  }

  count(kind: Kind, key: string): number {
    const slot = this.#slot(kind, key);
    if (slot === undefined) return 0;
    if (slot.set !== undefined) return slot.set.size;
    const { nowMs } = this;
    let count = 0;
    const values = slot.cell === undefined ? slot.log : [slot.cell];
    for (const value of values) if (isAlive(value, nowMs)) count++;
    return count;
  }

  keys(kind: Kind): string[] {
    this.#check();
    return this.#state.keys(kind.name).filter((key) => this.count(kind, key) > 0);
  }

  isBurned(kind: Kind, key: string): boolean {
    const slot = this.#slot(kind, key);
    return slot !== undefined && slot.restores < this.#state.restored.length;
  }

  #slot(kind: Kind, key: string): Slot | undefined {
    this.#check();
    checkKind(kind);
    const slot = this.#state.slot({ kind: kind.name, key });
    if (slot !== undefined && shapeOf(slot) !== kind.shape) {
      throw invalidArgument(
        "StateStore",
        `"${kind.name}" to be used as a ${shapeOf(slot)}`,
        `a ${kind.shape}`,
      );
    }
    return slot;
  }

  #decoded<T>(kind: Kind & { decode(bytes: Uint8Array): T }, key: string, value: StoredValue): T {
    try {
      return decoded(kind, value);
    } catch (thrown) {
      if (!(thrown instanceof MalformedMessage)) throw thrown;
      const text = `StateStore: "${kind.name}", "${key}": ${thrown.message}`;
      throw new VeilshareError("INVALID_DATA", text, { field: kind.name, cause: thrown });
    }
  }
}

/** One change while it is made. */
export class StateDraft extends StateReader implements StoreDraft {
  readonly #state: State;
  readonly #entries = new EntryWriter();
  readonly #undos: Undo[] = [];
  readonly #ended: { value: boolean };
  #wrote = false;

  constructor(state: State, nowMs: number) {
    const ended = { value: false };
    const check = (): void => {
      if (ended.value)
        throw new VeilshareError("CLOSED", "StateStore: the change that this draft was for is over");
    };
    super(state, () => nowMs, check);
    this.#state = state;
    this.#ended = ended;
  }

  put<T>(kind: CellKind<T>, key: string, value: T, options?: WriteOptions): void {
    checkKind(kind, "cell");
    this.#write({ op: "put", place: placeOf(kind, key), value: kind.encode(value), ...expiry(options) });
  }

  add<T>(kind: LogKind<T>, key: string, value: T, options?: WriteOptions): void {
    checkKind(kind, "log");
    this.#write({ op: "add", place: placeOf(kind, key), value: kind.encode(value), ...expiry(options) });
  }

  claim(kind: SetKind, key: string, ids: readonly Uint8Array[]): boolean[] {
    checkKind(kind, "set");
    checkArgument("StateStore", "ids", ids, idsRule);
    for (const id of ids) checkId(kind, id);
    const place = placeOf(kind, key);
    this.keys(kind); // refuses a draft that has ended
    const { fresh, undo } = fitting(place, () => this.#state.claim(place, kind.byteLength, ids));
    const claimed = ids.filter((_, i) => fresh[i]);
    if (claimed.length === 0) {
      undo();
      return fresh;
    }
    this.#undos.push(undo);
    this.#entries.add({ op: "claim", place, byteLength: kind.byteLength, ids: concatBytes(...claimed) });
    this.#wrote = true;
    return fresh;
  }

  remove(kind: Kind, key: string): void {
    checkKind(kind);
    this.#write({ op: "remove", place: placeOf(kind, key) });
  }

  /** No more is written: the entries, or undefined when there are none. */
  end(): Uint8Array | undefined {
    this.#ended.value = true;
    return this.#wrote ? this.#entries.finish() : undefined;
  }

  /** Undoes all, the last first. */
  undo(): void {
    this.#ended.value = true;
    for (let undo = this.#undos.pop(); undo !== undefined; undo = this.#undos.pop()) undo();
  }

  #write(entry: Change): void {
    this.keys({ shape: "cell", name: "" }); // refuses a draft that has ended
    this.#undos.push(fitting(entry.place, () => this.#state.apply(entry)));
    this.#entries.add(entry);
    this.#wrote = true;
  }
}

/** Makes a change, whose misfit is the caller's fault here. */
function fitting<T>({ kind }: Place, make: () => T): T {
  try {
    return make();
  } catch (thrown) {
    if (!(thrown instanceof MalformedMessage)) throw thrown;
    throw invalidArgument("StateStore", `"${kind}" to keep its shape`, thrown.message);
  }
}

function placeOf(kind: Kind, key: string): Place {
  checkText("StateStore", "a key", key);
  return { kind: kind.name, key };
}

function expiry({ expiresAtMs }: WriteOptions = {}): { readonly expiresAtMs: number } {
  if (expiresAtMs === undefined) return { expiresAtMs: 0 };
  if (!Number.isFinite(expiresAtMs) || expiresAtMs < 1 || expiresAtMs > Number.MAX_SAFE_INTEGER) {
    throw invalidArgument("StateStore", "expiresAtMs to be a time in milliseconds", String(expiresAtMs));
  }
  return { expiresAtMs: Math.ceil(expiresAtMs) };
}

const idsRule = listOf(bytes());

function checkId({ byteLength }: SetKind, id: Uint8Array): void {
  if (id.length !== byteLength) {
    throw invalidArgument("StateStore", `ids of ${byteLength} bytes`, `${id.length} bytes`);
  }
}
