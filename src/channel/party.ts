/**
 * All that a protocol sees of the outside. A protocol is an async function of a `Party`; the same function runs in one
 * thread, in one worker a party, between processes or in a browser.
 */

/// <reference lib="esnext.disposable" preserve="true" />

import type { JsonValue } from "../bytes/canonical-json.js";
import type { StateStore } from "../store/index.js";
import type { Transcript } from "./transcript.js";

/** What a party has sent and received in this session so far. */
export interface Traffic {
  /** Bytes of all frames, before encryption. */
  readonly bytesSent: number;
  readonly bytesReceived: number;
  readonly messagesSent: number;
  readonly messagesReceived: number;
  /** Bytes of frames that were sent again after a cut; not in `bytesSent`. */
  readonly bytesReplayed: number;
  /** How often a lost connection was had back. */
  readonly reconnects: number;
  /** How often this party, having sent something, went on to wait for a message. */
  readonly rounds: number;
}

/** How far a step is. */
export interface Progress {
  /** The protocol step, e.g. `psi/blind`. */
  readonly step: string;
  /** Units done, of `total`; the unit is the step's own (items, iterations). */
  readonly done: number;
  readonly total: number;
}

/** What a message must be; checked before the protocol sees it. */
export interface MessageShape {
  /** Exact length in bytes. */
  readonly byteLength?: number;
  /** Largest length in bytes. */
  readonly maxByteLength?: number;
  /** The length must be a multiple of this. */
  readonly multipleOf?: number;
}

/** Name and version of a protocol; all parties of a run must have the same. */
export interface ProtocolId {
  /** E.g. `veilshare/psi`. */
  readonly name: string;
  readonly version: number;
}

/** One party's end of a session. Steps name streams of messages: the same step, sent twice, arrives in order. */
export interface Party {
  /** Own position among the parties, from 0. */
  readonly index: number;
  /** Own name. */
  readonly name: string;
  /** All names, by index. */
  readonly names: readonly string[];
  /** Number of parties, this one included. */
  readonly size: number;
  /**
   * 32 public bytes that all parties of this session, and nobody before, have. Differs in every protocol run. They are no
   * common coin: a party that speaks last in the greeting can try many contributions until it likes the outcome.
   */
  readonly sessionId: Uint8Array;
  /** Fires when the caller cancelled or the session failed. */
  readonly signal: AbortSignal;
  readonly traffic: Traffic;
  readonly transcript: Transcript;

  /**
   * The index of a party given by name or index.
   *
   * @throws VeilshareError INVALID_ARGUMENT when there is no such party.
   */
  indexOf(party: number | string): number;

  /**
   * Sends one message; resolves when there is room for more. The payload must not change until then.
   *
   * @throws VeilshareError as {@link Party.receive}.
   */
  send(to: number, step: string, payload: Uint8Array): Promise<void>;

  /**
   * The next message of a step from one party.
   *
   * @throws VeilshareError with a `PEER_` code that names party and step; ABORTED when cancelled.
   */
  receive(from: number, step: string, shape?: MessageShape): Promise<Uint8Array>;

  /** Sends the same message to every other party. */
  broadcast(step: string, payload: Uint8Array): Promise<void>;

  /** Receives one message of a step from every other party; the own place holds an empty array. */
  gather(step: string, shape?: MessageShape): Promise<Uint8Array[]>;

  /** Broadcasts and gathers at once; the own place holds the own payload. */
  exchange(step: string, payload: Uint8Array, shape?: MessageShape): Promise<Uint8Array[]>;

  /** Reports progress to whoever listens. */
  progress(event: Progress): void;

  /**
   * The session seen as one of some of its parties only; links are shared. Steps of the two never meet.
   *
   * @param members - Indices in this session, ascending, with the own one among them.
   */
  between(members: readonly number[]): Party;

  /**
   * Runs a protocol within the session: its steps are its own, and a failure inside ends the session for all parties,
   * who learn the error's code. The body must call {@link ProtocolRun.agree} before anything else is sent. Protocols
   * of one session run one after the other.
   */
  run<T>(protocol: ProtocolId, body: (run: ProtocolRun) => Promise<T>): Promise<T>;

  /** Stops the session: other parties learn the error's code. Later calls fail with the same error. */
  abort(error: unknown): void;

  /** Leaves the session once everything sent has left. A session that is left open keeps its process. */
  close(): Promise<void>;

  /** {@link Party.close}, so that `await using party = await connect(...)` leaves the session at the end of the block. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** A party inside one protocol run. */
export interface ProtocolRun extends Party {
  /**
   * Compares protocol, version and public parameters with every other party. Where a store takes part, it and those of the
   * other parties ask each other for what they remember of each other, so that nobody goes on from a restored copy.
   *
   * @throws VeilshareError PEER_MISMATCH that names the party and the first parameter that differs, or the field `store`;
   *   STORE_ROLLED_BACK when another party has seen a later state of the own store.
   */
  agree(
    parameters: Readonly<Record<string, JsonValue | undefined>>,
    options?: { readonly store?: StateStore },
  ): Promise<void>;

  /**
   * Does something that may take longer than other parties would wait for a message: while it lasts, this party's signs of
   * life say that it works, and not `stepTimeoutMs` but `workTimeoutMs` ends a wait for it, besides silence for `idleTimeoutMs`
   * and the caller's signal.
   */
  working<T>(work: () => Promise<T>): Promise<T>;
}
