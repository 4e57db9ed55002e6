/**
 * A link to one other party over any transport: labelled lanes with flow control, messages larger than a frame,
 * heartbeats, time limits, and one typed error that names the party when anything goes wrong. A link that failed
 * stays failed.
 */

import { MalformedMessage } from "../../bytes/codec.js";
import { VeilshareError } from "../../errors.js";
import type { SessionLimits } from "../limits.js";
import type { Transport } from "../transport.js";
import { decodeFrame, encodeBye, encodePing, encodeWork, type Frame } from "./frame.js";
import { LinkCore, type LinkTraffic } from "./link-core.js";
import { LinkReceiver } from "./receiver.js";
import { LinkSender, type PeerLimits } from "./sender.js";

/** Messages to and from one party. */
export class Link {
  readonly #core: LinkCore;
  readonly #sender: LinkSender;
  readonly #receiver: LinkReceiver;
  #expectedSequence = 0;
  #lastHeard = 0;
  #patient = false;
  #heartbeat: ReturnType<typeof setInterval> | undefined;
  /** How many pieces of work of ours the party may have to wait for. */
  #works = 0;
  #reading: Promise<void> = Promise.resolve();
  #closed: Promise<void> | undefined;

  /**
   * @param onFailure - Called once, when the link fails for any reason but its own `close`.
   * @param parties - Names of all parties of the session.
   */
  constructor(
    peer: string,
    transport: Transport,
    limits: SessionLimits,
    onFailure: (error: VeilshareError) => void,
    parties?: readonly string[],
  ) {
    const onEnd = (error: VeilshareError): void => {
      clearInterval(this.#heartbeat);
      this.#receiver.forget();
      onFailure(error);
    };
    this.#core = new LinkCore(peer, transport, limits, onEnd, parties);
    this.#sender = new LinkSender(this.#core);
    this.#receiver = new LinkReceiver(this.#core);
  }

  get peer(): string {
    return this.#core.peer;
  }

  /** What was sent again over restored connections. */
  get replayed(): { readonly bytes: number; readonly reconnects: number } {
    return this.#core.transport.replayed ?? { bytes: 0, reconnects: 0 };
  }

  get traffic(): Readonly<LinkTraffic> {
    return this.#core.traffic;
  }

  /**
   * Starts reading and the heartbeat.
   *
   * @param patient - Silence counts only once the party has said something: it may still wait for others before it begins.
   */
  start(patient = false): void {
    this.#patient = patient;
    this.#lastHeard = performance.now();
    this.#reading = this.#read();
    this.#core.reading = this.#reading;
    this.#startHeartbeat();
  }

  /** What the other end takes, once it has said so. */
  setPeerLimits(limits: PeerLimits): void {
    this.#sender.setPeerLimits(limits);
  }

  /** Sends one message; resolves when the lane and the transport have room for more. */
  send(step: string, message: Uint8Array): Promise<void> {
    return this.#sender.send(step, message);
  }

  /** The next message of a lane, within the limit for a step unless another is given. */
  receive(step: string, timeoutMs?: number): Promise<Uint8Array> {
    return this.#receiver.receive(step, timeoutMs);
  }

  /**
   * Forgets the lanes of a protocol that is over.
   *
   * @returns The label of a lane in which the party sent more than the protocol took, if there is one.
   */
  releaseLanes(prefix: string): string | undefined {
    this.#sender.release(prefix);
    return this.#receiver.release(prefix);
  }

  /** How many names of protocols that are over it remembers; does not grow with their runs. */
  get rememberedRuns(): number {
    return this.#receiver.rememberedRuns;
  }

  async #read(): Promise<void> {
    const core = this.#core;
    try {
      for (;;) {
        const message = await core.transport.receive();
        if (message === undefined) break;
        this.#lastHeard = performance.now();
        this.#patient = false;
        core.traffic.bytesReceived += message.length;
        this.#handle(decodeFrame(message));
      }
      if (!core.peerFinished && !core.closing) core.fail(core.closedError());
    } catch (thrown) {
      if (thrown instanceof VeilshareError && thrown.code === "PEER_ABORTED") core.fail(thrown);
      else if (!core.closing) core.stop(this.#readError(thrown));
    }
  }

  #handle(frame: Frame): void {
    const core = this.#core;
    if (frame.sequence !== this.#expectedSequence) {
      const expected = `frame ${this.#expectedSequence}`;
      throw core.violation("PEER_UNEXPECTED", "frame order", expected, `frame ${frame.sequence}`);
    }
    this.#expectedSequence = (this.#expectedSequence + 1) >>> 0;
    if (core.peerFinished && frame.kind !== "window") {
      throw core.violation("PEER_UNEXPECTED", "frame", "nothing after the farewell", frame.kind);
    }
    switch (frame.kind) {
      case "lane":
        this.#receiver.handleLane(frame.lane, frame.label);
        return;
      case "data":
        this.#receiver.handleData(frame.lane, frame.piece, frame.last);
        return;
      case "window":
        this.#sender.handleWindow(frame.lane, frame.bytes);
        return;
      case "abort":
        throw core.abortedError(frame.code, frame.accused);
      case "bye":
        core.peerFinished = true;
        this.#receiver.rejectWaiters(core.closedError());
        this.#sender.giveUp();
        return;
      case "ping":
        core.peerWorks = false;
        return;
      case "work":
        core.peerWorks = true;
        return;
    }
  }

