/**
 * A server and its clients over WebSocket: one session of two for each client, all on one listening server, each at a path
 * that ends with the client's name. One client's death does not touch the others' sessions.
 */

import { closeIfStray } from "#channel/listen";
import { invalidArgument, toVeilshareError, VeilshareError } from "../../errors.js";
import type { PartyEntry } from "../identity/identity.js";
import type { Party } from "../party.js";
import { checkOptions, type RulesOf } from "../../checks/options.js";
import { listOf, text } from "../../checks/rules.js";
import { ReplayBudget } from "../resume/replay-buffer.js";
import { assemble } from "./assemble.js";
import { connect, networkRules, partyEntryRule, serverRule, type ConnectOptions } from "./connect.js";
import { pathOf, type UpgradeServer } from "./socket.js";

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
 * Waits for each client within `limits.connectTimeoutMs`, half a minute by default, and opens a session with it alone.
 *
 * @returns For each client, by index, the session or the error for which there is none.
 * @throws VeilshareError INVALID_ARGUMENT for two clients of one name or an address that is none.
 *
 * **Security.** As `connect`: each session is a Noise KK channel between the keys of the entries.
 */
export async function acceptClients(options: AcceptClientsOptions): Promise<(Party | VeilshareError)[]> {
  checkOptions("acceptClients", options, acceptRules);
  const { address, clients, server, ...rest } = options;
  const names = new Set(clients.map(({ name }) => name));
  if (names.size !== clients.length)
    throw invalidArgument("acceptClients", "distinct names", "a repeated one");
  const switchboard = new Switchboard(server);
  const budget = new ReplayBudget();
  const limits = { connectTimeoutMs: clientTimeoutMs, ...rest.limits };
  try {
    return await Promise.all(
      clients.map(async ({ name, keys }) => {
        const own = pathFor(address, name);
        const parties = [options.identity.entry(own), { name, keys }];
        const door = switchboard.at(new URL(own).pathname);
        try {
          return await assemble({ ...rest, limits, parties, server: door }, { budget, strays: "elsewhere" });
        } catch (thrown) {
          return toVeilshareError(thrown);
        }
      }),
    );
  } finally {
    switchboard.seal();
  }
}

/** A server does not wait for a client as long as a client waits for its server: some never come. */
const clientTimeoutMs = 30_000;

const acceptRules: RulesOf<AcceptClientsOptions> = {
  ...networkRules,
  address: text,
  server: serverRule,
  clients: listOf(partyEntryRule),
};

const toServerRules: RulesOf<ConnectToServerOptions> = { ...networkRules, serverEntry: partyEntryRule };

/**
 * Connects a client with its server, in a session of the two.
 *
 * @throws VeilshareError as `connect`.
 */
export async function connectToServer(options: ConnectToServerOptions): Promise<Party> {
  checkOptions("connectToServer", options, toServerRules);
  const { serverEntry, ...rest } = options;
  const { identity } = rest;
  const { address } = serverEntry;
  if (address === undefined) {
    throw new VeilshareError("INVALID_CONFIG", `connectToServer: "${serverEntry.name}" has no address`, {
      field: "address",
    });
  }
  const parties = [{ ...serverEntry, address: pathFor(address, identity.name) }, identity.entry()];
  return connect({ ...rest, parties });
}

function pathFor(address: string, client: string): string {
  if (!URL.canParse(address))
    throw invalidArgument("acceptClients", "the address of a WebSocket", "another text");
  const url = new URL(address);
  url.pathname = `${url.pathname.replace(/\/$/, "")}/${encodeURIComponent(client)}`;
  return url.href;
}

type UpgradeListener = Parameters<UpgradeServer["on"]>[1];

/**
 * Many doors behind one listener: a thousand of them on the caller's server would look like a leak. It stays until the last session
 * is over.
 */
class Switchboard {
  readonly #server: UpgradeServer;
  readonly #listeners = new Map<string, UpgradeListener>();
  #sealed = false;

  constructor(server: UpgradeServer) {
    this.#server = server;
    server.on("upgrade", this.#forward);
  }

  readonly #forward: UpgradeListener = (request, socket, head) => {
    const listener = this.#listeners.get(pathOf(request as { readonly url?: string }));
    if (listener === undefined) closeIfStray(socket);
    else listener(request, socket, head);
  };

  /** The server as the session at one path sees it. */
  at(path: string): UpgradeServer {
    return {
      on: (_event, listener) => {
        this.#listeners.set(path, listener);
      },
      off: () => {
        this.#listeners.delete(path);
        this.#leave();
      },
    };
  }

  /** No more sessions will be opened. */
  seal(): void {
    this.#sealed = true;
    this.#leave();
  }

  #leave(): void {
    if (this.#sealed && this.#listeners.size === 0) this.#server.off("upgrade", this.#forward);
  }
}
