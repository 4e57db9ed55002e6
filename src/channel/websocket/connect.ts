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
import { Identity } from "../identity/identity.js";
import type { Party } from "../party.js";
import { ReplayBudget } from "../resume/replay-buffer.js";
import { sessionRules } from "../session-options.js";
import { assemble } from "./assemble.js";
import type { ConnectOptions } from "./connect-options.js";

export type { ConnectOptions } from "./connect-options.js";

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
  keys: optional(
    listOf(
      object({
        link: optional(text),
        signing: optional(text),
        from: optional(text),
        until: optional(text),
      }),
    ),
  ),
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
