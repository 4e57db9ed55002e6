/** One protocol run within a session: its own lanes, those of `agree`, and the transcript's entry. */

import { sha256 } from "@noble/hashes/sha2.js";
import { canonicalJson, type JsonValue } from "../bytes/canonical-json.js";
import { bytesToHex, utf8ToBytes } from "../bytes/encoding.js";
import { VeilshareError } from "../errors.js";
import { agreeOnParameters } from "./agreement.js";
import type { Lanes } from "./lanes.js";
import type { MessageShape, Party, Progress, ProtocolId, ProtocolRun, Traffic } from "./party.js";
import type { StateStore } from "../store/index.js";
import type { Transcript } from "./transcript.js";

/** What a protocol's body gets: a view of the session with steps of its own, and what only a run can do. */
export class SessionRun implements ProtocolRun {
  readonly #protocol: ProtocolId;
  readonly #view: Party;
  readonly #lanes: Lanes;
  readonly #agreeLanes: Lanes;
  readonly #trafficBefore: Traffic;
  #parametersDigest: string | undefined;

  /**
   * @param view - The session seen through `lanes`.
   * @param agreeLanes - Lanes that every run of this number has, whatever its protocol.
   */
  constructor(protocol: ProtocolId, view: Party, lanes: Lanes, agreeLanes: Lanes) {
    this.#protocol = protocol;
    this.#view = view;
    this.#lanes = lanes;
    this.#agreeLanes = agreeLanes;
    this.#trafficBefore = view.traffic;
  }

  async agree(
    parameters: Readonly<Record<string, JsonValue | undefined>>,
    { store }: { readonly store?: StateStore } = {},
  ): Promise<void> {
    await agreeOnParameters(this.#agreeLanes, this.#protocol, parameters, store);
    this.#parametersDigest = bytesToHex(sha256(utf8ToBytes(canonicalJson(parameters))));
  }

  working<T>(work: () => Promise<T>): Promise<T> {
    return this.#lanes.working(work);
  }

  /** Checks that the run said and heard exactly what it should, and writes it down. */
  finish(): void {
    if (this.#parametersDigest === undefined) {
      const text = `${this.#lanes.prefix}: the protocol did not call agree, so its parameters were not compared`;
      throw new VeilshareError("PROTOCOL_FAILED", text, {
        hint: "await run.agree({ ... }) first in the body",
      });
    }
    this.#lanes.release();
    this.#agreeLanes.release();
    this.#record({ outcome: "completed" });
  }

  recordFailure(error: VeilshareError): void {
    this.#record({ outcome: "failed", errorCode: error.code });
  }

  #record(end: { readonly outcome: "completed" | "failed"; readonly errorCode?: string }): void {
    const { traffic, transcript, names, sessionId } = this.#view;
    transcript.add({
      protocol: this.#protocol.name,
      version: this.#protocol.version,
      parties: names,
      sessionId: bytesToHex(sessionId),
      parametersDigest: this.#parametersDigest ?? "",
      bytesSent: traffic.bytesSent - this.#trafficBefore.bytesSent,
      bytesReceived: traffic.bytesReceived - this.#trafficBefore.bytesReceived,
      bytesReplayed: traffic.bytesReplayed - this.#trafficBefore.bytesReplayed,
      rounds: traffic.rounds - this.#trafficBefore.rounds,
      ...end,
    });
  }

  get index(): number {
    return this.#view.index;
  }

  get name(): string {
    return this.#view.name;
  }

  get names(): readonly string[] {
    return this.#view.names;
  }

  get size(): number {
    return this.#view.size;
  }

  get sessionId(): Uint8Array {
    return this.#view.sessionId;
  }

  get signal(): AbortSignal {
    return this.#view.signal;
  }

  get traffic(): Traffic {
    return this.#view.traffic;
  }

  get transcript(): Transcript {
    return this.#view.transcript;
  }

  indexOf(party: number | string): number {
    return this.#view.indexOf(party);
  }

  send(to: number, step: string, payload: Uint8Array): Promise<void> {
    return this.#view.send(to, step, payload);
  }

  receive(from: number, step: string, shape?: MessageShape): Promise<Uint8Array> {
    return this.#view.receive(from, step, shape);
  }

  broadcast(step: string, payload: Uint8Array): Promise<void> {
    return this.#view.broadcast(step, payload);
  }

  gather(step: string, shape?: MessageShape): Promise<Uint8Array[]> {
    return this.#view.gather(step, shape);
  }

  exchange(step: string, payload: Uint8Array, shape?: MessageShape): Promise<Uint8Array[]> {
    return this.#view.exchange(step, payload, shape);
  }

  progress(event: Progress): void {
    this.#view.progress(event);
  }

  between(members: readonly number[]): Party {
    return this.#view.between(members);
  }

  run<T>(protocol: ProtocolId, body: (run: ProtocolRun) => Promise<T>): Promise<T> {
    return this.#view.run(protocol, body);
  }

  abort(error: unknown): void {
    this.#view.abort(error);
  }

  close(): Promise<void> {
    return this.#view.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
