/**
 * A session: one party's links to all others, the greeting that makes sure that all are in the same session, and the
 * protocol runs inside it.
 *
 * Greeting, on every link: HELLO (wire version, own index, all names, 32 random bytes), then the session id: SHA-256 of
 * all parties' random bytes in order. A party that told others other bytes, or sits at a table with other names, is
 * found out here.
 */

import { sha256 } from "@noble/hashes/sha2.js";
import { canonicalJson, type JsonValue } from "../bytes/canonical-json.js";
import { bytesToHex, concatBytes, utf8ToBytes } from "../bytes/encoding.js";
import { invalidArgument, toVeilshareError, VeilshareError } from "../errors.js";
import { agreeOnParameters } from "./agreement.js";
import { checkNames } from "./names.js";
import type { MessageShape, Party, Progress, ProtocolId, ProtocolRun, Traffic } from "./party.js";
import { SessionCore, type OpenSessionOptions } from "./session-core.js";
import type { Transcript } from "./transcript.js";

export type { OpenSessionOptions, SessionOptions } from "./session-core.js";

/**
 * Greets all other parties over ready transports and gives the own end of the session.
 *
 * @throws VeilshareError PEER_MISMATCH, PEER_TIMEOUT, PEER_CLOSED or PEER_MALFORMED when the greeting fails.
 */
export async function openSession(options: OpenSessionOptions): Promise<Party> {
  let core: SessionCore;
  try {
    checkNames(options.names, options.index);
    core = new SessionCore(options);
  } catch (thrown) {
    for (const transport of options.transports) void transport?.close(); // never rejects
    throw thrown;
  }
  const members = options.names.map((_, index) => index);
  try {
    const sessionId = await core.greet();
    return new SessionParty(core, members, sessionId, "");
  } catch (thrown) {
    const error = toVeilshareError(thrown);
    core.abort(error);
    throw error;
  }
}

/** A session, or a part of it, seen by one party. */
class SessionParty implements Party {
  readonly index: number;
  readonly names: readonly string[];
  readonly sessionId: Uint8Array;
  protected readonly core: SessionCore;
  protected readonly members: readonly number[];
  protected readonly prefix: string;

  constructor(core: SessionCore, members: readonly number[], sessionId: Uint8Array, prefix: string) {
    this.core = core;
    this.members = members;
    this.index = members.indexOf(core.index);
    this.names = members.map((member) => core.names[member] as string); // members are indices of names
    this.sessionId = sessionId;
    this.prefix = prefix;
  }

  get name(): string {
    return this.names[this.index] as string; // the own index is one of the members
  }

  get size(): number {
    return this.members.length;
  }

  get signal(): AbortSignal {
    return this.core.signal;
  }

  get traffic(): Traffic {
    return this.core.traffic;
  }

  get transcript(): Transcript {
    return this.core.transcript;
  }

  indexOf(party: number | string): number {
    const index = typeof party === "string" ? this.names.indexOf(party) : party;
    if (!Number.isInteger(index) || index < 0 || index >= this.size) {
      throw invalidArgument(
        "party",
        `one of ${this.names.map((name) => `"${name}"`).join(", ")}`,
        JSON.stringify(party),
      );
    }
    return index;
  }

