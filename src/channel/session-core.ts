/** What all views of a session share: the links, the limits, the greeting, and the failure that ends it. */

import { sha256 } from "@noble/hashes/sha2.js";
import { MalformedMessage } from "../bytes/codec.js";
import { concatBytes, equalBytes, utf8ToBytes } from "../bytes/encoding.js";
import { invalidArgument, peerFault, VeilshareError } from "../errors.js";
import { randomBytes } from "../random/csprng.js";
import { decodeHello, encodeHello, nonceBytes, wireVersion } from "./hello.js";
import { completeLimits, type SessionLimits } from "./limits.js";
import { Link } from "./link/link.js";
import { withStep } from "./link/link-core.js";
import type { Progress, Traffic } from "./party.js";
import { Transcript } from "./transcript.js";
import type { Transport } from "./transport.js";

/** How a caller may watch, limit or cancel a session. */
export interface SessionOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (event: Progress) => void;
  readonly limits?: Partial<SessionLimits>;
}

/** What {@link openSession} needs. */
export interface OpenSessionOptions extends SessionOptions {
  readonly index: number;
  readonly names: readonly string[];
  /** By party index; the own place is ignored. */
  readonly transports: readonly (Transport | undefined)[];
}

/** What all views of a session share: links, limits, failure. */
export class SessionCore {
  readonly index: number;
  readonly names: readonly string[];
  readonly limits: SessionLimits;
  readonly transcript: Transcript = new Transcript();
  readonly onProgress: ((event: Progress) => void) | undefined;
  readonly #links: readonly (Link | undefined)[];
  readonly #controller = new AbortController();
  readonly #runs = new Map<string, number>();
  readonly #stopListening: () => void;
  #closing = false;
  #onEnd: () => void = () => undefined;
  #failure: VeilshareError | undefined;
  #rounds = 0;
  #sentSinceWait = false;

