/** What the two halves of a link share: the peer's name, the frames going out, and the failure that ends everything. */

import { encodeAbort } from "./frame.js";
import { isErrorCode, toVeilshareError, VeilshareError, type PeerErrorCode } from "../../errors.js";
import type { SessionLimits } from "../limits.js";
import type { Transport } from "../transport.js";
import { Stop, withinLimits } from "../../waiting/wait.js";

/** What a link has carried, in bytes of frames before encryption. */
export interface LinkTraffic {
  bytesSent: number;
  bytesReceived: number;
  messagesSent: number;
  messagesReceived: number;
}

/** How long each message of what a party said last may take to be read, once nothing can be sent to it any more. */
const lastWordsMs = 2000;

/** Shared state of one link. */
export class LinkCore {
  readonly peer: string;
  readonly limits: SessionLimits;
  readonly transport: Transport;
  readonly traffic: LinkTraffic = { bytesSent: 0, bytesReceived: 0, messagesSent: 0, messagesReceived: 0 };
  /** True once the party has said that it will send nothing more. */
  peerFinished = false;
  /** True while the party's last sign of life said that it is busy with the run. */
  peerWorks = false;
  /** True once this side is leaving. */
  closing = false;
  /** Resolves when the last message that came has been read; set by who reads. */
  reading: Promise<void> = Promise.resolve();
  /** Names of all parties of the session: others can't be accused. */
  readonly #parties: readonly string[];
  readonly #onFailure: (error: VeilshareError) => void;
  /** Fires when the link fails. */
  readonly #end = new Stop();
  #nextSequence = 0;
  #stopping = false;

  constructor(
    peer: string,
    transport: Transport,
    limits: SessionLimits,
    onFailure: (error: VeilshareError) => void,
    parties: readonly string[] = [],
  ) {
    this.#parties = parties;
    this.peer = peer;
    this.transport = transport;
    this.limits = limits;
    this.#onFailure = onFailure;
  }

  get failed(): boolean {
    return this.#end.error !== undefined;
  }

  throwIfFailed(step: string): void {
    if (this.#end.error !== undefined) throw withStep(this.#end.error, step);
  }

  /** Numbers a frame and hands it to the transport at once; resolves when there is room for more. */
  async transmit(encode: (sequence: number) => Uint8Array): Promise<void> {
    const frame = this.#numbered(encode);
    this.traffic.bytesSent += frame.length;
    try {
      await this.transport.send(frame);
    } catch (thrown) {
      // A way that takes nothing more may still hold what the party said last: its farewell, or why it stopped. Only who has
      // read that knows whether anything is wrong.
      await this.#lastWords();
      throw this.peerFinished ? this.closedError() : this.fail(this.brokenError(thrown));
    }
  }

  /** Waits until what came is read, as long as it comes; this thread may be busy with something else meanwhile. */
  async #lastWords(): Promise<void> {
    let heard = -1;
    const onTimeout = (): VeilshareError | number => {
      const { bytesReceived } = this.traffic;
      if (bytesReceived === heard) return this.closedError();
      heard = bytesReceived;
      return lastWordsMs;
    };
    await withinLimits(this.reading, { timeoutMs: lastWordsMs, onTimeout }).catch(() => undefined);
  }

  /** A frame that can't be made, for want of memory say, leaves a hole in the lane: nothing can go on. */
  #numbered(encode: (sequence: number) => Uint8Array): Uint8Array {
    try {
      const frame = encode(this.#nextSequence);
      this.#nextSequence = (this.#nextSequence + 1) >>> 0;
      return frame;
    } catch (thrown) {
      const error = toVeilshareError(thrown);
      throw this.#stopping ? this.fail(error) : this.stop(error);
    }
  }

  /** For frames that nobody awaits: a failure to send them has already failed the link. */
  transmitQuietly(encode: (sequence: number) => Uint8Array): void {
    this.transmit(encode).catch(() => undefined);
  }

