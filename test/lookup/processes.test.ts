import { fork, type ChildProcess } from "node:child_process";
import { createServer } from "node:http";
import { describe, expect, it } from "vitest";
import { connect, generateIdentity, type PartyEntry } from "../../dist/channel/index.js";
import { lookupSession, type LookupClient, type ServedLookups } from "../../dist/lookup/index.js";
import { answersOf, shown } from "./sessions.js";

type FromChild =
  | { readonly kind: "entry"; readonly entry: PartyEntry; readonly publicKey: readonly number[] }
  | { readonly kind: "served"; readonly served: ServedLookups };

/** The client here, the server in a process of its own, over WebSocket. */
async function withRemote<T>(
  use: (client: LookupClient, server: ChildProcess) => Promise<T>,
): Promise<{ readonly result: T; readonly served: ServedLookups }> {
  const child = fork(new URL("./fixtures/lookup-server.mjs", import.meta.url));
  const exited = new Promise((resolve) => child.once("exit", resolve));
  const server = createServer();
  try {
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    if (address === null || typeof address === "string") throw new Error("expected a port");
    const identity = generateIdentity("here");
    let tellServed: (served: ServedLookups) => void = () => undefined;
    const served = new Promise<ServedLookups>((resolve) => (tellServed = resolve));
    const introduced = new Promise<Extract<FromChild, { kind: "entry" }>>((resolve) => {
      child.on("message", (message: FromChild) => {
        if (message.kind === "entry") resolve(message);
        else tellServed(message.served);
      });
    });
    const { entry, publicKey } = await introduced;
    const parties = [identity.entry(`ws://127.0.0.1:${address.port}`), entry];
    child.send({ parties });
    const party = await connect({ identity, parties, server, limits: { reconnectMs: 1000 } });
    const pinned = { publicKey: Uint8Array.from(publicKey), epoch: 1 };
    const result = await lookupSession(party, pinned, (client) => use(client, child));
    await party.close();
    return { result, served: await served };
  } finally {
    child.kill("SIGKILL");
    await exited;
    server.close();
  }
}

describe("lookup between two processes over WebSocket", () => {
  it("finds what there is, and the server knows the client by its authenticated name", async () => {
    const { result, served } = await withRemote(async (client) => [
      ...answersOf(await client.lookup(["k7", "none"])),
      ...answersOf(await client.lookup(["k499"])),
    ]);
    expect(result.map(shown)).toEqual(["=7", "absent", "=499"]);
    expect(served).toMatchObject({ client: "here", requests: 2, evaluations: 3, refusals: 0 });
  });

  it("ends with PEER_CLOSED, soon, when the server is killed between two requests", async () => {
    let killedMs = 0;
    const run = withRemote(async (client, server) => {
      expect(answersOf(await client.lookup(["k1"])).map(shown)).toEqual(["=1"]);
      killedMs = performance.now();
      server.kill("SIGKILL");
      await client.lookup(["k2"]);
    });
    await expect(run).rejects.toMatchObject({ code: "PEER_CLOSED", party: "remote" });
    expect(killedMs).toBeGreaterThan(0);
    expect(performance.now() - killedMs).toBeLessThan(5000);
  });
});
