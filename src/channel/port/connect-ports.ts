/** A session between workers of one program, or between frames and tabs, over MessagePorts. */

import { checkOptions, type RulesOf } from "../../checks/options.js";
import { anything, integer, listOf, object, optional, text } from "../../checks/rules.js";
import { invalidArgument } from "../../errors.js";
import { publicKeyOf, type Identity, type PartyEntry } from "../identity/identity.js";
import { checkEntries } from "../identity/parties-file.js";
import { completeLimits } from "../limits.js";
import { secureTransport } from "../noise/secure-transport.js";
import type { Party } from "../party.js";
import { openSession, type SessionOptions } from "../session.js";
import { sessionRules } from "../session-options.js";
import type { Transport } from "../transport.js";
import { portTransport, type MessagePortLike } from "./port-transport.js";

/** Keys, where the other ends of the ports are not part of the own program. */
export interface PortSecurity {
  readonly identity: Identity;
  /** All parties in the order of their indices. */
  readonly parties: readonly PartyEntry[];
}

/** What {@link connectPorts} needs. */
export interface ConnectPortsOptions extends SessionOptions {
  readonly index: number;
  readonly names: readonly string[];
  /** A port to each other party, by index; the own place is ignored. */
  readonly ports: readonly (MessagePortLike | undefined)[];
  /**
   * Runs every port as a Noise KK channel. Default: no encryption, for worker threads of one program, which share an
   * address space and a fate anyway.
   */
  readonly security?: PortSecurity;
}

/**
 * Opens a session over ports that the caller has handed out, one MessageChannel for every two parties.
 *
 * **Security.** Without `security` the parties are told apart by their ports alone, and whoever hands out the ports is
 * trusted by all.
 *
 * @throws VeilshareError as {@link openSession} and, with `security`, {@link secureTransport}; INVALID_ARGUMENT when a port
 * is missing. All ports are closed then.
 */
export async function connectPorts(options: ConnectPortsOptions): Promise<Party> {
  checkOptions("connectPorts", options, portsRules);
  const { ports, security, ...session } = options;
  const { index, names } = session;
  const plain = names.map((_, i) => {
    const port = i === index ? undefined : ports[i];
    return port === undefined ? undefined : portTransport(port);
  });
  if (security === undefined) return openSession({ ...session, transports: plain });
  try {
    const transports = await Promise.all(
      plain.map((transport, i) => secured(options, security, transport, i)),
    );
    return await openSession({ ...session, transports });
  } catch (thrown) {
    for (const transport of plain) void transport?.close(); // never rejects
    throw thrown;
  }
}

const portsRules: RulesOf<ConnectPortsOptions> = {
  ...sessionRules,
  index: integer(0),
  names: listOf(text),
  ports: listOf(optional(anything)),
  security: optional(object({ identity: anything, parties: listOf(anything) })),
};

/** Of two parties, the one with the higher index speaks first, as over WebSocket. */
async function secured(
  options: ConnectPortsOptions,
  { identity, parties }: PortSecurity,
  transport: Transport | undefined,
  to: number,
): Promise<Transport | undefined> {
  checkEntries(parties, "connectPorts");
  const peer = options.names[to];
  const entry = parties[to];
  if (transport === undefined || peer === undefined) return undefined;
  if (entry?.name !== peer || identity.name !== options.names[options.index]) {
    throw invalidArgument("connectPorts", "names in the order of the parties", "another order");
  }
  const { transport: safe } = await secureTransport(transport, {
    role: options.index > to ? "initiator" : "responder",
    identity,
    peer,
    trust: { pinnedKeys: new Map([[peer, publicKeyOf(entry)]]) },
    timeoutMs: completeLimits(options.limits).connectTimeoutMs,
    signal: options.signal,
  });
  return safe;
}
