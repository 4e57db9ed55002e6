/**
 * Connects one party with all others. Of two parties, the one with the higher index dials the other's address; where that
 * one has none, it is the other way round. Every connection is authenticated before it counts.
 */

import { dial } from "#channel/websocket";
import { VeilshareError } from "../../errors.js";
import { randomBytes } from "../../random/csprng.js";
import {
  secureTransport,
  type SecuredTransport,
  type SecureTransportOptions,
} from "../noise/secure-transport.js";
import type { PartyEntry } from "../identity/identity.js";
import type { Transport } from "../transport.js";
import { Latch, pause, withinLimits } from "../../waiting/wait.js";
import type { DialOptions } from "./socket.js";

/** Callers that have not proved themselves yet, besides one for each party; when one more comes, the oldest is dropped. */
const maxStrangers = 64;

/** First limit for opening a WebSocket, doubled with each attempt: a server may listen before its party answers. */
const firstOpenTimeoutMs = 1000;

/** Longest time that one attempt to dial, or one stranger's handshake, may take. */
const attemptTimeoutMs = 10_000;

const firstPauseMs = 50;
const longestPauseMs = 1000;

/** What a mesh needs. */
export interface MeshOptions {
  readonly parties: readonly PartyEntry[];
  /** Own index. */
  readonly index: number;
  /** What all handshakes have in common. */
  readonly handshake: Pick<SecureTransportOptions, "identity" | "trust" | "sessionLabel">;
  readonly timeoutMs: number;
  /** Fires when waiting makes no sense any more. */
  readonly signal: AbortSignal;
  readonly certificateAuthorities: DialOptions["certificateAuthorities"];
}

/** True when party `from` dials party `to`; of two parties exactly one does, unless neither has an address. */
export function dials(parties: readonly PartyEntry[], from: number, to: number): boolean {
  if (parties[to]?.address === undefined) return false;
  return from > to || parties[from]?.address === undefined;
}

/** The growing set of connections of one party. */
export class Mesh {
  readonly #options: MeshOptions;
  readonly #places: (Transport | undefined)[];
  /** Indices of parties that proved themselves and await the last message of the handshake. */
  readonly #reserved = new Set<number>();
  readonly #strangers = new Set<AbortController>();
  /** Why a caller in the name of a missing party was turned away, last. */
  readonly #refused = new Map<string, VeilshareError>();
  #arrived: () => void = () => undefined;

  constructor(options: MeshOptions) {
    this.#options = options;
    this.#places = options.parties.map(() => undefined);
  }

