import { expect, it } from "vitest";
import {
  acceptClients,
  connectPorts,
  connectToServer,
  generateIdentity,
  openSession,
  simulate,
  simulateStar,
} from "../../dist/channel/index.js";

const identity = generateIdentity("a");
const nothing = (): Promise<undefined> => Promise.resolve(undefined);
const roles = { clients: 1, server: nothing, client: nothing };

/** Entries with an unknown option, a wrong kind, and no plain object. */
const mistakes: readonly (readonly [string, () => unknown, string])[] = [
  ["simulate", () => simulate(2, nothing, { name: ["a", "b"] } as never), "name"],
  [
    "simulate",
    () => simulate(2, nothing, { limits: { connectTimeout: 1 } } as never),
    "limits.connectTimeout",
  ],
  ["simulate", () => simulate(2, "x" as never), "protocol"],
  ["simulate", () => simulate(1, nothing), "n"],
  ["simulate", () => simulate(2, nothing, [] as never), "options"],
  ["simulateStar", () => simulateStar({ ...roles, clients: "1" } as never), "roles.clients"],
  ["simulateStar", () => simulateStar(roles, { onprogress: nothing } as never), "onprogress"],
  ["openSession", () => openSession({ index: 0, names: ["a", "b"], transport: [] } as never), "transport"],
  ["openSession", () => openSession({ index: 0, names: "ab", transports: [] } as never), "names"],
  [
    "openSession",
    () => openSession({ index: 0, names: ["a", "b"], transports: [1, 2] } as never),
    "transports[0]",
  ],
  ["connectPorts", () => connectPorts({ index: 0, names: ["a", "b"], port: [] } as never), "port"],
  ["acceptClients", () => acceptClients({ identity, address: "ws://x", clients: [] } as never), "server"],
  ["connectToServer", () => connectToServer({ identity, server: identity.entry() } as never), "server"],
];

it.each(mistakes)("%s refuses a mistake of case %# by name, as a rejection", async (caller, call, field) => {
  const error = await Promise.resolve()
    .then(call)
    .catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: "INVALID_ARGUMENT", field });
  expect((error as Error).message.startsWith(`${caller}: `)).toBe(true);
});
