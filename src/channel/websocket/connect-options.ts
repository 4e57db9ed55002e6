/** What a caller says of a session between machines. */

import type { Identity, PartyAddress } from "../identity/identity.js";
import type { VerifiedPeer } from "../noise/secure-transport.js";
import type { SessionOptions } from "../session.js";
import type { ConnectionEvent } from "./connection-event.js";
import type { ListenOptions, TlsKey, UpgradeServer } from "./socket.js";

/** What `connect` needs. */
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
   * `keys`. Default: keys are pinned to the entries.
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