  #readError(thrown: unknown): VeilshareError {
    const { peer } = this.#core;
    if (!(thrown instanceof MalformedMessage)) return this.#core.brokenError(thrown);
    const text = `party "${peer}" sent a frame that is not one: ${thrown.message}`;
    return new VeilshareError("PEER_MALFORMED", text, { party: peer, field: "frame", cause: thrown });
  }

  #startHeartbeat(): void {
    const core = this.#core;
    const { idleTimeoutMs } = core.limits;
    const periodMs = Math.max(1, Math.floor(idleTimeoutMs / 4));
    let lastTick = performance.now();
    this.#heartbeat = setInterval(() => {
      const now = performance.now();
      // A late tick means that this thread was busy: what the party sent meanwhile is still unread.
      if (now - lastTick > 2 * periodMs) this.#lastHeard = Math.max(this.#lastHeard, now - idleTimeoutMs / 2);
      lastTick = now;
      if (core.peerFinished) return;
      if (core.transport.interrupted === true || this.#patient) this.#lastHeard = now;
      if (now - this.#lastHeard > idleTimeoutMs / 2) core.transport.suspect?.();
      if (now - this.#lastHeard > idleTimeoutMs) {
        const text = `party "${core.peer}" gave no sign of life for ${idleTimeoutMs} ms`;
        core.stop(new VeilshareError("PEER_TIMEOUT", text, { party: core.peer, expected: "a sign of life" }));
      } else {
        this.#giveSignOfLife();
      }
    }, periodMs);
    // A waiting receive has a timer of its own; a heartbeat alone must not keep a process from ending.
    const timer = this.#heartbeat as unknown as { readonly unref?: () => void };
    timer.unref?.();
  }

  /** From now on signs of life say that this side works, the first one at once. */
  startWork(): void {
    this.#works += 1;
    if (this.#works === 1) this.#giveSignOfLife();
  }

  /** The end of what {@link Link.startWork} started. */
  endWork(): void {
    this.#works -= 1;
    if (this.#works === 0) this.#giveSignOfLife();
  }

  #giveSignOfLife(): void {
    const core = this.#core;
    if (core.failed || core.closing || core.peerFinished) return;
    core.transmitQuietly(this.#works > 0 ? encodeWork : encodePing);
  }

  /** Tells the party that the run stopped, and why in one code, then fails the link. */
  abort(error: VeilshareError): void {
    this.#core.stop(error);
  }

  /**
   * Says farewell and closes once everything sent has left, which takes as long as the party takes to read it, within the
   * limits. Never rejects.
   */
  close(): Promise<void> {
    this.#closed ??= this.#leave();
    return this.#closed;
  }

  async #leave(): Promise<void> {
    const core = this.#core;
    if (core.failed) return;
    core.closing = true;
    this.#receiver.close();
    await this.#sender.drained();
    clearInterval(this.#heartbeat);
    core.transmitQuietly(encodeBye); // closing waits for it to leave; the party may have left as well
    await core.transport.close({ lingerMs: core.limits.idleTimeoutMs });
    await this.#reading;
  }
}
