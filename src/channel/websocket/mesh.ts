/**
 * Connects one party with all others, and keeps it so. Of two parties, the one with the higher index dials the other's address;
 * where that one has none, it is the other way round. Every connection is authenticated before it counts.
 *
 * Until the session stands, whoever proves a party's key last has its place: a party may be started anew while others assemble.
 * From then on a place is its process's: only who has the secret of the first handshake goes on with a connection that was lost.
 */

import { dial } from "#channel/websocket";
import { equalBytes } from "../../bytes/encoding.js";
import { VeilshareError } from "../../errors.js";
import { randomBytes } from "../../random/csprng.js";
import { Latch, pause, withinLimits } from "../../waiting/wait.js";
import type { SessionLimits } from "../limits.js";
import {
  secureLink,
  type ResumeTicket,
  type ResumptionOptions,
  type SecuredLink,
  type SecureTransportOptions,
} from "../noise/secure-transport.js";
import type { ReplayBudget } from "../resume/replay-buffer.js";
import { ResumableTransport } from "../resume/resumable-transport.js";
import type { Transport } from "../transport.js";
import type { ConnectionEvent } from "./connection-event.js";
import { DialFault, isFinal } from "./dial-fault.js";
import type { DialOptions } from "./socket.js";
import { Strangers } from "./strangers.js";

/** First limit for opening a WebSocket, doubled with each attempt: a server may listen before its party answers. */
const firstOpenTimeoutMs = 1000;

/** Longest time that one attempt to dial, or one stranger's handshake, may take. */
const attemptTimeoutMs = 10_000;

const firstPauseMs = 50;
const longestPauseMs = 1000;

/** Who takes part, and how to reach it. */
export interface MeshParty {
  readonly name: string;
  readonly address?: string;
}

/** What a mesh needs. */
export interface MeshOptions {
  readonly parties: readonly MeshParty[];
  /** Own index. */
  readonly index: number;
  /** What all handshakes have in common. */
  readonly handshake: Pick<SecureTransportOptions, "identity" | "trust" | "sessionLabel">;
  readonly limits: SessionLimits;
  readonly budget: ReplayBudget;
  readonly dialling: Omit<DialOptions, "signal" | "timeoutMs">;
  readonly onEvent: (event: ConnectionEvent) => void;
}

/** True when party `from` dials party `to`; of two parties exactly one does, unless neither has an address. */
export function dials(parties: readonly MeshParty[], from: number, to: number): boolean {
  if (parties[to]?.address === undefined) return false;
  return from > to || parties[from]?.address === undefined;
}

/** The connection with one party. */
interface Place {
  readonly transport: Transport;
  /** What is needed to go on with it after a cut, if both ends can. */
  readonly resumable?: { readonly transport: ResumableTransport; readonly ticket: ResumeTicket };
  /** The last attempt to go on with it, by who dials. */
  attempt: number;
}

/** The connections of one party. */
export class Mesh {
  readonly #options: MeshOptions;
  readonly #places: (Place | undefined)[];
  readonly #strangers = new Strangers();
  readonly #closing = new AbortController();
  /** Why a caller in the name of a missing party was turned away, last. */
  readonly #refused = new Map<string, VeilshareError>();
  #sessionId: Uint8Array | undefined;
  #changed: () => void = () => undefined;

  constructor(options: MeshOptions) {
    this.#options = options;
    this.#places = options.parties.map(() => undefined);
  }

