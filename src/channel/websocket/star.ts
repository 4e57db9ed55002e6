/**
 * A server and its clients over WebSocket: one session of two for each client, all on one listening server, each at a path
 * that ends with the client's name. One client's death does not touch the others' sessions.
 */

import { invalidArgument, toVeilshareError, VeilshareError } from "../../errors.js";
import type { PartyEntry } from "../identity/identity.js";
import type { Party } from "../party.js";
import { connect, type ConnectOptions } from "./connect.js";
import type { UpgradeServer } from "./socket.js";

/** What {@link acceptClients} needs. */
export interface AcceptClientsOptions extends Omit<
  ConnectOptions,
  "parties" | "listen" | "server" | "verifyPeer"
> {
  /** The own address as clients dial it, e.g. `wss://host:port/sums`; its path is where the clients' paths begin. */
  readonly address: string;
  /** A listening `http.Server` or `https.Server` of the caller, which stays the caller's to close. */
  readonly server: UpgradeServer;
  /** The clients, in the order of their indices. Their addresses are not used: clients dial. */
  readonly clients: readonly PartyEntry[];
}

/** What {@link connectToServer} needs. */
export interface ConnectToServerOptions extends Omit<
  ConnectOptions,
  "parties" | "listen" | "server" | "verifyPeer"
> {
  /** The server's entry, with the address that it gives to {@link acceptClients}. */
  readonly serverEntry: PartyEntry;
}

/**
 * Waits for each client within `limits.connectTimeoutMs`, and opens a session with it alone.
 *
 * @returns For each client, by index, the session or the error for which there is none.
 * @throws VeilshareError INVALID_ARGUMENT for two clients of one name or an address that is none.
 *
 * **Security.** As `connect`: each session is a Noise KK channel between the keys of the entries.
 */
export async function acceptClients(options: AcceptClientsOptions): Promise<(Party | VeilshareError)[]> {
  const { address, clients, server, ...rest } = options;
  const names = new Set(clients.map(({ name }) => name));
  if (names.size !== clients.length)
    throw invalidArgument("acceptClients", "distinct names", "a repeated one");
  const switchboard = new Switchboard(server);
  try {
    return await Promise.all(
      clients.map(async ({ name, publicKey }) => {
        const parties = [options.identity.entry(pathFor(address, name)), { name, publicKey }];
        try {
          return await connect({ ...rest, parties, server: switchboard });
        } catch (thrown) {
          return toVeilshareError(thrown);
        }
      }),
    );
  } finally {
    switchboard.close();
  }
}

/**
 * Connects a client with its server, in a session of the two.
 *
 * @throws VeilshareError as `connect`.
 */
export function connectToServer({ serverEntry, ...options }: ConnectToServerOptions): Promise<Party> {
  const { identity } = options;
  const { address } = serverEntry;
  if (address === undefined) {
    throw new VeilshareError("INVALID_CONFIG", `connectToServer: "${serverEntry.name}" has no address`, {
      field: "address",
    });
  }
  const parties = [{ ...serverEntry, address: pathFor(address, identity.name) }, identity.entry()];
  return connect({ ...options, parties });
}

function pathFor(address: string, client: string): string {
  if (!URL.canParse(address))
    throw invalidArgument("acceptClients", "the address of a WebSocket", "another text");
  const url = new URL(address);
  url.pathname = `${url.pathname.replace(/\/$/, "")}/${encodeURIComponent(client)}`;
  return url.href;
}

type UpgradeListener = Parameters<UpgradeServer["on"]>[1];

/** Many listeners behind one: a thousand of them on the caller's server would look like a leak. */
class Switchboard implements UpgradeServer {
  readonly #server: UpgradeServer;
  readonly #listeners = new Set<UpgradeListener>();

  constructor(server: UpgradeServer) {
    this.#server = server;
    server.on("upgrade", this.#forward);
  }

  readonly #forward: UpgradeListener = (request, socket, head) => {
    for (const listener of [...this.#listeners]) listener(request, socket, head);
  };

  on(_event: "upgrade", listener: UpgradeListener): void {
    this.#listeners.add(listener);
  }

  off(_event: "upgrade", listener: UpgradeListener): void {
    this.#listeners.delete(listener);
  }

  close(): void {
    this.#server.off("upgrade", this.#forward);
  }
}