  constructor(options: OpenSessionOptions) {
    this.index = options.index;
    this.names = [...options.names];
    this.limits = completeLimits(options.limits);
    this.onProgress = options.onProgress;
    this.#links = this.names.map((name, i) => {
      const transport = options.transports[i];
      if (i === options.index) return undefined;
      if (transport === undefined) throw invalidArgument("session", `a transport to "${name}"`, "none");
      const onFailure = (error: VeilshareError): void => {
        this.abort(error);
      };
      return new Link(name, transport, this.limits, onFailure, this.names);
    });
    const onAbort = (): void => {
      this.abort(
        new VeilshareError("ABORTED", "the caller cancelled the session", { cause: options.signal?.reason }),
      );
    };
    options.signal?.addEventListener("abort", onAbort, { once: true });
    this.#stopListening = () => options.signal?.removeEventListener("abort", onAbort);
    for (const link of this.#links) link?.start(true);
    if (options.signal?.aborted === true) onAbort();
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  get traffic(): Traffic {
    const sum = {
      bytesReplayed: 0,
      reconnects: 0,
      bytesSent: 0,
      bytesReceived: 0,
      messagesSent: 0,
      messagesReceived: 0,
      rounds: this.#rounds,
    };
    for (const link of this.#links) {
      if (link === undefined) continue;
      sum.bytesReplayed += link.replayed.bytes;
      sum.reconnects += link.replayed.reconnects;
      sum.bytesSent += link.traffic.bytesSent;
      sum.bytesReceived += link.traffic.bytesReceived;
      sum.messagesSent += link.traffic.messagesSent;
      sum.messagesReceived += link.traffic.messagesReceived;
    }
    return sum;
  }

  /** Throws the session's failure, told apart by the step that it keeps from happening. */
  throwIfFailed(step: string): void {
    if (this.#failure !== undefined) throw withStep(this.#failure, step);
  }

  /** Number of the next run under a prefix; the same at all who have the prefix. */
  nextRun(prefix: string): number {
    const run = this.#runs.get(prefix) ?? 0;
    this.#runs.set(prefix, run + 1);
    return run;
  }

  link(index: number): Link {
    const link = this.#links[index];
    if (link === undefined) throw invalidArgument("party", "the index of another party", String(index));
    return link;
  }

  async send(to: number, step: string, payload: Uint8Array): Promise<void> {
    this.throwIfFailed(step);
    this.#sentSinceWait = true;
    await this.link(to).send(step, payload);
  }

  async receive(from: number, step: string, timeoutMs?: number): Promise<Uint8Array> {
    this.throwIfFailed(step);
    if (this.#sentSinceWait) {
      this.#sentSinceWait = false;
      this.#rounds += 1;
    }
    return this.link(from).receive(step, timeoutMs);
  }

  /** Does something while these parties are told that this one works. */
  async working<T>(others: readonly number[], work: () => Promise<T>): Promise<T> {
    const links = others.map((index) => this.link(index));
    for (const link of links) link.startWork();
    try {
      return await work();
    } finally {
      for (const link of links) link.endWork();
    }
  }

  /** Forgets the lanes of a finished run; gives the party and step of a message that nobody took. */
  release(prefix: string): { readonly party: string; readonly label: string } | undefined {
    let untaken: { party: string; label: string } | undefined;
    for (const link of this.#links) {
      const label = link?.releaseLanes(prefix);
      if (link !== undefined && label !== undefined) untaken = { party: link.peer, label };
    }
    return untaken;
  }

  /** Has something done when the session is over, at once if it is. */
  atEnd(onEnd: () => void): void {
    if (this.#failure === undefined) this.#onEnd = onEnd;
    else onEnd();
  }

  /** Stops the session: the others learn the error's code, and all that waits here fails with the error. */
  abort(error: VeilshareError): void {
    if (this.#failure !== undefined) {
      // Cancelled while leaving: what has not left is dropped.
      if (this.#closing) for (const link of this.#links) link?.abort(error);
      return;
    }
    this.#failure = error;
    this.#stopListening();
    for (const link of this.#links) link?.abort(error);
    this.#controller.abort(error);
    this.#onEnd();
  }

  async close(): Promise<void> {
    if (this.#failure === undefined) {
      this.#failure = new VeilshareError("CLOSED", "the session is closed");
      this.#closing = true;
    }
    if (!this.#closing) return;
    await Promise.all(this.#links.map((link) => link?.close() ?? Promise.resolve()));
    this.#closing = false;
    this.#stopListening();
    this.#onEnd();
  }

  /**
   * Greets all parties.
   *
   * @returns The session id.
   */
  async greet(): Promise<Uint8Array> {
    const missing = new Set<number>();
    const limit = setTimeout(() => {
      const party = this.names.find((_, i) => missing.has(i)) ?? "";
      const text = `session/hello: party "${party}" did not greet within ${this.limits.connectTimeoutMs} ms`;
      this.abort(new VeilshareError("PEER_TIMEOUT", text, { party, step: "session/hello" }));
    }, this.limits.connectTimeoutMs);
    try {
      const own = randomBytes(nonceBytes);
      const nonces = await this.#swap("session/hello", encodeHello(this, own), missing, (from, message) =>
        this.#readHello(from, message),
      );
      nonces[this.index] = own;
      const sessionId = sha256(concatBytes(utf8ToBytes("veilshare session v1"), ...nonces));
      await this.#swap("session/id", sessionId, missing, (from, id) => {
        if (equalBytes(id, sessionId)) return id;
        throw this.#mismatch(from, "session/id", "session id", "ours", "another");
      });
      return sessionId;
    } finally {
      clearTimeout(limit);
    }
  }

  /** Says one thing to all others and reads what each of them says as it comes; `missing` holds those awaited. */
  async #swap(
    step: string,
    message: Uint8Array,
    missing: Set<number>,
    read: (from: number, message: Uint8Array) => Uint8Array,
  ): Promise<Uint8Array[]> {
    const others = this.names.map((_, i) => i).filter((i) => i !== this.index);
    for (const other of others) missing.add(other);
    const sent = others.map((to) => this.send(to, step, message));
    const received = this.names.map(async (_, from) => {
      if (from === this.index) return message;
      const theirs = await this.receive(from, step, this.limits.connectTimeoutMs + 1000); // `greet` has the limit
      missing.delete(from);
      return read(from, theirs);
    });
    const [messages] = await Promise.all([Promise.all(received), Promise.all(sent)]);
    return messages;
  }

  #readHello(from: number, message: Uint8Array): Uint8Array {
    const step = "session/hello";
    const party = this.names[from] ?? "";
    try {
      const hello = decodeHello(message);
      const differs = (field: string, expected: string, got: string): VeilshareError =>
        this.#mismatch(from, step, field, expected, got);
      if (hello.version !== wireVersion) throw differs("wire version", `${wireVersion}`, `${hello.version}`);
      if (hello.index !== from) throw differs("party index", `${from}`, `${hello.index}`);
      if (hello.names.length !== this.names.length) {
        throw differs("number of parties", `${this.names.length}`, `${hello.names.length}`);
      }
      const other = this.names.find((name, i) => name !== hello.names[i]);
      if (other !== undefined) throw differs("party names", `"${other}"`, "another name");
      this.link(from).setPeerLimits(hello);
      return hello.nonce;
    } catch (thrown) {
      if (!(thrown instanceof MalformedMessage)) throw thrown;
      const text = `${step}: party "${party}" sent a message that is not well formed: ${thrown.message}`;
      throw new VeilshareError("PEER_MALFORMED", text, { party, step, cause: thrown });
    }
  }

  #mismatch(from: number, step: string, field: string, expected: string, got: string): VeilshareError {
    const party = this.names[from] ?? "";
    return peerFault("PEER_MISMATCH", { party, step, field, expected, got });
  }
}
