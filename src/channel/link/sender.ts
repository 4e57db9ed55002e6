/** The outgoing half of a link: lanes, their windows, and messages cut into frames. */

import { utf8ToBytes } from "../../bytes/encoding.js";
import { VeilshareError } from "../../errors.js";
import { dataHeaderBytes, encodeData, encodeLane, maxLaneLabelBytes } from "./frame.js";
import type { LinkCore } from "./link-core.js";
import { messageCost } from "./message-cost.js";
import { OutgoingLane } from "./outgoing-lane.js";

/** What the other end takes; it says so in its greeting. */
export interface PeerLimits {
  readonly windowBytes: number;
  readonly maxMessageBytes: number;
}

/** Sends the messages of one link. */
export class LinkSender {
  readonly #core: LinkCore;
  readonly #lanes = new Map<string, OutgoingLane>();
  readonly #byId = new Map<number, OutgoingLane>();
  readonly #pending = new Set<Promise<void>>();
  #peerLimits: PeerLimits;
  #nextLaneId = 0;

  constructor(core: LinkCore) {
    this.#core = core;
    this.#peerLimits = core.limits;
  }

  setPeerLimits(limits: PeerLimits): void {
    this.#peerLimits = limits;
  }

  /** Sends one message after those sent before in the lane; resolves when lane and transport have room for more. */
  async send(step: string, message: Uint8Array): Promise<void> {
    this.#core.throwIfFailed(step);
    if (this.#core.closing) throw new VeilshareError("CLOSED", `${step}: the session is closed`, { step });
    if (this.#core.peerFinished) throw this.#core.closedError(step);
    this.#checkLength(step, message);
    const lane = this.#lane(step);
    const sent = lane.turn.then(() => this.#sendInTurn(lane, step, message));
    const settled = sent.catch(() => undefined);
    lane.turn = settled;
    this.#pending.add(settled);
    try {
      await sent;
    } finally {
      this.#pending.delete(settled);
    }
  }

  #checkLength(step: string, message: Uint8Array): void {
    const most = Math.min(this.#core.limits.maxMessageBytes, this.#peerLimits.maxMessageBytes);
    if (message.length <= most) return;
    const expected = `at most ${most} bytes`;
    const got = `${message.length} bytes`;
    const text = `${step}: expected a message of ${expected}, got ${got}`;
    throw new VeilshareError("INVALID_ARGUMENT", text, { step, expected, got });
  }

  #lane(label: string): OutgoingLane {
    const known = this.#lanes.get(label);
    if (known !== undefined) return known;
    const labelBytes = utf8ToBytes(label).length;
    if (labelBytes > maxLaneLabelBytes) {
      const expected = `at most ${maxLaneLabelBytes} bytes`;
      const text = `${label.slice(0, 80)}...: expected a step name of ${expected}, got ${labelBytes}`;
      throw new VeilshareError("INVALID_ARGUMENT", text, {
        field: "step",
        expected,
        got: String(labelBytes),
      });
    }
    const lane = new OutgoingLane(label);
    this.#lanes.set(label, lane);
    return lane;
  }

  async #sendInTurn(lane: OutgoingLane, step: string, message: Uint8Array): Promise<void> {
    const core = this.#core;
    const id = this.#open(lane);
    while (lane.outstanding >= this.#peerLimits.windowBytes) {
      core.throwIfFailed(step);
      if (core.peerFinished) throw core.closedError(step);
      await core.orFailure(lane.nextRoom(), step, "room to send");
    }
    lane.occupy(messageCost(message.length));
    core.traffic.messagesSent += 1;
    const pieceBytes = core.transport.maxMessageBytes - dataHeaderBytes;
    let start = 0;
    do {
      core.throwIfFailed(step);
      const piece = message.subarray(start, start + pieceBytes);
      start += piece.length;
      const last = start === message.length;
      await core.orFailure(
        core.transmit((sequence) => encodeData(sequence, id, last, piece)),
        step,
        "room to send",
      );
    } while (start < message.length);
  }

  /** The lane's id; its first message opens it. */
  #open(lane: OutgoingLane): number {
    if (lane.id !== undefined) return lane.id;
    const id = this.#nextLaneId++;
    lane.id = id;
    this.#byId.set(id, lane);
    this.#core.transmitQuietly((sequence) => encodeLane(sequence, id, lane.label));
    return id;
  }

  /** The receiver took something out of a lane. */
  handleWindow(id: number, bytes: number): void {
    if (id >= this.#nextLaneId) {
      throw this.#core.violation("PEER_UNEXPECTED", "window", "a lane that was opened", "another");
    }
    // A lane of a protocol that is over may still get its last grant.
    if (this.#byId.get(id)?.free(bytes) === false) {
      throw this.#core.violation("PEER_UNEXPECTED", "window", "no more than was sent", `${bytes} bytes`);
    }
  }

  /** The party will take nothing more. */
  giveUp(): void {
    for (const lane of this.#lanes.values()) lane.giveUp(this.#core.closedError());
  }

  /** Forgets the lanes of a protocol that is over. */
  release(prefix: string): void {
    for (const [label, lane] of this.#lanes) {
      if (!label.startsWith(prefix)) continue;
      this.#lanes.delete(label);
      if (lane.id !== undefined) this.#byId.delete(lane.id);
    }
  }

  /** Resolves when every message that was sent before has left or failed. */
  async drained(): Promise<void> {
    await Promise.all(this.#pending);
  }
}