  #member(index: number): number {
    return this.members[this.indexOf(index)] as number; // indexOf checked the range
  }

  async send(to: number, step: string, payload: Uint8Array): Promise<void> {
    await this.core.send(this.#member(to), this.prefix + step, this.prefix + step, payload);
  }

  async receive(from: number, step: string, shape: MessageShape = {}): Promise<Uint8Array> {
    const message = await this.core.receive(this.#member(from), this.prefix + step, this.prefix + step);
    const expected = shapeFault(message.length, shape);
    if (expected === undefined) return message;
    const party = this.names[from] as string; // #member checked the index
    const got = `${message.length} bytes`;
    const fullStep = this.prefix + step;
    const text = `${fullStep}: party "${party}": expected ${expected}, got ${got}`;
    throw new VeilshareError("PEER_MALFORMED", text, { party, step: fullStep, expected, got });
  }

  async broadcast(step: string, payload: Uint8Array): Promise<void> {
    await Promise.all(this.#others().map((to) => this.send(to, step, payload)));
  }

  async gather(step: string, shape?: MessageShape): Promise<Uint8Array[]> {
    return Promise.all(
      this.names.map((_, from) =>
        from === this.index ? Promise.resolve(new Uint8Array(0)) : this.receive(from, step, shape),
      ),
    );
  }

  async exchange(step: string, payload: Uint8Array, shape?: MessageShape): Promise<Uint8Array[]> {
    const [, messages] = await Promise.all([this.broadcast(step, payload), this.gather(step, shape)]);
    messages[this.index] = payload.slice();
    return messages;
  }

  #others(): number[] {
    return this.names.map((_, index) => index).filter((index) => index !== this.index);
  }

  progress(event: Progress): void {
    this.core.onProgress?.(event);
  }

  between(members: readonly number[]): Party {
    const ascending = members.every((member, i) => i === 0 || member > (members[i - 1] as number));
    if (members.length < 2 || !ascending || !members.includes(this.index)) {
      throw invalidArgument("between", "at least two ascending indices with the own one", members.join(", "));
    }
    const inCore = members.map((member) => this.#member(member));
    const label = `${this.prefix}[${inCore.join(",")}]`;
    return new SessionParty(this.core, inCore, derivedId(this.sessionId, label), label);
  }

  async run<T>(protocol: ProtocolId, body: (run: ProtocolRun) => Promise<T>): Promise<T> {
    const name = `${this.prefix}${protocol.name.replace(/^veilshare\//, "")}`;
    this.core.throwIfFailed(name);
    const prefix = `${name}#${this.core.nextRun(name)}/`;
    const run = new SessionProtocolRun(this, protocol, prefix);
    try {
      const result = await body(run);
      run.finish();
      return result;
    } catch (thrown) {
      const error = toVeilshareError(thrown);
      run.recordFailure(error);
      this.core.abort(error);
      throw error;
    }
  }

  abort(error: unknown): void {
    this.core.abort(toVeilshareError(error));
  }

  close(): Promise<void> {
    return this.core.close();
  }

  /** For {@link SessionProtocolRun}, which is a view of the same session. */
  parts(): { readonly core: SessionCore; readonly members: readonly number[]; readonly prefix: string } {
    return { core: this.core, members: this.members, prefix: this.prefix };
  }
}

/** One protocol run: a view of the session with steps of its own. */
class SessionProtocolRun extends SessionParty implements ProtocolRun {
  readonly #parent: SessionParty;
  readonly #protocol: ProtocolId;
  readonly #trafficBefore: Traffic;
  #parametersDigest: string | undefined;

  constructor(parent: SessionParty, protocol: ProtocolId, prefix: string) {
    const { core, members } = parent.parts();
    super(core, members, derivedId(parent.sessionId, prefix), prefix);
    this.#parent = parent;
    this.#protocol = protocol;
    this.#trafficBefore = core.traffic;
  }

  async agree(parameters: Readonly<Record<string, JsonValue | undefined>>): Promise<void> {
    await agreeOnParameters(this.#parent, this.#protocol, parameters);
    this.#parametersDigest = bytesToHex(sha256(utf8ToBytes(canonicalJson(parameters))));
  }

  working<T>(work: () => Promise<T>): Promise<T> {
    const others = this.members.filter((_, i) => i !== this.index);
    return this.core.working(others, work);
  }

  /** Checks that the run said and heard exactly what it should, and writes it down. */
  finish(): void {
    if (this.#parametersDigest === undefined) {
      throw new VeilshareError("INTERNAL", `${this.prefix}: the protocol did not compare its parameters`);
    }
    const untaken = this.core.release(this.prefix);
    if (untaken !== undefined) {
      const { party, label } = untaken;
      const text = `${label}: party "${party}" sent more messages than the protocol has`;
      throw new VeilshareError("PEER_UNEXPECTED", text, { party, step: label });
    }
    this.#record({ outcome: "completed" });
  }

  recordFailure(error: VeilshareError): void {
    this.#record({ outcome: "failed", errorCode: error.code });
  }

  #record(end: { readonly outcome: "completed" | "failed"; readonly errorCode?: string }): void {
    const { traffic } = this.core;
    this.core.transcript.add({
      protocol: this.#protocol.name,
      version: this.#protocol.version,
      parties: this.names,
      sessionId: bytesToHex(this.sessionId),
      parametersDigest: this.#parametersDigest ?? "",
      bytesSent: traffic.bytesSent - this.#trafficBefore.bytesSent,
      bytesReceived: traffic.bytesReceived - this.#trafficBefore.bytesReceived,
      rounds: traffic.rounds - this.#trafficBefore.rounds,
      ...end,
    });
  }
}

function derivedId(sessionId: Uint8Array, label: string): Uint8Array {
  return sha256(concatBytes(utf8ToBytes("veilshare run v1"), sessionId, utf8ToBytes(label)));
}

/** What the shape wants, when a length does not have it. */
function shapeFault(byteLength: number, shape: MessageShape): string | undefined {
  if (shape.byteLength !== undefined && byteLength !== shape.byteLength) return `${shape.byteLength} bytes`;
  if (shape.maxByteLength !== undefined && byteLength > shape.maxByteLength)
    return `at most ${shape.maxByteLength} bytes`;
  if (shape.multipleOf !== undefined && byteLength % shape.multipleOf !== 0)
    return `a multiple of ${shape.multipleOf} bytes`;
  return undefined;
}
