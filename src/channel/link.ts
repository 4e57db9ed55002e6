/**
 * A link to one other party over any transport: labelled lanes with flow control, messages larger than a frame,
 * heartbeats, time limits, and one typed error that names the party when anything goes wrong. A link that failed
 * stays failed.
 */

import { MalformedMessage } from "../bytes/codec.js";
import { isErrorCode, VeilshareError } from "../errors.js";
import * as frames from "./frame.js";
import { IncomingLane, messageCost, OutgoingLane, type Waiter } from "./lane.js";
import type { SessionLimits } from "./limits.js";
import type { Transport } from "./transport.js";

/** What a link has carried, in bytes of frames before encryption. */
export interface LinkTraffic {
  bytesSent: number;
  bytesReceived: number;
  messagesSent: number;
  messagesReceived: number;
}

/** Messages to and from one party. */
export class Link {
  readonly peer: string;
  readonly traffic: LinkTraffic = { bytesSent: 0, bytesReceived: 0, messagesSent: 0, messagesReceived: 0 };
  readonly #transport: Transport;
  readonly #limits: SessionLimits;
  readonly #onFailure: (error: VeilshareError) => void;
  readonly #outgoing = new Map<string, OutgoingLane>();
  readonly #outgoingById = new Map<number, OutgoingLane>();
  readonly #incoming = new Map<string, IncomingLane>();
  readonly #incomingById = new Map<number, IncomingLane>();
  #nextLaneId = 0;
  #nextSequence = 0;
  #expectedSequence = 0;
  #nextIncomingId = 0;
  #untakenBytes = 0;
  #failure: VeilshareError | undefined;
  #rejectOnFailure = new Set<(error: VeilshareError) => void>();
  #peerFinished = false;
  #closing = false;
  #lastHeard = 0;
  #heartbeat: ReturnType<typeof setInterval> | undefined;
  #reading: Promise<void> = Promise.resolve();

  /**
   * @param onFailure - Called once, when the link fails for any reason but its own `close`.
   */
  constructor(
    peer: string,
    transport: Transport,
    limits: SessionLimits,
    onFailure: (error: VeilshareError) => void,
  ) {
    this.peer = peer;
    this.#transport = transport;
    this.#limits = limits;
    this.#onFailure = onFailure;
  }

  /** Starts reading and the heartbeat. */
  start(): void {
    this.#lastHeard = performance.now();
    this.#reading = this.#read();
    this.#startHeartbeat();
  }

  /** Sends one message; resolves when the lane and the transport have room for more. */
  async send(label: string, step: string, message: Uint8Array): Promise<void> {
    this.#throwIfFailed();
    if (this.#closing) throw new VeilshareError("CLOSED", `${step}: the session is closed`, { step });
    if (message.length > this.#limits.maxMessageBytes) {
      const expected = `at most ${this.#limits.maxMessageBytes} bytes`;
      const got = `${message.length} bytes`;
      const text = `${step}: expected a message of ${expected}, got ${got}`;
      throw new VeilshareError("INVALID_ARGUMENT", text, { step, expected, got });
    }
    const lane = this.#openLane(label);
    const before = lane.turn;
    let endTurn: () => void = () => undefined;
    lane.turn = new Promise((resolve) => {
      endTurn = resolve;
    });
    try {
      await before;
      while (lane.outstanding >= this.#limits.windowBytes) {
        await this.#orFailure(lane.nextRoom(), step, "room to send");
      }
      lane.occupy(messageCost(message.length));
      this.traffic.messagesSent += 1;
      await this.#sendPieces(lane, message);
    } finally {
      endTurn();
    }
  }

  /** Takes its place at once, so that messages of one lane keep the order of the calls. */
  #openLane(label: string): OutgoingLane {
    const known = this.#outgoing.get(label);
    if (known !== undefined) return known;
    const lane = new OutgoingLane(this.#nextLaneId++);
    this.#outgoing.set(label, lane);
    this.#outgoingById.set(lane.id, lane);
    lane.turn = this.#transmit(frames.encodeLane(this.#nextSequence++, lane.id, label));
    return lane;
  }

  async #sendPieces(lane: OutgoingLane, message: Uint8Array): Promise<void> {
    const pieceBytes = this.#transport.maxMessageBytes - frames.dataHeaderBytes;
    let start = 0;
    do {
      this.#throwIfFailed();
      const end = Math.min(start + pieceBytes, message.length);
      const last = end === message.length;
      await this.#transmit(
        frames.encodeData(this.#nextSequence++, lane.id, last, message.subarray(start, end)),
      );
      start = end;
    } while (start < message.length);
  }

