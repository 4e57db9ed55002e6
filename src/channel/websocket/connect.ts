/** A session between processes, machines or browser tabs, over WebSocket. */

import { listen } from "#channel/listen";
import { equalBytes } from "../../bytes/encoding.js";
import { invalidArgument, VeilshareError } from "../../errors.js";
import { publicKeyOf, type Identity, type PartyEntry } from "../identity/identity.js";
import { checkEntries } from "../identity/parties-file.js";
import { completeLimits } from "../limits.js";
import { isPartyName } from "../names.js";
import type { SecureTransportOptions, VerifiedPeer } from "../noise/secure-transport.js";
import type { Party } from "../party.js";
import { openSession, type SessionOptions } from "../session.js";
import { abortedError } from "../../waiting/wait.js";
import { dials, Mesh } from "./mesh.js";
import type { Listener, ListenOptions, UpgradeServer } from "./socket.js";

/** What {@link connect} needs. */
export interface ConnectOptions extends SessionOptions {
  /** Own name and keys; the name must be among the parties. */
  readonly identity: Identity;
  /** All parties in the order of their indices, the same at each of them; see the parties file. */
  readonly parties: readonly PartyEntry[];
  /**
   * Where this party listens when others dial it. Default: the host and port of its own `ws:` address. A party with a
   * `wss:` address gives its `server` instead, or listens behind a proxy that ends TLS.
   */
  readonly listen?: ListenOptions;
  /**
   * A listening `http.Server` or `https.Server` of the caller, which stays the caller's to close. Callers are taken at the
   * path of the own address, so that sessions side by side on one server have a path each.
   */
  readonly server?: UpgradeServer;
  /** Keeps sessions apart that the same parties run side by side; public, at most 256 bytes. */
  readonly sessionLabel?: string;
  /** PEM certificates to trust for `wss:` besides the system's; Node only. */
  readonly certificateAuthorities?: string | readonly string[];
  /**
   * For parties whose keys are not known beforehand: asked with each party's name and proven key, and the `publicKey` of
   * the entries is ignored. Default: keys are pinned to the entries.
   */
  readonly verifyPeer?: (peer: VerifiedPeer) => boolean | Promise<boolean>;
}

/**
 * Connects with all other parties and opens a session. Of two parties, the one with the higher index dials; a party
 * without an address always dials. Parties may start in any order within `limits.connectTimeoutMs`.
 *
 * **Security.** Each link is a Noise KK channel between pinned keys (XX with `verifyPeer`), whatever carries it. An
 * observer, a proxy and a relay see names, session label, addresses, lengths and times. A stranger who connects is held to
 * a few messages and ten seconds, takes no party's place, and is dropped when others queue behind.
 *
 * @throws VeilshareError INVALID_CONFIG for entries that can't work, UNSUPPORTED when a browser would have to be dialled,
 * CONNECTION_FAILED or PEER_UNAUTHENTICATED with the party's name, ABORTED, or what {@link openSession} throws.
 */
export async function connect(options: ConnectOptions): Promise<Party> {
  const { parties, signal } = options;
  const limits = completeLimits(options.limits);
  const index = checkParties(options);
  const stop = new AbortController();
  const onAbort = (): void => {
    stop.abort(abortedError(signal));
  };
  signal?.addEventListener("abort", onAbort);
  if (signal?.aborted === true) onAbort();
  const startedMs = performance.now();
  const mesh = new Mesh({
    parties,
    index,
    handshake: handshakeOptions(options),
    timeoutMs: limits.connectTimeoutMs,
    signal: stop.signal,
    certificateAuthorities: options.certificateAuthorities,
  });
  let listener: Listener | undefined;
  try {
    if (mesh.expectsCallers) listener = await openDoor(options, index, mesh);
    const transports = await mesh.gather();
    const leftMs = Math.max(1000, Math.ceil(limits.connectTimeoutMs - (performance.now() - startedMs)));
    const names = parties.map(({ name }) => name);
    const session = { ...options, limits: { ...limits, connectTimeoutMs: leftMs } };
    return await openSession({ ...session, index, names, transports });
  } finally {
    signal?.removeEventListener("abort", onAbort);
    mesh.dismiss();
    listener?.close();
  }
}

function checkParties({ identity, parties, verifyPeer }: ConnectOptions): number {
  const source = "connect";
  checkEntries(parties, source);
  const unfit = parties.find(({ name }) => !isPartyName(name));
  if (unfit !== undefined) throw invalidArgument(source, "names fit for parties", JSON.stringify(unfit.name));
  const fault = (field: string, text: string): VeilshareError =>
    new VeilshareError("INVALID_CONFIG", `${source}: ${text}`, { field });
  const index = parties.findIndex(({ name }) => name === identity.name);
  const own = parties[index];
  if (own === undefined) throw fault("parties", `"${identity.name}" is not among the parties`);
  if (verifyPeer === undefined && !equalBytes(publicKeyOf(own), identity.keys.publicKey)) {
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

function openDoor(options: ConnectOptions, index: number, mesh: Mesh): Promise<Listener> {
  const own = options.parties[index]?.address;
  const url = own === undefined ? undefined : new URL(own);
  const on = options.server ?? options.listen ?? (url?.protocol === "ws:" ? listenOptionsOf(url) : undefined);
  if (on === undefined) {
    const caller = options.parties.findIndex((_, i) => dials(options.parties, i, index));
    const text = `connect: "${options.parties[caller]?.name ?? ""}" dials us; give "server" or "listen" for a wss: address`;
    throw new VeilshareError("INVALID_CONFIG", text, { field: "listen" });
  }
  return listen({ on, path: url?.pathname ?? "/", onCaller: mesh.accept });
}

function listenOptionsOf(url: URL): ListenOptions {
  const host = url.hostname.replace(/^\[(.*)\]$/, "$1"); // an IPv6 address stands in brackets in a URL
  return { host, port: url.port === "" ? 80 : Number(url.port) };
}
