/** The one implementation of a store, over any medium: the queue of changes, and what a failed write means for it. */

import { ByteWriter } from "../bytes/codec.js";
import { concatBytes } from "../bytes/encoding.js";
import { checkArgument } from "../checks/options.js";
import { callback } from "../checks/rules.js";
import { printAsRedacted } from "../bytes/redacted.js";
import { toVeilshareError, VeilshareError } from "../errors.js";
import type { Chain, StoreHead } from "./chain.js";
import { StateDraft, StateReader } from "./draft.js";
import { encodeFrame, maxBodyBytes, sorts } from "./frame.js";
import { checkText } from "./kind.js";
import type { Medium } from "./medium.js";
import type { State } from "./state.js";
import type { Committed, StateStore, StoreDraft, StoreView } from "./store.js";

/** A change that waits. */
interface Waiting {
  /** Makes it; what it throws is its own caller's. */
  readonly make: () => Made;
  readonly fail: (error: unknown) => void;
}

/** A change that was made and is to be written. */
interface Made {
  readonly frame: Uint8Array | undefined;
  readonly undo: () => void;
  readonly succeed: () => void;
}

/** Room that a record's own fields take. */
const ownBytes = 4096;

/** See {@link StateStore}. */
export class StoreCore implements StateStore {
  static {
    printAsRedacted(this);
  }

  readonly id: string;
  readonly view: StoreView;
  readonly #medium: Medium;
  readonly #state: State;
  readonly #chain: Chain;
  readonly #clock: () => number;
  #waiting: Waiting[] = [];
  #working: Promise<void> | undefined;
  /** Why nothing can be written: for ever, or until the next try. */
  #failure: VeilshareError | undefined;
  #closing: Promise<void> | undefined;

  constructor(parts: { id: string; medium: Medium; state: State; chain: Chain; clock: () => number }) {
    this.id = parts.id;
    this.#medium = parts.medium;
    this.#state = parts.state;
    this.#chain = parts.chain;
    this.#clock = parts.clock;
    this.view = new StateReader(parts.state, parts.clock, () => {
      this.#throwIfUnusable();
    });
  }

  get head(): StoreHead {
    return this.#chain.head;
  }

  async transact<T>(change: (draft: StoreDraft) => T): Promise<T> {
    checkArgument("transact", "change", change, callback);
    return (await this.commit(change)).result;
  }

