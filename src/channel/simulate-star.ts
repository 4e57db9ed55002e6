/** A server and its clients in one thread, each client in a session of its own with the server. */

import { checkArgument, checkOptions } from "../checks/options.js";
import { callback, integer, object } from "../checks/rules.js";
import { memoryTransportPair } from "./memory-transport.js";
import type { Party } from "./party.js";
import { openSession, type SessionOptions } from "./session.js";
import { sessionRules } from "./session-options.js";

/** Who does what in {@link simulateStar}. */
export interface StarRoles<S, C> {
  /** How many clients. */
  readonly clients: number;
  /** Run once, with one session for each client, by index; each has two parties, `server` and `client-0`, ... */
  readonly server: (sessions: readonly Party[]) => Promise<S>;
  /** Run by each client with its end of its session. */
  readonly client: (party: Party, index: number) => Promise<C>;
}

/** What {@link simulateStar} gives. */
export interface StarOutcome<S, C> {
  readonly server: S;
  /** By index: what each client had in the end, or why it had nothing. */
  readonly clients: readonly PromiseSettledResult<C>[];
}

const rolesRule = object({ clients: integer(1), server: callback, client: callback });

/**
 * Runs a protocol between a server and many clients in this thread. Unlike with `simulate`, a client that fails does not end
 * the others' sessions.
 *
 * **Security.** None between the parties: they share one memory. It shows what a protocol computes.
 *
 * @throws VeilshareError what the server's function threw; INVALID_ARGUMENT for fewer than one client.
 * @example
 * const { server } = await simulateStar({
 *   clients: 10,
 *   server: (sessions) => serveResilientSum(sessions, plan),
 *   client: (party, index) => resilientSum(party, inputs[index], plan),
 * });
 */
export async function simulateStar<S, C>(
  roles: StarRoles<S, C>,
  options: SessionOptions = {},
): Promise<StarOutcome<S, C>> {
  checkArgument("simulateStar", "roles", roles, rolesRule);
  checkOptions("simulateStar", options, sessionRules);
  const { clients } = roles;
  const links = Array.from({ length: clients }, () => memoryTransportPair());
  const atServer = links.map(([transport], i) =>
    openSession({
      ...options,
      index: 0,
      names: ["server", `client-${i}`],
      transports: [undefined, transport],
    }),
  );
  const atClients = links.map(async ([, transport], i) => {
    const names = ["server", `client-${i}`];
    const party = await openSession({ ...options, index: 1, names, transports: [transport, undefined] });
    return withSession(party, () => roles.client(party, i));
  });
  const settled = Promise.allSettled(atClients);
  const sessions = await Promise.all(atServer);
  try {
    const server = await roles.server(sessions);
    await Promise.all(sessions.map((session) => session.close()));
    return { server, clients: await settled };
  } catch (thrown) {
    for (const session of sessions) session.abort(thrown);
    await settled;
    throw thrown;
  }
}

async function withSession<T>(party: Party, body: () => Promise<T>): Promise<T> {
  try {
    const result = await body();
    await party.close();
    return result;
  } catch (thrown) {
    party.abort(thrown);
    throw thrown;
  }
}