  /**
   * Waits for `wanted`, but not past the link's failure nor past the step's time limit; the limit starts anew while the
   * party says that it works.
   */
  async orFailure<T>(
    wanted: Promise<T>,
    step: string,
    what: string,
    stepTimeoutMs: number = this.limits.stepTimeoutMs,
  ): Promise<T> {
    const { workTimeoutMs } = this.limits;
    const until = performance.now() + workTimeoutMs;
    const onTimeout = (): VeilshareError | number => {
      const leftMs = this.peerWorks ? until - performance.now() : 0;
      if (leftMs > 0) return Math.min(leftMs, stepTimeoutMs);
      return this.stop(this.#timeoutError(step, what));
    };
    try {
      return await withinLimits(wanted, { stop: this.#end, timeoutMs: stepTimeoutMs, onTimeout });
    } catch (thrown) {
      throw withStep(toVeilshareError(thrown), step);
    }
  }

  #timeoutError(step: string, what: string): VeilshareError {
    const { stepTimeoutMs, workTimeoutMs } = this.limits;
    const how = this.peerWorks
      ? `says that it works but gave us no ${what} within ${Math.max(stepTimeoutMs, workTimeoutMs)} ms`
      : `lives but gave us no ${what} within ${stepTimeoutMs} ms`;
    const text = `${step}: party "${this.peer}" ${how}`;
    const hint = this.peerWorks ? "a larger workTimeoutMs, or another party" : "a larger stepTimeoutMs";
    return new VeilshareError("PEER_TIMEOUT", text, { party: this.peer, step, expected: what, hint });
  }

  /** Tells the party that the run stopped, and why in one code, then fails the link. */
  stop(error: VeilshareError): VeilshareError {
    if (!this.failed && !this.closing && !this.#stopping) {
      this.#stopping = true;
      const accused = error.isPeerFault ? (error.accused ?? error.party ?? "") : "";
      this.transmitQuietly((sequence) => encodeAbort(sequence, error.code, accused));
    }
    return this.fail(error);
  }

  /** Ends the link with an error; the first one counts and is returned. Nothing is sent. */
  fail(error: VeilshareError): VeilshareError {
    if (this.#end.error !== undefined) return this.#end.error;
    this.#end.fire(error);
    this.#onFailure(error);
    void this.transport.close(); // never rejects
    return error;
  }

  closedError(step?: string): VeilshareError {
    const error = new VeilshareError("PEER_CLOSED", `party "${this.peer}" closed its connection`, {
      party: this.peer,
    });
    return step === undefined ? error : withStep(error, step);
  }

  /** What the party said when it stopped the run: why, and because of whom. Both are its claims. */
  abortedError(code: string, name: string): VeilshareError {
    const accuser = this.peer;
    const got = isErrorCode(code) ? code : "an unknown code";
    const accused = this.#parties.includes(name) && name !== accuser ? name : undefined;
    const blame = accused === undefined ? "" : `, and blames party "${accused}"`;
    const text = `party "${accuser}" stopped the run: ${got}${blame}`;
    const details = { got, accuser, ...(accused === undefined ? {} : { accused }) };
    return new VeilshareError("PEER_ABORTED", text, { party: accused ?? accuser, ...details });
  }

  /** The transport's failure, with the party's name. */
  brokenError(thrown: unknown): VeilshareError {
    if (thrown instanceof VeilshareError && thrown.party !== undefined) return thrown;
    const [code, why] =
      thrown instanceof VeilshareError
        ? ([thrown.code, thrown.message] as const)
        : (["PEER_CLOSED", "it broke"] as const);
    const text = `the connection to party "${this.peer}": ${why}`;
    return new VeilshareError(code, text, { party: this.peer, cause: thrown });
  }

  violation(code: PeerErrorCode, field: string, expected: string, got: string): VeilshareError {
    const text = `party "${this.peer}", ${field}: expected ${expected}, got ${got}`;
    return new VeilshareError(code, text, { party: this.peer, field, expected, got });
  }
}

/** The same error, told apart by the step that it ended. */
export function withStep(error: VeilshareError, step: string): VeilshareError {
  if (error.step !== undefined) return error;
  const { code, message, ...details } = error.toJSON();
  return new VeilshareError(code, `${step}: ${message}`, { ...details, step, cause: error });
}
