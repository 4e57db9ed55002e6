/** A session, or a part of it, as one party sees it. */

import { sha256 } from "@noble/hashes/sha2.js";
import { concatBytes, utf8ToBytes } from "../bytes/encoding.js";
import { invalidArgument, toVeilshareError, VeilshareError } from "../errors.js";
import type { Lanes } from "./lanes.js";
import type { MessageShape, Party, Progress, ProtocolId, ProtocolRun, Traffic } from "./party.js";
import { SessionRun } from "./session-run.js";
import type { Transcript } from "./transcript.js";

/** A view of a session: lanes under one prefix, and an id of its own. */
export class SessionParty implements Party {
  readonly index: number;
  readonly names: readonly string[];
  readonly sessionId: Uint8Array;
  readonly #lanes: Lanes;

  constructor(lanes: Lanes, sessionId: Uint8Array) {
    this.#lanes = lanes;
    this.index = lanes.index;
    this.names = lanes.names;
    this.sessionId = sessionId;
  }

  get name(): string {
    return this.names[this.index] as string; // the own index is one of the members
  }

  get size(): number {
    return this.names.length;
  }

  get signal(): AbortSignal {
    return this.#lanes.core.signal;
  }

  get traffic(): Traffic {
    return this.#lanes.core.traffic;
  }

  get transcript(): Transcript {
    return this.#lanes.core.transcript;
  }

  indexOf(party: number | string): number {
    return this.#lanes.indexOf(party);
  }

  send(to: number, step: string, payload: Uint8Array): Promise<void> {
    return this.#lanes.send(to, step, payload);
  }

  receive(from: number, step: string, shape?: MessageShape): Promise<Uint8Array> {
    return this.#lanes.receive(from, step, shape);
  }

  broadcast(step: string, payload: Uint8Array): Promise<void> {
    return this.#lanes.broadcast(step, payload);
  }

  gather(step: string, shape?: MessageShape): Promise<Uint8Array[]> {
    return this.#lanes.gather(step, shape);
  }

  exchange(step: string, payload: Uint8Array, shape?: MessageShape): Promise<Uint8Array[]> {
    return this.#lanes.exchange(step, payload, shape);
  }

  progress(event: Progress): void {
    this.#lanes.core.onProgress?.(event);
  }

  between(members: readonly number[]): Party {
    const ascending = members.every((member, i) => i === 0 || member > (members[i - 1] as number));
    if (members.length < 2 || !ascending || !members.includes(this.index)) {
      throw invalidArgument("between", "at least two ascending indices with the own one", members.join(", "));
    }
    const inCore = members.map((member) => this.#lanes.member(member));
    const lanes = this.#lanes.among(inCore);
    return new SessionParty(lanes, derivedId(this.sessionId, lanes.prefix));
  }

  async run<T>(protocol: ProtocolId, body: (run: ProtocolRun) => Promise<T>): Promise<T> {
    const { core, prefix } = this.#lanes;
    const name = protocol.name.replace(/^veilshare\//, "");
    core.throwIfFailed(prefix + name);
    const count = core.nextRun(prefix);
    const lanes = this.#lanes.under(`${name}#${count}/`);
    const view = new SessionParty(lanes, derivedId(this.sessionId, lanes.prefix));
    // Whoever runs another protocol must find that out, so the lanes of `agree` do not bear its name.
    const run = new SessionRun(protocol, view, lanes, this.#lanes.under(`agree#${count}/`));
    try {
      const result = await body(run);
      run.finish();
      return result;
    } catch (thrown) {
      const error = protocolError(lanes.prefix, thrown);
      run.recordFailure(error);
      core.abort(error);
      throw error;
    }
  }

  abort(error: unknown): void {
    this.#lanes.core.abort(toVeilshareError(error));
  }

  close(): Promise<void> {
    return this.#lanes.core.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

/** What the body of a protocol threw: an error of its own is told apart from one of this package. */
function protocolError(prefix: string, thrown: unknown): VeilshareError {
  if (thrown instanceof VeilshareError) return thrown;
  const got = thrown instanceof Error ? thrown.name : typeof thrown;
  const text = `${prefix.slice(0, -1)}: the protocol's own code threw ${got}, which "cause" holds`;
  return new VeilshareError("PROTOCOL_FAILED", text, { step: prefix.slice(0, -1), got, cause: thrown });
}

function derivedId(sessionId: Uint8Array, label: string): Uint8Array {
  return sha256(concatBytes(utf8ToBytes("veilshare run v1"), sessionId, utf8ToBytes(label)));
}
