/**
 * A connection that outlives its sockets. Frames are numbered and retained in plaintext until the other end has them; when the
 * connection breaks, both ends agree on a new one, say how far they got, and go on after that: each frame is delivered once.
 *
 * Who makes the new connection is not its matter (see mesh.ts), nor which network carries it. It goes on only with an end that
 * has the secret of the first handshake: another process with the same key has not.
 *
 * Adversary: cuts, delays and joins connections at will. It cannot make a frame count twice or get lost: the counts are inside
 * the encrypted connection, and a count that can't be is the party's fault. Frames after the last count are encrypted anew under
 * the new connection's keys; the old keys are wiped.
 */

import { MalformedMessage } from "../../bytes/codec.js";
import { peerFault, VeilshareError, type PeerErrorCode } from "../../errors.js";
import { Latch, Stop, withinLimits } from "../../waiting/wait.js";
import { Inbox } from "../inbox.js";
import type { NoiseTransport } from "../noise/noise-transport.js";
import { defaultLingerMs, type CloseOptions, type Transport } from "../transport.js";
import { decodeControl, encodeAck, encodeEnd, encodeResume, isControl } from "./control-message.js";
import { maxRetainedBytes, ReplayBuffer, type ReplayBudget } from "./replay-buffer.js";

/** What has come and is not acknowledged yet is acknowledged at so many bytes or frames, or after so long. */
const ackBytes = 256 * 1024;
const ackFrames = 64;
const ackDelayMs = 50;

/** Longest time that both ends may take to say how far they got. */
const resumeTimeoutMs = 10_000;

const step = "channel/reconnect";

/** How a lost connection is to be had back. */
export interface Recovery {
  /** Longest time without a connection. */
  readonly reconnectMs: number;
  readonly maxReconnects: number;
  /** Called at every loss: whoever dials begins to, until the signal fires. The new connection goes to `adopt`. */
  readonly seek: (signal: AbortSignal) => void;
  readonly onLost: () => void;
  readonly onRestored: () => void;
}

interface Loss {
  readonly stop: AbortController;
  readonly timer: ReturnType<typeof setTimeout>;
}

/** See the head of this file. */
export class ResumableTransport implements Transport {
  readonly maxMessageBytes: number;
  readonly peer: string;
  /** Bytes of frames that were sent again, and how often the connection was had back. */
  readonly replayed = { bytes: 0, reconnects: 0 };
  readonly #over = new Latch<undefined>();
  readonly #end = new Stop();
  readonly #inbox = new Inbox<Uint8Array>();
  readonly #budget: ReplayBudget;
  readonly #sent: ReplayBuffer;
  readonly #waiting = new Set<() => void>();
  #way: NoiseTransport | undefined;
  #recovery: Recovery | undefined;
  #loss: Loss | undefined;
  #losses = 0;
  /** Grows with every connection that is being adopted. */
  #generation = 0;
  #got = 0;
  #gotFrames = 0;
  #gotBytes = 0;
  #ackTimer: ReturnType<typeof setTimeout> | undefined;
  #peerEnded = false;
  /** True when a connection was given up because nothing came, and nothing came since. */
  #silent = false;
  #left: Promise<void> | undefined;

  constructor(peer: string, way: NoiseTransport, budget: ReplayBudget) {
    this.peer = peer;
    this.maxMessageBytes = way.maxMessageBytes;
    this.#budget = budget;
    this.#sent = new ReplayBuffer(budget);
    this.#use(way);
  }

  /** Resolves when nothing more can come or go. */
  get closed(): Promise<unknown> {
    return this.#over.promise;
  }

  /** True while there is no connection and a new one is sought. */
  get interrupted(): boolean {
    return this.#loss !== undefined;
  }

  /** From now on a lost connection is had back. */
  arm(recovery: Recovery): void {
    this.#recovery = recovery;
  }

