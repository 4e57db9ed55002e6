/** From options to a session: the door, the mesh, the greeting, and both again while parties are started anew. */

import { listen } from "#channel/listen";
import { equalBytes } from "../../bytes/encoding.js";
import { invalidArgument, toVeilshareError, VeilshareError } from "../../errors.js";
import { abortedError, pause } from "../../waiting/wait.js";
import { publicKeyOf } from "../identity/identity.js";
import { checkEntries } from "../identity/parties-file.js";
import { completeLimits, type SessionLimits } from "../limits.js";
import { isPartyName } from "../names.js";
import type { SecureTransportOptions, VerifiedPeer } from "../noise/secure-transport.js";
import type { Party } from "../party.js";
import type { ReplayBudget } from "../resume/replay-buffer.js";
import { openSessionUntil } from "../session.js";
import type { ConnectOptions } from "./connect-options.js";
import { dials, Mesh } from "./mesh.js";
import type { Listener, ListenerOptions, ListenOptions } from "./socket.js";

/** Between two greetings, so that parties that fail together do not do so all the time. */
const pauseMs = 100;

/** What several `connect`s of one server share. */
export interface Shared {
  readonly budget: ReplayBudget;
  readonly strays?: ListenerOptions["strays"];
}

/** See {@link connect}; the options' kinds have been checked. */
export async function assemble(options: ConnectOptions, shared: Shared): Promise<Party> {
  const { parties, signal, identity, onConnection } = options;
  const limits = completeLimits(options.limits);
  const index = checkParties(options);
  if (signal?.aborted === true) throw abortedError(signal);
  const mesh = new Mesh({
    parties,
    index,
    handshake: handshakeOptions(options),
    limits,
    budget: shared.budget,
    dialling: {
      certificateAuthorities: options.certificateAuthorities,
      clientCertificate: options.clientCertificate,
      headers: options.headers,
      proxy: options.proxy,
    },
    onEvent: (event) => onConnection?.(event),
  });
  let listener: Listener | undefined;
  const end = (): void => {
    mesh.close();
    listener?.close();
  };
  try {
    if (mesh.expectsCallers) listener = await openDoor(options, index, mesh, shared);
    const party = await meet(mesh, { ...options, limits }, index, end);
    if (limits.reconnectMs === 0) end(); // nobody may come back
    return party;
  } catch (thrown) {
    end();
    throw named(thrown, identity.name);
  }
}

/** An error of this package whatever was thrown. */
function named(thrown: unknown, own: string): VeilshareError {
  const error = toVeilshareError(thrown);
  if (error.code !== "INTERNAL") return error;
  return new VeilshareError("INTERNAL", `connect: "${own}": ${error.message}`, { cause: thrown });
}

/** Gathers and greets until a greeting succeeds: until then, a party may leave and come back. */
async function meet(
  mesh: Mesh,
  options: ConnectOptions & { readonly limits: SessionLimits },
  index: number,
  end: () => void,
): Promise<Party> {
  const { limits, onProgress } = options;
  const signal = options.signal ?? new AbortController().signal;
  const names = options.parties.map(({ name }) => name);
  const deadline = performance.now() + limits.connectTimeoutMs;
  for (;;) {
    const transports = await mesh.gather(deadline, signal);
    const leftMs = Math.max(1000, Math.ceil(deadline - performance.now()));
    const own = { limits: { ...limits, connectTimeoutMs: leftMs }, index, names, transports };
    const watched = onProgress === undefined ? {} : { onProgress };
    try {
      const party = await openSessionUntil({ ...watched, signal, ...own }, end);
      mesh.stand(party.sessionId);
      return party;
    } catch (thrown) {
      mesh.clear(transports);
      if (signal.aborted || !mayMeetAgain(thrown) || deadline - performance.now() < pauseMs) throw thrown;
      await pause(pauseMs, signal);
    }
  }
}

/** Ends of a greeting that say no more than that somebody left, or that somebody left somebody. */
const leavings: readonly string[] = ["PEER_CLOSED", "PEER_RESTARTED", "CONNECTION_FAILED"];
const leavingsOfOthers: readonly string[] = [
  ...leavings,
  "ABORTED",
  "CLOSED",
  "PEER_ABORTED",
  "PEER_TIMEOUT",
];

function mayMeetAgain(thrown: unknown): boolean {
  if (!(thrown instanceof VeilshareError)) return false;
  if (thrown.code === "PEER_ABORTED") return leavingsOfOthers.includes(thrown.got ?? "");
  return leavings.includes(thrown.code);
}

function checkParties({ identity, parties, verifyPeer }: ConnectOptions): number {
  const source = "connect";
  const pinned = verifyPeer === undefined;
  checkEntries(parties, source, pinned);
  const unfit = parties.find(({ name }) => !isPartyName(name));
  if (unfit !== undefined) throw invalidArgument(source, "names fit for parties", "another");
  const fault = (field: string, text: string): VeilshareError =>
    new VeilshareError("INVALID_CONFIG", `${source}: ${text}`, { field });
  const index = parties.findIndex(({ name }) => name === identity.name);
  const own = parties[index];
  if (own === undefined) throw fault("parties", `"${identity.name}" is not among the parties`);
  if (pinned && !equalBytes(publicKeyOf(own), identity.keys.publicKey)) {
    throw fault("publicKey", `the entry of "${identity.name}" has another public key than its identity`);
  }
  for (const [i, { name, address }] of parties.entries()) {
    if (i === index || address !== undefined || own.address !== undefined) continue;
    throw fault("address", `neither "${identity.name}" nor "${name}" has an address`);
  }
  return index;
}

function handshakeOptions(
  options: ConnectOptions,
): Pick<SecureTransportOptions, "identity" | "trust" | "sessionLabel"> {
  const { identity, parties, verifyPeer, sessionLabel = "" } = options;
  if (verifyPeer === undefined) {
    const pinnedKeys = new Map(parties.map((entry) => [entry.name, publicKeyOf(entry)]));
    return { identity, sessionLabel, trust: { pinnedKeys } };
  }
  const known = new Set(parties.map(({ name }) => name));
  const trust = {
    verifyPeer: (peer: VerifiedPeer): boolean | Promise<boolean> => known.has(peer.name) && verifyPeer(peer),
  };
  return { identity, sessionLabel, trust };
}

function openDoor(options: ConnectOptions, index: number, mesh: Mesh, { strays }: Shared): Promise<Listener> {
  const own = options.parties[index]?.address;
  const url = own === undefined ? undefined : new URL(own);
  const on = options.server ?? options.listen ?? (url?.protocol === "ws:" ? listenOptionsOf(url) : undefined);
  if (on === undefined) {
    const caller = options.parties.findIndex((_, i) => dials(options.parties, i, index));
    const text = `connect: "${options.parties[caller]?.name ?? ""}" dials us; give "server" or "listen" for a wss: address`;
    throw new VeilshareError("INVALID_CONFIG", text, { field: "listen" });
  }
  const path = url?.pathname ?? "/";
  return listen({ on, path, onCaller: mesh.accept, ...(strays === undefined ? {} : { strays }) });
}

function listenOptionsOf(url: URL): ListenOptions {
  const host = url.hostname.replace(/^\[(.*)\]$/, "$1"); // an IPv6 address stands in brackets in a URL
  return { host, port: url.port === "" ? 80 : Number(url.port) };
}