  /** Whom this party waits for. */
  get #callers(): readonly number[] {
    const { parties, index } = this.#options;
    return parties.map((_, i) => i).filter((i) => i !== index && dials(parties, i, index));
  }

  /** True when some party dials this one. */
  get expectsCallers(): boolean {
    return this.#callers.length > 0;
  }

  /** Takes in a stranger, who proves to be a missing party or is turned away; never throws. */
  readonly accept = (transport: Transport): void => {
    const controller = new AbortController();
    this.#strangers.add(controller);
    if (this.#strangers.size > maxStrangers + this.#options.parties.length) {
      const [oldest] = this.#strangers;
      oldest?.abort();
    }
    this.#admit(transport, AbortSignal.any([controller.signal, this.#options.signal]))
      .catch((thrown: unknown) => {
        const known = thrown instanceof VeilshareError && thrown.party !== undefined;
        if (known) this.#refused.set(thrown.party, thrown);
      })
      .finally(() => {
        this.#strangers.delete(controller);
      });
  };

  async #admit(transport: Transport, signal: AbortSignal): Promise<void> {
    let reserved: number | undefined;
    const admit = (peer: string): boolean => {
      const index = this.#options.parties.findIndex(({ name }) => name === peer);
      const free = this.#places[index] === undefined && !this.#reserved.has(index);
      if (!free || !this.#callers.includes(index)) return false;
      this.#reserved.add(index);
      reserved = index;
      return true;
    };
    try {
      this.#place(await this.#secure(transport, { role: "responder", admit, signal }));
    } finally {
      if (reserved !== undefined) this.#reserved.delete(reserved);
    }
  }

  #secure(
    transport: Transport,
    rest: Pick<SecureTransportOptions, "role" | "admit" | "peer" | "signal">,
  ): Promise<SecuredTransport> {
    const timeoutMs = Math.min(this.#options.timeoutMs, attemptTimeoutMs);
    return secureTransport(transport, { ...this.#options.handshake, timeoutMs, ...rest });
  }

  #place({ peer, transport }: SecuredTransport): void {
    this.#places[this.#options.parties.findIndex(({ name }) => name === peer.name)] = transport;
    this.#arrived();
  }

  /**
   * Resolves when all others are connected.
   *
   * @throws VeilshareError the first final failure: CONNECTION_FAILED or PEER_UNAUTHENTICATED with the party's name when
   * the time is up; a dialled party's refusal at once; ABORTED.
   */
  async gather(): Promise<readonly (Transport | undefined)[]> {
    const { parties, index } = this.#options;
    const dialled = parties.map((_, i) => i).filter((i) => i !== index && dials(parties, index, i));
    const deadline = performance.now() + this.#options.timeoutMs;
    const stop = new AbortController();
    const signal = AbortSignal.any([stop.signal, this.#options.signal]);
    try {
      await Promise.all([
        this.#awaitCallers(deadline, signal),
        ...dialled.map((to) => this.#dial(to, deadline, signal)),
      ]);
      return this.#places;
    } catch (thrown) {
      stop.abort(thrown);
      this.dismiss();
      for (const transport of this.#places) void transport?.close();
      throw thrown;
    }
  }

  /** Turns away all callers that are strangers still. */
  dismiss(): void {
    for (const stranger of this.#strangers) stranger.abort();
  }

  #missing(): number | undefined {
    return this.#callers.find((i) => this.#places[i] === undefined);
  }

  async #awaitCallers(deadline: number, signal: AbortSignal): Promise<void> {
    const all = new Latch<undefined>();
    this.#arrived = () => {
      if (this.#missing() === undefined) all.open(undefined);
    };
    this.#arrived();
    const timeoutMs = Math.max(0, deadline - performance.now());
    await withinLimits(all.promise, { signal, timeoutMs, onTimeout: () => this.#missingError() });
  }

  #missingError(): VeilshareError {
    const party = this.#options.parties[this.#missing() ?? -1]?.name ?? "";
    const refused = this.#refused.get(party);
    const within = `within ${this.#options.timeoutMs} ms`;
    if (refused === undefined) {
      const text = `channel/connect: party "${party}" did not connect ${within}`;
      return new VeilshareError("CONNECTION_FAILED", text, { party, step: "channel/connect" });
    }
    const text = `channel/connect: party "${party}" did not connect ${within}; a caller by its name was refused (${refused.message})`;
    return new VeilshareError(refused.code, text, { party, step: "channel/connect", cause: refused });
  }

  /** Dials until the party answers: the parties start in any order. */
  async #dial(to: number, deadline: number, signal: AbortSignal): Promise<void> {
    const { name, address = "" } = this.#options.parties[to] ?? { name: "" };
    let pauseMs = firstPauseMs;
    let openTimeoutMs = firstOpenTimeoutMs;
    for (;;) {
      const timeoutMs = Math.max(1, Math.min(openTimeoutMs, deadline - performance.now()));
      try {
        const { certificateAuthorities } = this.#options;
        const transport = await dial(address, { signal, timeoutMs, certificateAuthorities });
        this.#place(await this.#secure(transport, { role: "initiator", peer: name, signal }));
        return;
      } catch (thrown) {
        if (signal.aborted) throw signal.reason;
        if (!mayPass(thrown)) throw thrown;
        const left = deadline - performance.now();
        if (left <= pauseMs) throw this.#dialError(name, thrown);
        await pause(pauseMs * jitter(), signal);
        pauseMs = Math.min(2 * pauseMs, longestPauseMs);
        openTimeoutMs = Math.min(2 * openTimeoutMs, attemptTimeoutMs);
      }
    }
  }

  #dialError(party: string, cause: unknown): VeilshareError {
    const last = cause instanceof Error ? `: ${cause.message}` : "";
    const text = `channel/connect: party "${party}" could not be reached within ${this.#options.timeoutMs} ms${last}`;
    return new VeilshareError("CONNECTION_FAILED", text, { party, step: "channel/connect", cause });
  }
}

/** True for failures that another attempt may not have: nobody listens yet, or who listened left. */
function mayPass(thrown: unknown): boolean {
  if (!(thrown instanceof VeilshareError)) return false;
  return (
    thrown.code === "CONNECTION_FAILED" || thrown.code === "PEER_CLOSED" || thrown.code === "PEER_TIMEOUT"
  );
}

/** A factor from 0.5 to 1, so that parties that start together do not keep dialling together. */
function jitter(): number {
  const [byte = 0] = randomBytes(1);
  return 0.5 + byte / 510;
}