  /** Nothing came for long: the connection may be dead without anybody having said so. */
  suspect(): void {
    if (this.#recovery === undefined || this.#way === undefined) return;
    this.#silent = true;
    this.#lose(this.#way);
  }

  /** Ends everything with an error. */
  end(error: VeilshareError): void {
    if (this.#end.error !== undefined) return;
    this.#inbox.fail(error);
    this.#finish(error);
  }

  async send(frame: Uint8Array): Promise<void> {
    if (this.#end.error !== undefined || this.#left !== undefined) throw this.#closedError();
    this.#sent.add(frame);
    // A connection that breaks is noticed by who reads from it.
    await this.#way?.sendRetained(frame).catch(() => undefined);
    while (this.#sent.retainedBytes > maxRetainedBytes) await this.#change();
  }

  receive(): Promise<Uint8Array | undefined> {
    return this.#inbox.take();
  }

  close(options: CloseOptions = {}): Promise<void> {
    this.#left ??= this.#leave(options.lingerMs ?? defaultLingerMs);
    return this.#left;
  }

  async #leave(lingerMs: number): Promise<void> {
    this.#inbox.finish();
    if (this.#end.error !== undefined) return;
    const end = encodeEnd();
    this.#sent.add(end);
    void this.#way?.sendRetained(end).catch(() => undefined);
    await withinLimits(this.#drained(), {
      stop: this.#end,
      timeoutMs: lingerMs,
      onTimeout: () => this.#closedError(),
    }).catch(() => undefined); // it was told as much as there was time for
    const way = this.#way;
    this.#way = undefined;
    this.#finish(this.#closedError());
    await way?.close({ lingerMs: Math.min(lingerMs, defaultLingerMs) });
  }

  async #drained(): Promise<void> {
    while (this.#sent.acknowledged < this.#sent.sent) await this.#change();
  }

  /** Resolves at the next acknowledgement, rejects at the end. */
  #change(): Promise<void> {
    let wake: () => void = () => undefined;
    const changed = new Promise<void>((resolve) => {
      wake = resolve;
      this.#waiting.add(wake);
    });
    return withinLimits(changed, { stop: this.#end }).finally(() => {
      this.#waiting.delete(wake);
    });
  }

  /**
   * Goes on over a new connection, whose other end has proved that it is the one of the old.
   *
   * @throws VeilshareError what the new connection fails with; the search goes on then.
   */
  async adopt(way: NoiseTransport): Promise<void> {
    const generation = ++this.#generation;
    if (this.#way !== undefined) this.#lose(this.#way); // from here on nothing that it brings counts
    try {
      await way.sendRetained(encodeResume(this.#got));
      const first = await withinLimits(way.receive(), {
        stop: this.#end,
        timeoutMs: resumeTimeoutMs,
        onTimeout: () => this.#closedError(),
      });
      if (first === undefined || generation !== this.#generation) throw this.#closedError();
      this.#resume(first);
    } catch (thrown) {
      way.discard();
      throw thrown;
    }
    this.#clearLoss();
    this.#silent = false;
    this.replayed.reconnects += 1;
    this.#use(way);
    for (const frame of this.#sent.unacknowledged()) {
      this.replayed.bytes += frame.length;
      void way.sendRetained(frame).catch(() => undefined);
    }
    this.#recovery?.onRestored();
  }

  #resume(message: Uint8Array): void {
    const said = isControl(message) ? this.#decode(message) : undefined;
    if (said?.kind !== "resume")
      throw this.#violation("PEER_UNEXPECTED", "where to go on", "another message");
    if (!this.#sent.acknowledge(said.got)) {
      const error = this.#violation(
        "PEER_UNEXPECTED",
        "a count between what it had and what was sent",
        "another",
      );
      this.end(error);
      throw error;
    }
    this.#wake();
  }

  #use(way: NoiseTransport): void {
    this.#way = way;
    this.#gotFrames = 0;
    this.#gotBytes = 0;
    void this.#pump(way);
  }

  async #pump(way: NoiseTransport): Promise<void> {
    try {
      for (;;) {
        const message = await way.receive();
        if (this.#way !== way) return; // what comes late is said again over the new connection
        if (message === undefined) break;
        this.#handle(message);
      }
      this.#lose(way);
    } catch (thrown) {
      if (this.#way !== way) return;
      const closed = thrown instanceof VeilshareError && thrown.code === "PEER_CLOSED";
      if (closed) this.#lose(way);
      else this.end(this.#named(thrown));
    }
  }

  #named(thrown: unknown): VeilshareError {
    if (thrown instanceof VeilshareError && thrown.party !== undefined) return thrown;
    const [code, message] =
      thrown instanceof VeilshareError
        ? ([thrown.code, thrown.message] as const)
        : (["PEER_CLOSED", "it broke"] as const);
    const text = `the connection to party "${this.peer}": ${message}`;
    return new VeilshareError(code, text, { party: this.peer, cause: thrown });
  }

  #handle(message: Uint8Array): void {
    if (!isControl(message)) {
      this.#count(message.length);
      this.#inbox.push(message);
      return;
    }
    const said = this.#decode(message);
    switch (said.kind) {
      case "ack":
        if (!this.#sent.acknowledge(said.got)) {
          throw this.#violation("PEER_UNEXPECTED", "a count of what was sent", "another");
        }
        this.#wake();
        return;
      case "end":
        this.#peerEnded = true;
        this.#count(message.length);
        this.#acknowledge();
        this.#inbox.finish();
        return;
      case "resume":
        throw this.#violation("PEER_UNEXPECTED", "it on a new connection only", "where to go on");
    }
  }

  #decode(message: Uint8Array): ReturnType<typeof decodeControl> {
    try {
      return decodeControl(message);
    } catch (thrown) {
      if (!(thrown instanceof MalformedMessage)) throw thrown;
      throw this.#violation("PEER_MALFORMED", "a message of the connection", "another");
    }
  }

  #count(byteLength: number): void {
    this.#got += 1;
    this.#gotFrames += 1;
    this.#gotBytes += byteLength;
    if (this.#gotFrames >= ackFrames || this.#gotBytes >= ackBytes) {
      this.#acknowledge();
      return;
    }
    if (this.#ackTimer !== undefined) return;
    const timer = setTimeout(() => {
      this.#acknowledge();
    }, ackDelayMs);
    (timer as unknown as { readonly unref?: () => void }).unref?.();
    this.#ackTimer = timer;
  }

  #acknowledge(): void {
    clearTimeout(this.#ackTimer);
    this.#ackTimer = undefined;
    this.#gotFrames = 0;
    this.#gotBytes = 0;
    void this.#way?.sendRetained(encodeAck(this.#got)).catch(() => undefined);
  }

  #lose(way: NoiseTransport): void {
    if (this.#way !== way) return;
    this.#way = undefined;
    way.discard();
    const recovery = this.#recovery;
    if (this.#end.error !== undefined) return;
    if (recovery === undefined || recovery.reconnectMs === 0 || this.#peerEnded) {
      this.#inbox.finish();
      this.#finish(this.#closedError());
      return;
    }
    if (++this.#losses > recovery.maxReconnects) {
      this.end(this.#lostError(`${recovery.maxReconnects} times before, the most that are allowed`));
      return;
    }
    const stop = new AbortController();
    const timer = setTimeout(() => {
      this.end(this.#lostError(`and not had back within ${recovery.reconnectMs} ms`));
    }, recovery.reconnectMs);
    this.#loss = { stop, timer };
    this.#budget.lose(this, () => {
      this.end(this.#lostError("and what was to be sent again was more than all links may retain"));
    });
    recovery.onLost();
    recovery.seek(stop.signal);
  }

  #clearLoss(): void {
    clearTimeout(this.#loss?.timer);
    this.#loss?.stop.abort();
    this.#loss = undefined;
    this.#budget.restore(this);
  }

  #finish(error: VeilshareError): void {
    this.#generation += 1;
    this.#clearLoss();
    clearTimeout(this.#ackTimer);
    this.#way?.discard();
    this.#way = undefined;
    this.#sent.clear();
    this.#end.fire(error);
    this.#over.open(undefined);
  }

  #wake(): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const wake of waiting) wake();
  }

  #closedError(): VeilshareError {
    const { peer: party } = this;
    return new VeilshareError("PEER_CLOSED", `the connection to party "${party}" is closed`, { party });
  }

  #lostError(how: string): VeilshareError {
    const { peer: party } = this;
    const what = this.#silent ? "there was no sign of life" : "the connection was lost";
    const text = `${step}: party "${party}": ${what}, ${how}`;
    return new VeilshareError(this.#silent ? "PEER_TIMEOUT" : "PEER_CLOSED", text, { party }); // the step is that of who waits
  }

  #violation(code: PeerErrorCode, expected: string, got: string): VeilshareError {
    return peerFault(code, { party: this.peer, step, expected, got });
  }
}
