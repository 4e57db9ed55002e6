/** What the two halves of a link share: the peer's name, the frames going out, and the failure that ends everything. */

import { encodeAbort } from "./frame.js";
import { isErrorCode, VeilshareError, type PeerErrorCode } from "../../errors.js";
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
  readonly #onFailure: (error: VeilshareError) => void;
  /** Fires when the link fails. */
  readonly #end = new Stop();
  #nextSequence = 0;

  constructor(
    peer: string,
    transport: Transport,
    limits: SessionLimits,
    onFailure: (error: VeilshareError) => void,
  ) {
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
    const frame = encode(this.#nextSequence);
    this.#nextSequence = (this.#nextSequence + 1) >>> 0;
    this.traffic.bytesSent += frame.length;
    try {
      await this.transport.send(frame);
    } catch (thrown) {
      // A party that has said farewell may be gone; that fails only who still wants something of it.
      throw this.peerFinished ? this.closedError() : this.fail(this.brokenError(thrown));
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
  async orFailure<T>(wanted: Promise<T>, step: string, what: string): Promise<T> {
    const { stepTimeoutMs } = this.limits;
    const onTimeout = (): VeilshareError | number =>
      this.peerWorks ? stepTimeoutMs : this.stop(this.#timeoutError(step, what));
    try {
      return await withinLimits(wanted, { stop: this.#end, timeoutMs: stepTimeoutMs, onTimeout });
    } catch (thrown) {
      throw thrown instanceof VeilshareError ? withStep(thrown, step) : thrown;
    }
  }

  #timeoutError(step: string, what: string): VeilshareError {
    const { stepTimeoutMs } = this.limits;
    const text = `${step}: party "${this.peer}" lives but gave us no ${what} within ${stepTimeoutMs} ms`;
    return new VeilshareError("PEER_TIMEOUT", text, { party: this.peer, step, expected: what });
  }

  /** Tells the party that the run stopped, and why in one code, then fails the link. */
  stop(error: VeilshareError): VeilshareError {
    if (!this.failed && !this.closing) this.transmitQuietly((sequence) => encodeAbort(sequence, error.code));
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

  abortedError(code: string): VeilshareError {
    const got = isErrorCode(code) ? code : "an unknown code";
    const text = `party "${this.peer}" stopped the run: ${got}`;
    return new VeilshareError("PEER_ABORTED", text, { party: this.peer, got });
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
