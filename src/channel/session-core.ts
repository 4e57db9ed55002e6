/** What all views of a session share: the links, the limits, the greeting, and the failure that ends it. */

import { sha256 } from "@noble/hashes/sha2.js";
import { ByteReader, ByteWriter, MalformedMessage } from "../bytes/codec.js";
import { concatBytes, equalBytes, utf8ToBytes } from "../bytes/encoding.js";
import { invalidArgument, VeilshareError } from "../errors.js";
import { randomBytes } from "../random/csprng.js";
import { completeLimits, type SessionLimits } from "./limits.js";
import { Link } from "./link.js";
import type { Progress, Traffic } from "./party.js";
import { Transcript } from "./transcript.js";
import type { Transport } from "./transport.js";

/** Version of the frames and the greeting. */
const wireVersion = 1;

const nonceBytes = 32;
const maxHelloBytes = 65_536;

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
      return new Link(name, transport, this.limits, (error) => {
        this.abort(error);
      });
    });
    const onAbort = (): void => {
      this.abort(
        new VeilshareError("ABORTED", "the caller cancelled the session", { cause: options.signal?.reason }),
      );
    };
    options.signal?.addEventListener("abort", onAbort, { once: true });
    this.#stopListening = () => options.signal?.removeEventListener("abort", onAbort);
    for (const link of this.#links) link?.start();
    if (options.signal?.aborted === true) onAbort();
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  get traffic(): Traffic {
    const sum = {
      bytesSent: 0,
      bytesReceived: 0,
      messagesSent: 0,
      messagesReceived: 0,
      rounds: this.#rounds,
    };
    for (const link of this.#links) {
      if (link === undefined) continue;
      sum.bytesSent += link.traffic.bytesSent;
      sum.bytesReceived += link.traffic.bytesReceived;
      sum.messagesSent += link.traffic.messagesSent;
      sum.messagesReceived += link.traffic.messagesReceived;
    }
    return sum;
  }

  throwIfFailed(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** Number of the next run of a protocol among these members; the same at all of them. */
  nextRun(key: string): number {
    const run = this.#runs.get(key) ?? 0;
    this.#runs.set(key, run + 1);
    return run;
  }

  link(index: number): Link {
    const link = this.#links[index];
    if (link === undefined) throw invalidArgument("party", "the index of another party", String(index));
    return link;
  }

  async send(to: number, label: string, step: string, payload: Uint8Array): Promise<void> {
    this.throwIfFailed();
    this.#sentSinceWait = true;
    await this.link(to).send(label, step, payload);
  }

  async receive(from: number, label: string, step: string): Promise<Uint8Array> {
    this.throwIfFailed();
    if (this.#sentSinceWait) {
      this.#sentSinceWait = false;
      this.#rounds += 1;
    }
    return this.link(from).receive(label, step);
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

  abort(error: VeilshareError): void {
    if (this.#failure !== undefined) return;
    this.#failure = error;
    this.#stopListening();
    for (const link of this.#links) link?.abort(error);
    this.#controller.abort(error);
  }

  async close(): Promise<void> {
    if (this.#failure !== undefined) return;
    this.#failure = new VeilshareError("CLOSED", "the session is closed");
    this.#stopListening();
    await Promise.all(this.#links.map((link) => link?.close() ?? Promise.resolve()));
  }

  async greet(): Promise<Uint8Array> {
    const limit = setTimeout(() => {
      const text = `session/hello: the parties did not all greet within ${this.limits.connectTimeoutMs} ms`;
      this.abort(new VeilshareError("PEER_TIMEOUT", text, { step: "session/hello" }));
    }, this.limits.connectTimeoutMs);
    try {
      const own = randomBytes(nonceBytes);
      const hello = new ByteWriter().u16(wireVersion).u16(this.index).fixed(own);
      hello.u16(this.names.length);
      for (const name of this.names) hello.text(name);
      const theirs = await this.#swap("session/hello", hello.finish());
      const nonces = theirs.map((message, from) =>
        from === this.index ? own : this.#readHello(from, message),
      );
      const sessionId = sha256(concatBytes(utf8ToBytes("veilshare session v1"), ...nonces));
      const ids = await this.#swap("session/id", sessionId);
      for (const [from, id] of ids.entries()) {
        if (from !== this.index && !equalBytes(id, sessionId)) {
          throw this.#mismatch(from, "session/id", "session id", "ours", "another");
        }
      }
      return sessionId;
    } finally {
      clearTimeout(limit);
    }
  }

  async #swap(step: string, message: Uint8Array): Promise<Uint8Array[]> {
    const others = this.names.map((_, i) => i).filter((i) => i !== this.index);
    const sent = others.map((to) => this.send(to, step, step, message));
    const received = this.names.map((_, from) =>
      from === this.index ? Promise.resolve(message) : this.receive(from, step, step),
    );
    const [messages] = await Promise.all([Promise.all(received), Promise.all(sent)]);
    return messages;
  }

  #readHello(from: number, message: Uint8Array): Uint8Array {
    const step = "session/hello";
    try {
      if (message.length > maxHelloBytes)
        throw new MalformedMessage(`expected at most ${maxHelloBytes} bytes`);
      const reader = new ByteReader(message);
      const version = reader.u16();
      if (version !== wireVersion)
        throw this.#mismatch(from, step, "wire version", `${wireVersion}`, `${version}`);
      const index = reader.u16();
      if (index !== from) throw this.#mismatch(from, step, "party index", `${from}`, `${index}`);
      const nonce = reader.fixed(nonceBytes);
      const count = reader.u16();
      if (count !== this.names.length) {
        throw this.#mismatch(from, step, "number of parties", `${this.names.length}`, `${count}`);
      }
      for (const name of this.names) {
        if (reader.text(256) !== name)
          throw this.#mismatch(from, step, "party names", `"${name}"`, "another name");
      }
      reader.end();
      return nonce;
    } catch (thrown) {
      if (!(thrown instanceof MalformedMessage)) throw thrown;
      throw malformed(this.names[from] ?? "", step, thrown);
    }
  }

  #mismatch(from: number, step: string, field: string, expected: string, got: string): VeilshareError {
    const party = this.names[from] ?? "";
    const text = `${step}: party "${party}", ${field}: expected ${expected}, got ${got}`;
    return new VeilshareError("PEER_MISMATCH", text, { party, step, field, expected, got });
  }
}

function malformed(party: string, step: string, cause: MalformedMessage): VeilshareError {
  const text = `${step}: party "${party}" sent a message that is not well formed: ${cause.message}`;
  return new VeilshareError("PEER_MALFORMED", text, { party, step, cause });
}