  commit<T>(change: (draft: StoreDraft) => T): Promise<Committed<T>> {
    return this.#enqueue((succeed) => {
      const draft = new StateDraft(this.#state, this.#clock());
      try {
        const result = change(draft);
        if (isThenable(result)) throw new VeilshareError("INVALID_ARGUMENT", asyncChange);
        const payload = draft.end();
        const frame = payload === undefined ? undefined : this.#frame(sorts.entries, payload);
        const { head } = this;
        const finish = (): void => {
          succeed({ result, head });
        };
        return {
          frame,
          undo: () => {
            draft.undo();
          },
          succeed: finish,
        };
      } catch (thrown) {
        draft.undo();
        throw thrown;
      }
    });
  }

  acceptRestore(reason: string): Promise<void> {
    checkText("acceptRestore", "a reason", reason);
    return this.#enqueue((succeed) => {
      const { restored } = this.#state;
      const atMs = Math.floor(this.#clock());
      const frame = this.#frame(sorts.restored, new ByteWriter().text(reason).finish());
      restored.push({ atMs, reason });
      const undo = (): void => {
        restored.pop();
      };
      return { frame, undo, succeed };
    });
  }

  async compact(): Promise<void> {
    await this.#exclusively(() => this.#medium.compact(this.#state, this.#chain, this.#clock()));
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    while (this.#working !== undefined) await this.#working; // what waits for a compaction comes after it
    await this.#medium.close();
  }

  #enqueue<T>(make: (succeed: (value: T) => void) => Made): Promise<T> {
    this.#throwIfOver();
    return new Promise<T>((resolve, reject) => {
      this.#waiting.push({ make: () => make(resolve), fail: reject });
      this.#working ??= this.#work();
    });
  }

  /** Runs something between two writes. */
  async #exclusively(action: () => Promise<void>): Promise<void> {
    this.#throwIfOver();
    while (this.#working !== undefined) await this.#working; // whoever asked first goes on first, before a close too
    this.#throwIfLost();
    const working = this.#failed(action).finally(() => {
      this.#working = this.#waiting.length > 0 ? this.#work() : undefined;
    });
    this.#working = working.catch(() => undefined);
    await working;
  }

  /** Empties the queue, as much at once as has come in meanwhile. */
  async #work(): Promise<void> {
    await Promise.resolve(); // what is asked for in one turn is written together
    while (this.#waiting.length > 0) {
      const batch = this.#waiting;
      this.#waiting = [];
      await this.#write(batch);
      await this.#compactIfWorth();
    }
    this.#working = undefined;
  }

  async #write(batch: readonly Waiting[]): Promise<void> {
    const begun: { waiting: Waiting; made: Made }[] = [];
    const before = this.#chain.clone();
    try {
      await this.#recovered();
      before.goTo(this.#chain);
      const frames: Uint8Array[] = [];
      for (const waiting of batch) {
        const made = attempt(waiting);
        if (made === undefined) continue;
        begun.push({ waiting, made });
        if (made.frame !== undefined) frames.push(made.frame);
      }
      if (begun.length === 0) return;
      await this.#failed(() =>
        frames.length === 0
          ? this.#medium.check(before)
          : this.#medium.append(concatBytes(...frames), before, this.#chain),
      );
    } catch (thrown) {
      for (const { made } of begun.reverse()) made.undo();
      this.#chain.goTo(before);
      for (const waiting of batch) waiting.fail(thrown);
      return;
    }
    for (const { made } of begun) made.succeed();
  }

  /** Makes a frame and goes one on in the chain. */
  #frame(sort: number, payload: Uint8Array): Uint8Array {
    if (payload.length > maxBodyBytes - ownBytes) {
      const text = `StateStore: expected a change of at most ${maxBodyBytes - ownBytes} bytes, got ${payload.length}`;
      throw new VeilshareError("INVALID_ARGUMENT", text);
    }
    const { epoch, length, hash: previous } = this.#chain;
    const timeMs = Math.max(0, Math.floor(this.#clock()));
    const record = { sort, epoch, sequence: length + 1, timeMs, previous, links: [], payload };
    const { frame, hash } = encodeFrame(record, this.#medium.marker, this.#medium.digest);
    this.#chain.goTo({ epoch, length: length + 1, hash });
    return frame;
  }

  async #compactIfWorth(): Promise<void> {
    if (this.#failure !== undefined || !this.#medium.wantsSnapshot()) return;
    // What was asked for is on disk; whoever asks for more learns why there is no snapshot.
    await this.#failed(() => this.#medium.compact(this.#state, this.#chain, this.#clock())).catch(
      () => undefined,
    );
  }

  async #recovered(): Promise<void> {
    if (this.#failure === undefined) return;
    this.#throwIfLost();
    await this.#medium.recover(this.#state, this.#chain);
    this.#failure = undefined;
  }

  async #failed(action: () => Promise<void>): Promise<void> {
    try {
      await action();
    } catch (thrown) {
      this.#failure = toVeilshareError(thrown);
      throw this.#failure;
    }
  }

  #throwIfOver(): void {
    if (this.#closing !== undefined)
      throw new VeilshareError("CLOSED", "StateStore: expected an open store, got a closed one");
    this.#throwIfLost();
  }

  #throwIfLost(): void {
    if (this.#failure !== undefined && this.#failure.code !== "STORE_WRITE_FAILED") throw this.#failure;
  }

  #throwIfUnusable(): void {
    this.#throwIfOver();
    if (this.#failure !== undefined) throw this.#failure;
  }
}

const asyncChange = "StateStore: expected a change that is synchronous, got one that gives a promise";

function attempt({ make, fail }: Waiting): Made | undefined {
  try {
    return make();
  } catch (thrown) {
    fail(thrown);
    return undefined;
  }
}

function isThenable(value: unknown): boolean {
  return typeof value === "object" && value !== null && "then" in value && typeof value.then === "function";
}