  #others(wanted: (other: number) => boolean): number[] {
    const { parties, index } = this.#options;
    return parties.map((_, i) => i).filter((i) => i !== index && wanted(i));
  }

  /** Whom this party waits for. */
  get #callers(): number[] {
    const { parties, index } = this.#options;
    return this.#others((other) => dials(parties, other, index));
  }

  /** True when some party dials this one. */
  get expectsCallers(): boolean {
    return this.#callers.length > 0;
  }

  #indexOf(name: string): number {
    return this.#options.parties.findIndex((party) => party.name === name);
  }

  /** Takes in a stranger, who proves to be a party that may call or is turned away; never throws. */
  readonly accept = (transport: Transport, address: string): void => {
    const { signal, done } = this.#strangers.enter(address, this.#options.parties.length);
    this.#admit(transport, AbortSignal.any([signal, this.#closing.signal]))
      .catch((thrown: unknown) => {
        const error = thrown instanceof VeilshareError ? thrown : undefined;
        if (error?.party !== undefined) this.#refused.set(error.party, error);
        if (error !== undefined && !this.#closing.signal.aborted)
          this.#tell({ kind: "refused", address, error });
      })
      .finally(done);
  };

  async #admit(transport: Transport, signal: AbortSignal): Promise<void> {
    const admit = (peer: string): boolean => {
      const index = this.#indexOf(peer);
      if (!this.#callers.includes(index)) return false;
      if (this.#sessionId === undefined) return true;
      // In a session that stands, a place is taken. If its holder has lost us as well, it was started anew.
      const place = this.#places[index];
      if (place?.resumable?.transport.interrupted === true) place.resumable.transport.end(restarted(peer));
      return false;
    };
    const link = await this.#secure(transport, { role: "responder", admit, signal }, { find: this.#find });
    if (link.resumed === undefined) this.#place(link);
    else await this.#placeOf(link.resumed)?.resumable?.transport.adopt(link.transport);
  }

  /** The connection that a caller wants to go on with; each attempt counts once. */
  readonly #find: NonNullable<ResumptionOptions["find"]> = (peer, { handle, attempt }) => {
    const place = this.#placeOf(handle);
    const { resumable } = place ?? {};
    if (place === undefined || resumable === undefined || this.#sessionId === undefined) return undefined;
    if (resumable.transport.peer !== peer || attempt <= place.attempt) return undefined;
    place.attempt = attempt;
    return { ticket: resumable.ticket, sessionId: this.#sessionId };
  };

  #placeOf(handle: Uint8Array): Place | undefined {
    return this.#places.find((place) => {
      const own = place?.resumable?.ticket.handle;
      return own !== undefined && equalBytes(own, handle);
    });
  }

  #secure(
    transport: Transport,
    rest: Pick<SecureTransportOptions, "role" | "admit" | "peer" | "signal">,
    resumption: ResumptionOptions,
  ): Promise<SecuredLink> {
    const { handshake, limits } = this.#options;
    const timeoutMs = Math.min(limits.connectTimeoutMs, attemptTimeoutMs);
    const offer = limits.reconnectMs > 0;
    return secureLink(transport, { ...handshake, timeoutMs, ...rest }, { offer, ...resumption });
  }

  /** A party has its place, and whoever had it before has lost it. */
  #place({ peer, transport: way, ticket }: SecuredLink): void {
    const index = this.#indexOf(peer.name);
    if (this.#closing.signal.aborted || this.#sessionId !== undefined) {
      way.discard();
      return;
    }
    const before = this.#places[index];
    const resumable =
      ticket === undefined ? undefined : new ResumableTransport(peer.name, way, this.#options.budget);
    const transport = resumable ?? way;
    const place: Place = {
      transport,
      attempt: 0,
      ...(resumable === undefined || ticket === undefined
        ? {}
        : { resumable: { transport: resumable, ticket } }),
    };
    this.#places[index] = place;
    void before?.transport.close({ lingerMs: 0 });
    void transport.closed.then(() => {
      this.#free(index, place);
    });
    this.#tell({ kind: "connected", party: peer.name });
    this.#changed();
  }

  #free(index: number, place: Place): void {
    if (this.#places[index] !== place || this.#sessionId !== undefined) return;
    this.#places[index] = undefined;
    this.#changed();
  }

  #tell(event: ConnectionEvent): void {
    this.#options.onEvent(event);
  }

  /**
   * Resolves when all others are connected.
   *
   * @throws VeilshareError the first final failure: CONNECTION_FAILED or PEER_UNAUTHENTICATED with the party's name when the
   * time is up; at once what waiting does not cure; ABORTED.
   */
  async gather(deadline: number, signal: AbortSignal): Promise<readonly (Transport | undefined)[]> {
    const { parties, index } = this.#options;
    const stop = new AbortController();
    const until = AbortSignal.any([stop.signal, signal]);
    const all = new Latch<undefined>();
    this.#changed = () => {
      if (this.#others((other) => this.#places[other] === undefined).length === 0) all.open(undefined);
    };
    for (const to of this.#others((other) => dials(parties, index, other))) {
      this.#keepDialled(to, deadline, until).catch((thrown: unknown) => {
        if (!until.aborted) all.fail(thrown as Error); // `dial` and the handshake reject with errors only
      });
    }
    this.#changed();
    const reminder = this.#remind();
    try {
      const timeoutMs = Math.max(0, deadline - performance.now());
      await withinLimits(all.promise, { signal, timeoutMs, onTimeout: () => this.#missingError() });
      return this.#places.map((place) => place?.transport);
    } finally {
      clearInterval(reminder);
      stop.abort();
      this.#changed = () => undefined;
    }
  }

  /** Gives up the places that a greeting was tried with: those who came meanwhile stay. */
  clear(used: readonly (Transport | undefined)[]): void {
    for (const [index, place] of this.#places.entries()) {
      if (place === undefined || !used.includes(place.transport)) continue;
      this.#places[index] = undefined;
      void place.transport.close({ lingerMs: 0 });
    }
  }

  /** The session stands: from now on lost connections are had back. */
  stand(sessionId: Uint8Array): void {
    this.#sessionId = sessionId;
    const { reconnectMs, maxReconnects } = this.#options.limits;
    for (const [index, place] of this.#places.entries()) {
      if (place?.resumable === undefined) continue;
      const { transport, ticket } = place.resumable;
      const party = transport.peer;
      transport.arm({
        reconnectMs,
        maxReconnects,
        seek: (signal) => {
          if (dials(this.#options.parties, this.#options.index, index))
            void this.#redial(index, ticket, signal);
        },
        onLost: () => {
          this.#tell({ kind: "lost", party });
        },
        onRestored: () => {
          this.#tell({ kind: "restored", party });
        },
      });
    }
  }

  /** Turns away all callers, and everybody who has a place when there is no session. */
  close(): void {
    if (this.#sessionId === undefined)
      for (const place of this.#places) void place?.transport.close({ lingerMs: 0 });
    this.#closing.abort();
  }

  /** Tells now and then whom this party still waits for. */
  #remind(): ReturnType<typeof setInterval> {
    return setInterval(() => {
      for (const index of this.#callers) {
        if (this.#places[index] !== undefined) continue;
        const party = this.#options.parties[index]?.name ?? "";
        const reason = this.#refused.get(party)?.message;
        this.#tell({ kind: "waiting", party, tries: 0, ...(reason === undefined ? {} : { reason }) });
      }
    }, 10_000);
  }

  #missingError(): VeilshareError {
    const [missing = -1] = this.#others((other) => this.#places[other] === undefined);
    const party = this.#options.parties[missing]?.name ?? "";
    const refused = this.#refused.get(party);
    const text = `channel/connect: party "${party}" did not connect within ${this.#options.limits.connectTimeoutMs} ms`;
    const step = "channel/connect";
    if (refused === undefined) {
      const hint = "is it started, with the same parties in the same order?";
      return new VeilshareError("CONNECTION_FAILED", text, { party, step, hint });
    }
    const more = `${text}; a caller by its name was refused (${refused.message})`;
    return new VeilshareError(refused.code, more, { party, step, cause: refused });
  }

  /** Dials a party whenever it has no place: the parties start in any order, and again. */
  async #keepDialled(to: number, deadline: number, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const place = this.#places[to];
      if (place === undefined) await this.#dial(to, deadline, signal);
      else await withinLimits(place.transport.closed ?? new Promise(() => undefined), { signal });
    }
  }

  async #dial(to: number, deadline: number, signal: AbortSignal): Promise<void> {
    const attempts = new Attempts(deadline);
    for (;;) {
      try {
        this.#place(await this.#call(to, attempts.openTimeoutMs, signal, {}));
        return;
      } catch (thrown) {
        signal.throwIfAborted();
        await this.#again(to, attempts, thrown, signal);
      }
    }
  }

  async #call(
    to: number,
    timeoutMs: number,
    signal: AbortSignal,
    resumption: ResumptionOptions,
  ): Promise<SecuredLink> {
    const { name, address = "" } = this.#options.parties[to] ?? { name: "" };
    const transport = await dial(address, { ...this.#options.dialling, signal, timeoutMs });
    return this.#secure(transport, { role: "initiator", peer: name, signal }, resumption);
  }

  /** Says why an attempt failed and waits for the next, if there may be one. */
  async #again(to: number, attempts: Attempts, thrown: unknown, signal: AbortSignal): Promise<void> {
    const { name: party, address = "" } = this.#options.parties[to] ?? { name: "" };
    if (isFinal(thrown)) throw new DialFault(party, address, thrown).error;
    const reason = thrown instanceof Error ? thrown.message : "unknown";
    this.#tell({ kind: "waiting", party, address, tries: attempts.count, reason });
    const pauseMs = attempts.next();
    if (pauseMs === undefined) {
      throw new DialFault(party, address, thrown).lateError(this.#options.limits.connectTimeoutMs);
    }
    await pause(pauseMs, signal);
  }

  /** Dials a party again after a cut, until the signal fires. */
  async #redial(to: number, ticket: ResumeTicket, signal: AbortSignal): Promise<void> {
    const place = this.#places[to];
    const sessionId = this.#sessionId;
    if (place?.resumable === undefined || sessionId === undefined) return;
    const { transport } = place.resumable;
    const attempts = new Attempts(Infinity);
    while (!signal.aborted) {
      const attempt = ++place.attempt;
      try {
        const resume = { ticket, sessionId, attempt };
        const { transport: way } = await this.#call(to, attempts.openTimeoutMs, signal, { resume });
        await transport.adopt(way);
        return;
      } catch (thrown) {
        if (isOver(signal)) return;
        if (thrown instanceof VeilshareError && thrown.code === "PEER_RESTARTED") {
          transport.end(restarted(transport.peer));
          return;
        }
        const reason = thrown instanceof Error ? thrown.message : "unknown";
        this.#tell({ kind: "waiting", party: transport.peer, tries: attempt, reason });
        await pause(attempts.next() ?? longestPauseMs, signal);
      }
    }
  }
}