  async #transmit(frame: Uint8Array): Promise<void> {
    this.traffic.bytesSent += frame.length;
    try {
      await this.#transport.send(frame);
    } catch (thrown) {
      // A party that has said farewell may be gone; that fails only who still wants something of it.
      throw this.#peerFinished ? this.#closedError() : this.fail(this.#brokenTransport(thrown));
    }
  }

  /** The next message of a lane. */
  async receive(label: string, step: string): Promise<Uint8Array> {
    const lane = this.#incomingLane(label);
    const queued = lane.take();
    if (queued !== undefined) {
      this.#untakenBytes -= messageCost(queued.length);
      this.#grant(lane, messageCost(queued.length));
      return queued;
    }
    this.#throwIfFailed();
    if (this.#peerFinished) throw this.#closedError(step);
    let cancel: () => void = () => undefined;
    const message = new Promise<Uint8Array>((resolve, reject) => {
      const waiter: Waiter = { resolve, reject };
      lane.wait(waiter);
      cancel = () => {
        lane.forget(waiter);
      };
    });
    return this.#orFailure(message, step, "a message").finally(cancel);
  }

  /** Waits for `wanted`, but not past the step's time limit nor past the link's failure. */
  #orFailure<T>(wanted: Promise<T>, step: string, what: string): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const timer = setTimeout(() => {
        const text = `${step}: party "${this.peer}" lives but gave us no ${what.replace(/^an? /, "")} within ${this.#limits.stepTimeoutMs} ms`;
        reject(
          this.fail(new VeilshareError("PEER_TIMEOUT", text, { party: this.peer, step, expected: what })),
        );
      }, this.#limits.stepTimeoutMs);
      const onFailure = (error: VeilshareError): void => {
        clearTimeout(timer);
        reject(withStep(error, step));
      };
      this.#rejectOnFailure.add(onFailure);
      wanted.then(resolve, onFailure).finally(() => {
        clearTimeout(timer);
        this.#rejectOnFailure.delete(onFailure);
      });
    });
  }

  #incomingLane(label: string): IncomingLane {
    let lane = this.#incoming.get(label);
    if (lane === undefined) {
      lane = new IncomingLane(label);
      this.#incoming.set(label, lane);
    }
    return lane;
  }

  /**
   * Forgets the lanes of a protocol that is over.
   *
   * @returns The label of a lane in which the party sent more than the protocol took, if there is one.
   */
  releaseLanes(prefix: string): string | undefined {
    let untaken: string | undefined;
    for (const [label, lane] of this.#incoming) {
      if (!label.startsWith(prefix)) continue;
      if (lane.hasUntaken) untaken = label;
      this.#incoming.delete(label);
      if (lane.id !== undefined) this.#incomingById.delete(lane.id);
    }
    for (const [label, lane] of this.#outgoing) {
      if (!label.startsWith(prefix)) continue;
      this.#outgoing.delete(label);
      this.#outgoingById.delete(lane.id);
    }
    return untaken;
  }

  async #read(): Promise<void> {
    try {
      for (;;) {
        const message = await this.#transport.receive();
        if (message === undefined) break;
        this.#lastHeard = performance.now();
        this.traffic.bytesReceived += message.length;
        this.#handle(frames.decodeFrame(message));
      }
      if (!this.#peerFinished && !this.#closing) this.fail(this.#closedError());
    } catch (thrown) {
      if (!this.#closing || thrown instanceof VeilshareError) this.fail(this.#readError(thrown));
    }
  }

  #handle(frame: frames.Frame): void {
    if (frame.sequence !== this.#expectedSequence) {
      const expected = `frame ${this.#expectedSequence}`;
      throw this.#peerError("PEER_UNEXPECTED", "frame order", expected, `frame ${frame.sequence}`);
    }
    this.#expectedSequence += 1;
    if (this.#peerFinished && frame.kind !== "window") {
      throw this.#peerError("PEER_UNEXPECTED", "frame", "nothing after the farewell", frame.kind);
    }
    switch (frame.kind) {
      case "lane":
        this.#handleLane(frame.lane, frame.label);
        return;
      case "data":
        this.#handleData(frame.lane, frame.piece, frame.last);
        return;
      case "window":
        // A lane of a protocol that is over may still get its last grant.
        if (this.#outgoingById.get(frame.lane)?.free(frame.bytes) === false) {
          throw this.#peerError("PEER_UNEXPECTED", "window", "no more than was sent", `${frame.bytes} bytes`);
        }
        return;
      case "abort":
        throw this.#abortedError(frame.code);
      case "bye":
        this.#peerFinished = true;
        for (const lane of this.#incoming.values()) lane.rejectWaiters(this.#closedError());
        return;
      case "ping":
        return;
    }
  }

  #handleLane(id: number, label: string): void {
    if (id !== this.#nextIncomingId) {
      throw this.#peerError("PEER_UNEXPECTED", "lane", `lane ${this.#nextIncomingId}`, `lane ${id}`);
    }
    this.#nextIncomingId += 1;
    const lane = this.#incomingLane(label);
    if (lane.id !== undefined) throw this.#peerError("PEER_UNEXPECTED", "lane", "a new label", "an open one");
    lane.id = id;
    this.#incomingById.set(id, lane);
    if (this.#incomingById.size > this.#limits.maxLanes) {
      throw this.#peerError("PEER_FLOODED", "lanes", `at most ${this.#limits.maxLanes}`, "one more");
    }
  }

  #handleData(id: number, piece: Uint8Array, last: boolean): void {
    const lane = this.#incomingById.get(id);
    if (lane === undefined) {
      throw this.#peerError("PEER_UNEXPECTED", "message", "an open lane", "one that is over or never was");
    }
    if (!last && piece.length === 0) {
      throw this.#peerError("PEER_MALFORMED", "message", "a piece with bytes in it", "an empty one");
    }
    if (lane.partialBytes + piece.length > this.#limits.maxMessageBytes) {
      throw this.#peerError(
        "PEER_FLOODED",
        "message",
        `at most ${this.#limits.maxMessageBytes} bytes`,
        "more",
      );
    }
    const partialBefore = lane.partialBytes;
    const { delivered, queued } = lane.add(piece, last);
    this.#untakenBytes += lane.partialBytes - partialBefore;
    if (last) this.traffic.messagesReceived += 1;
    if (queued) this.#untakenBytes += messageCost(partialBefore + piece.length);
    if (delivered > 0) this.#grant(lane, delivered);
    const most = this.#limits.maxMessageBytes + 8 * this.#limits.windowBytes;
    if (this.#untakenBytes > most) {
      throw this.#peerError("PEER_FLOODED", "messages", `at most ${most} bytes that nobody took`, "more");
    }
  }

  #grant(lane: IncomingLane, cost: number): void {
    const bytes = lane.taken(cost, this.#limits.windowBytes / 4);
    if (bytes === 0 || lane.id === undefined || this.#failure !== undefined) return;
    if (this.#closing || this.#peerFinished) return;
    for (let left = bytes; left > 0; left -= 0xffff_ffff) {
      this.#transmitQuietly(frames.encodeWindow(this.#nextSequence++, lane.id, Math.min(left, 0xffff_ffff)));
    }
  }

  /** For frames that nobody awaits: a failure to send them has already failed the link. */
  #transmitQuietly(frame: Uint8Array): void {
    this.#transmit(frame).catch(() => undefined);
  }

  #startHeartbeat(): void {
    const { idleTimeoutMs } = this.#limits;
    const periodMs = Math.max(1, Math.floor(idleTimeoutMs / 4));
    let lastTick = performance.now();
    this.#heartbeat = setInterval(() => {
      const now = performance.now();
      // A late tick means that this thread was busy: what the party sent meanwhile is still unread.
      if (now - lastTick > 2 * periodMs) this.#lastHeard = Math.max(this.#lastHeard, now - idleTimeoutMs / 2);
      lastTick = now;
      if (this.#peerFinished) return;
      if (now - this.#lastHeard > idleTimeoutMs) {
        const text = `party "${this.peer}" gave no sign of life for ${idleTimeoutMs} ms`;
        this.fail(new VeilshareError("PEER_TIMEOUT", text, { party: this.peer, expected: "a sign of life" }));
      } else {
        this.#transmitQuietly(frames.encodePing(this.#nextSequence++));
      }
    }, periodMs);
    if (typeof this.#heartbeat === "object") this.#heartbeat.unref();
  }

  /** Ends the link with an error; the first one counts and is returned. Nothing is sent. */
  fail(error: VeilshareError): VeilshareError {
    if (this.#failure !== undefined) return this.#failure;
    this.#failure = error;
    clearInterval(this.#heartbeat);
    for (const reject of [...this.#rejectOnFailure]) reject(error);
    this.#rejectOnFailure.clear();
    this.#onFailure(error);
    this.#transport.close().catch(() => undefined);
    return error;
  }

  /** Tells the party that the run stopped, and why in one code, then fails the link. */
  abort(error: VeilshareError): void {
    if (this.#failure === undefined && !this.#closing) {
      this.#transmitQuietly(frames.encodeAbort(this.#nextSequence++, error.code));
    }
    this.fail(error);
  }

  /** Says farewell and closes once everything sent has left. */
  async close(): Promise<void> {
    if (this.#closing || this.#failure !== undefined) return;
    this.#closing = true;
    clearInterval(this.#heartbeat);
    try {
      await this.#transmit(frames.encodeBye(this.#nextSequence++));
      await this.#transport.close();
      await this.#reading;
    } catch {
      // The party has left as well: nothing is owed to either side.
    }
  }

  #throwIfFailed(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }

  #closedError(step?: string): VeilshareError {
    const text = `${step === undefined ? "" : `${step}: `}party "${this.peer}" closed its connection`;
    return new VeilshareError("PEER_CLOSED", text, {
      party: this.peer,
      ...(step === undefined ? {} : { step }),
    });
  }

  #abortedError(code: string): VeilshareError {
    const got = isErrorCode(code) ? code : "an unknown code";
    return new VeilshareError("PEER_ABORTED", `party "${this.peer}" stopped the run: ${got}`, {
      party: this.peer,
      got,
    });
  }

  #readError(thrown: unknown): VeilshareError {
    if (thrown instanceof VeilshareError) return thrown;
    if (thrown instanceof MalformedMessage) {
      const text = `party "${this.peer}" sent a frame that is not one: ${thrown.message}`;
      return new VeilshareError("PEER_MALFORMED", text, { party: this.peer, field: "frame", cause: thrown });
    }
    return this.#brokenTransport(thrown);
  }

  #brokenTransport(thrown: unknown): VeilshareError {
    if (thrown instanceof VeilshareError) return thrown;
    const text = `the connection to party "${this.peer}" broke`;
    return new VeilshareError("PEER_CLOSED", text, { party: this.peer, cause: thrown });
  }

  #peerError(
    code: "PEER_UNEXPECTED" | "PEER_FLOODED" | "PEER_MALFORMED",
    field: string,
    expected: string,
    got: string,
  ): VeilshareError {
    const text = `party "${this.peer}", ${field}: expected ${expected}, got ${got}`;
    return new VeilshareError(code, text, { party: this.peer, field, expected, got });
  }
}

/** The same error, told apart by the step that it ended. */
function withStep(error: VeilshareError, step: string): VeilshareError {
  if (error.step !== undefined) return error;
  const { code, message, ...details } = error.toJSON();
  return new VeilshareError(code, `${step}: ${message}`, { ...details, step, cause: error });
}
