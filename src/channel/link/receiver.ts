/** The incoming half of a link: messages put together from frames and queued by lane; the sender's windows are checked. */

import { VeilshareError } from "../../errors.js";
import { encodeWindow } from "./frame.js";
import { IncomingLane, type Waiter } from "./incoming-lane.js";
import type { LinkCore } from "./link-core.js";
import { messageCost } from "./message-cost.js";

/** A 32-bit field of a WINDOW frame. */
const maxGrant = 0xffff_ffff;

/** Receives the messages of one link. */
export class LinkReceiver {
  readonly #core: LinkCore;
  readonly #lanes = new Map<string, IncomingLane>();
  readonly #byId = new Map<number, IncomingLane>();
  /** Runs that are over, by their prefix without the number: their lanes, and those of runs before, must not open again. */
  readonly #over = new Map<string, number>();
  #nextLaneId = 0;
  #heldBytes = 0;
  /** True once this side leaves: what still comes is dropped. */
  #closed = false;

  constructor(core: LinkCore) {
    this.#core = core;
  }

  /** The next message of a lane. */
  async receive(step: string, timeoutMs?: number): Promise<Uint8Array> {
    const core = this.#core;
    const lane = this.#lane(step);
    const queued = lane.take();
    if (queued !== undefined) {
      const cost = messageCost(queued.length);
      this.#heldBytes -= cost;
      this.#grant(lane, cost);
      return queued;
    }
    core.throwIfFailed(step);
    if (core.closing) throw closedHere(step);
    if (core.peerFinished) throw core.closedError(step);
    let waiter: Waiter | undefined;
    const message = new Promise<Uint8Array>((resolve, reject) => {
      waiter = { resolve, reject };
      lane.wait(waiter);
    });
    try {
      return await core.orFailure(message, step, "message", timeoutMs);
    } finally {
      if (waiter !== undefined) lane.forget(waiter);
    }
  }

  get rememberedRuns(): number {
    return this.#over.size;
  }

  #lane(label: string): IncomingLane {
    let lane = this.#lanes.get(label);
    if (lane === undefined) {
      lane = new IncomingLane();
      this.#lanes.set(label, lane);
    }
    return lane;
  }

  /** The party opens a lane. */
  handleLane(id: number, label: string): void {
    if (this.#closed) return;
    const { core, unexpected } = { core: this.#core, unexpected: "PEER_UNEXPECTED" as const };
    if (id !== this.#nextLaneId) {
      throw core.violation(unexpected, "lane", `lane ${this.#nextLaneId}`, `lane ${id}`);
    }
    this.#nextLaneId += 1;
    if (this.#isOver(label))
      throw core.violation(unexpected, "lane", "a protocol that runs", "one that is over");
    const lane = this.#lane(label);
    if (lane.id !== undefined) throw core.violation(unexpected, "lane", "a new label", "an open one");
    lane.id = id;
    this.#byId.set(id, lane);
    if (this.#byId.size > core.limits.maxLanes) {
      throw core.violation("PEER_FLOODED", "lanes", `at most ${core.limits.maxLanes}`, "one more");
    }
  }

  #isOver(label: string): boolean {
    for (let end = label.indexOf("/"); end >= 0; end = label.indexOf("/", end + 1)) {
      const { name, count } = splitPrefix(label.slice(0, end));
      const last = this.#over.get(name);
      if (last !== undefined && count <= last) return true;
    }
    return false;
  }

  /** A piece of a message came. */
  handleData(id: number, piece: Uint8Array, last: boolean): void {
    if (this.#closed) return;
    const core = this.#core;
    const { maxMessageBytes, windowBytes } = core.limits;
    const lane = this.#byId.get(id);
    if (lane === undefined) {
      throw core.violation("PEER_UNEXPECTED", "message", "an open lane", "one that is over or never was");
    }
    if (!last && piece.length === 0) {
      throw core.violation("PEER_MALFORMED", "message", "a piece with bytes in it", "an empty one");
    }
    if (lane.betweenMessages && lane.outstanding >= windowBytes) {
      throw core.violation(
        "PEER_FLOODED",
        "window",
        `at most ${windowBytes} bytes not taken`,
        "a message more",
      );
    }
    if (lane.partialBytes + piece.length > maxMessageBytes) {
      throw core.violation("PEER_FLOODED", "message", `at most ${maxMessageBytes} bytes`, "more");
    }
    const heldBefore = lane.heldBytes;
    const delivered = lane.add(piece, last);
    this.#heldBytes += lane.heldBytes - heldBefore;
    if (last) core.traffic.messagesReceived += 1;
    if (delivered > 0) this.#grant(lane, delivered);
    const most = maxMessageBytes + 64 * windowBytes;
    if (this.#heldBytes > most) {
      throw core.violation("PEER_FLOODED", "messages", `at most ${most} bytes that nobody took`, "more");
    }
  }

  #grant(lane: IncomingLane, cost: number): void {
    const core = this.#core;
    const bytes = lane.taken(cost, core.limits.windowBytes / 4);
    const { id } = lane;
    if (bytes === 0 || id === undefined || core.failed || core.closing || core.peerFinished) return;
    for (let left = bytes; left > 0; left -= maxGrant) {
      core.transmitQuietly((sequence) => encodeWindow(sequence, id, Math.min(left, maxGrant)));
    }
  }

  /**
   * Forgets the lanes of a protocol that is over.
   *
   * @returns The label of a lane in which the party sent more than the protocol took, if there is one.
   */
  release(prefix: string): string | undefined {
    let untaken: string | undefined;
    for (const [label, lane] of this.#lanes) {
      if (!label.startsWith(prefix)) continue;
      if (lane.hasUntaken) untaken = label;
      this.#heldBytes -= lane.heldBytes;
      this.#lanes.delete(label);
      if (lane.id !== undefined) this.#byId.delete(lane.id);
    }
    for (const inner of this.#over.keys()) if (inner.startsWith(prefix)) this.#over.delete(inner);
    const { name, count } = splitPrefix(prefix.slice(0, -1));
    this.#over.set(name, Math.max(count, this.#over.get(name) ?? 0));
    return untaken;
  }

  /** Nobody will take anything any more: what came and was not taken must not stay in memory. */
  forget(): void {
    this.#lanes.clear();
    this.#byId.clear();
    this.#heldBytes = 0;
  }

  /** The party said farewell: who waits for more gets the error. */
  rejectWaiters(error: VeilshareError): void {
    for (const lane of this.#lanes.values()) lane.rejectWaiters(error);
  }

  /** This side leaves: who still waits gets the error. */
  close(): void {
    for (const [label, lane] of this.#lanes) lane.rejectWaiters(closedHere(label));
    this.#closed = true;
    this.forget();
  }
}

function closedHere(step: string): VeilshareError {
  return new VeilshareError("CLOSED", `${step}: the session is closed`, { step });
}

/** `psi#3` is run 3 of `psi`. A prefix without a number is a run 0 of its own. */
function splitPrefix(prefix: string): { readonly name: string; readonly count: number } {
  const at = prefix.lastIndexOf("#");
  const count = at < 0 ? NaN : Number(prefix.slice(at + 1));
  return Number.isSafeInteger(count) ? { name: prefix.slice(0, at), count } : { name: prefix, count: 0 };
}