/** How long to try, and to wait in between. */
class Attempts {
  readonly #deadline: number;
  #pauseMs = firstPauseMs;
  #openTimeoutMs = firstOpenTimeoutMs;
  count = 1;

  constructor(deadline: number) {
    this.#deadline = deadline;
  }

  /** For one attempt, up to the open WebSocket. */
  get openTimeoutMs(): number {
    return Math.max(1, Math.min(this.#openTimeoutMs, this.#deadline - performance.now()));
  }

  /** How long to wait before the next attempt; undefined when there is no time for one. */
  next(): number | undefined {
    if (this.#deadline - performance.now() <= this.#pauseMs) return undefined;
    const pauseMs = this.#pauseMs * jitter();
    this.#pauseMs = Math.min(2 * this.#pauseMs, longestPauseMs);
    this.#openTimeoutMs = Math.min(2 * this.#openTimeoutMs, attemptTimeoutMs);
    this.count += 1;
    return pauseMs;
  }
}

function restarted(party: string): VeilshareError {
  const text = `channel/reconnect: party "${party}" was started anew, or has left the session; the session can't go on`;
  return new VeilshareError("PEER_RESTARTED", text, { party, hint: "start all parties again" });
}

/** Asked anew after every wait. */
function isOver(signal: AbortSignal): boolean {
  return signal.aborted;
}

/** A factor from 0.5 to 1, so that parties that start together do not keep dialling together. */
function jitter(): number {
  const [byte = 0] = randomBytes(1);
  return 0.5 + byte / 510;
}
