/** A session between processes, machines or browser tabs, over WebSocket. */

import { checkOptions, type RulesOf } from "../../checks/options.js";
import {
  callback,
  either,
  instanceOf,
  integer,
  listOf,
  object,
  optional,
  recordOf,
  text,
  withMethods,
  type Rule,
} from "../../checks/rules.js";
import { Identity, type PartyAddress } from "../identity/identity.js";
import type { VerifiedPeer } from "../noise/secure-transport.js";
import type { Party } from "../party.js";
import { ReplayBudget } from "../resume/replay-buffer.js";
import type { SessionOptions } from "../session.js";
import { sessionRules } from "../session-options.js";
import { assemble } from "./assemble.js";
import type { ConnectionEvent } from "./connection-event.js";
import type { ListenOptions, TlsKey, UpgradeServer } from "./socket.js";

/** What {@link connect} needs. */
export interface ConnectOptions extends SessionOptions {
  /** Own name and keys; the name must be among the parties. */
  readonly identity: Identity;
  /** All parties in the order of their indices, the same at each of them; see the parties file. */
  readonly parties: readonly PartyAddress[];
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
   * For parties whose keys are not known beforehand: asked with each party's name and proven key, and the entries need no
   * `publicKey`. Default: keys are pinned to the entries.
   */
  readonly verifyPeer?: (peer: VerifiedPeer) => boolean | Promise<boolean>;
  /** For `wss:` servers that ask for a client's certificate, in PEM; Node only. */
  readonly clientCertificate?: TlsKey;
  /** More headers of the requests that open WebSockets, for a gateway, say; Node only. */
  readonly headers?: Readonly<Record<string, string>>;
  /**
   * `http:` address of an outbound proxy; Node only, with the package `https-proxy-agent`. Default: that of `HTTPS_PROXY` (for
   * `wss:`) or `HTTP_PROXY`, unless `NO_PROXY` names the host.
   */
  readonly proxy?: string;
  /** Told whom the session waits for and why, which callers were refused, and of connections lost and restored. */
  readonly onConnection?: (event: ConnectionEvent) => void;
}

/**
 * Connects with all other parties and opens a session. Of two parties, the one with the higher index dials; a party
 * without an address always dials. Parties may start in any order within `limits.connectTimeoutMs`, ten minutes by default, and
 * may be started anew while others are still awaited. Once the session stands, a connection that is cut is had back within
 * `limits.reconnectMs`, which costs waiting only; a party that was started anew is PEER_RESTARTED.
 *
 * **Security.** Each link is a Noise KK channel between pinned keys (XX with `verifyPeer`), whatever carries it. An
 * observer, a proxy and a relay see names, session label, addresses, lengths and times. A stranger who connects is held to
 * a few messages and ten seconds, takes no party's place, and is dropped when others queue behind. A lost connection is gone on
 * with only by the process that had it: the new handshake's prologue holds the session's id, the number of the attempt and a secret
 * of the first handshake.
 *
 * **Cost.** Frames that the other end has not acknowledged are retained in plaintext: at most 8 MiB a party and 256 MiB for all
 * parties of one `connect`, or all clients of one `acceptClients`.
 *
 * @throws VeilshareError INVALID_CONFIG for entries that can't work, UNSUPPORTED when a browser would have to be dialled,
 * CONNECTION_FAILED or PEER_UNAUTHENTICATED with the party's name, ABORTED, or what {@link openSession} throws.
 */
export async function connect(options: ConnectOptions): Promise<Party> {
  checkOptions("connect", options, connectRules);
  return assemble(options, { budget: new ReplayBudget() });
}

const pemRule = either(text, listOf(text));

const keyRule = { certificate: text, key: text };

type NetworkOptions = Omit<ConnectOptions, "parties" | "listen" | "server" | "verifyPeer">;

/** What connections between machines have in common. */
export const networkRules: RulesOf<NetworkOptions> = {
  ...sessionRules,
  identity: instanceOf(Identity, "an identity of generateIdentity or loadIdentity"),
  sessionLabel: optional(text),
  certificateAuthorities: optional(pemRule),
  clientCertificate: optional(object(keyRule)),
  headers: optional(recordOf(text)),
  proxy: optional(text),
  onConnection: optional(callback),
};

/** One entry of the parties. */
export const partyEntryRule: Rule = object({
  name: text,
  publicKey: optional(text),
  address: optional(text),
});

const tlsRule = object({ ...keyRule, clientAuthorities: optional(pemRule) });

/** A server of the caller's. */
export const serverRule: Rule = withMethods("a http.Server or https.Server", "on", "off");

const connectRules: RulesOf<ConnectOptions> = {
  ...networkRules,
  parties: listOf(partyEntryRule),
  listen: optional(
    object({ host: optional(text), port: optional(integer(0, 65_535)), tls: optional(tlsRule) }),
  ),
  server: optional(serverRule),
  verifyPeer: optional(callback),
};
