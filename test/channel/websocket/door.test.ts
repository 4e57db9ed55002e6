import { createServer } from "node:http";
import { connect as connectTcp, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, it } from "vitest";
import {
  connect,
  generateIdentity,
  keyFingerprint,
  type ConnectionEvent,
} from "../../../dist/channel/index.js";
import { proxyFor } from "../../../dist/channel/websocket/proxy-node.js";
import { Strangers } from "../../../dist/channel/websocket/strangers.js";

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, "127.0.0.1", resolve));
  const { port } = probe.address() as { readonly port: number };
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

function knock(port: number, text = ""): Socket {
  const socket = connectTcp(port, "127.0.0.1").on("error", () => undefined);
  socket.resume();
  if (text !== "") socket.write(text);
  cleanups.push(() => socket.destroy());
  return socket;
}

describe("silent sockets", () => {
  it("as many as there may be, and more, keep no party out", async () => {
    const port = await freePort();
    const [a, b] = [generateIdentity("a"), generateIdentity("b")];
    const parties = [a.entry(`ws://127.0.0.1:${port}`), b.entry()];
    const limits = { connectTimeoutMs: 10_000 };
    const first = connect({ identity: a, parties, limits });
    await sleep(50);
    for (let i = 0; i < 1100; i++) knock(port);
    await sleep(500);
    const started = performance.now();
    const both = await Promise.all([first, connect({ identity: b, parties, limits })]);
    expect(performance.now() - started).toBeLessThan(5000);
    await Promise.all(both.map((party) => party.close()));
  });

  it("on the caller's server that ask for a path of nobody's are closed, those of another listener are not", async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as { readonly port: number };
    cleanups.push(() => {
      server.close();
      server.closeAllConnections();
    });
    const answered: Socket[] = [];
    server.on("upgrade", (request, socket: Socket) => {
      if (request.url !== "/theirs") return;
      socket.write("HTTP/1.1 101 Switching Protocols\r\n\r\n");
      answered.push(socket);
      cleanups.push(() => socket.destroy());
    });
    const [a, b] = [generateIdentity("a"), generateIdentity("b")];
    const parties = [a.entry(`ws://127.0.0.1:${port}/ours`), b.entry()];
    const waiting = connect({ identity: a, parties, server, limits: { connectTimeoutMs: 7000 } }).catch(
      () => undefined,
    );
    const ask = (path: string): Socket =>
      knock(
        port,
        `GET ${path} HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n`,
      );
    const nobodys = ask("/nobody");
    const theirs = ask("/theirs");
    await waiting;
    expect(nobodys.destroyed).toBe(true);
    expect(theirs.destroyed).toBe(false);
    expect(answered).toHaveLength(1);
  });

  it("of one address can't push out those who call from others", () => {
    const strangers = new Strangers();
    const honest = strangers.enter("192.0.2.1", 2);
    const flood = Array.from({ length: 500 }, () => strangers.enter("198.51.100.7", 2));
    expect(honest.signal.aborted).toBe(false);
    expect(flood.filter(({ signal }) => !signal.aborted).length).toBeLessThanOrEqual(65);
  });
});

describe("waiting for a party", () => {
  it("is told with address, tries and the last reason", async () => {
    const port = await freePort();
    const [a, b] = [generateIdentity("a"), generateIdentity("b")];
    const parties = [a.entry(`ws://127.0.0.1:${port}`), b.entry()];
    const events: ConnectionEvent[] = [];
    const waiting = connect({
      identity: b,
      parties,
      limits: { connectTimeoutMs: 800 },
      onConnection: (event) => events.push(event),
    });
    await expect(waiting).rejects.toMatchObject({
      code: "CONNECTION_FAILED",
      party: "a",
      hint: expect.any(String) as string,
    });
    const tries = events.flatMap((event) => (event.kind === "waiting" ? [event] : []));
    expect(tries.length).toBeGreaterThan(2);
    expect(tries.at(-1)).toMatchObject({
      party: "a",
      address: `ws://127.0.0.1:${port}`,
      reason: expect.stringMatching(/ECONNREFUSED/) as string,
    });
  });

  it("ends at once for what waiting does not cure: a name that does not resolve, TLS where there is none", async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    cleanups.push(() => {
      server.close();
      server.closeAllConnections();
    });
    const { port } = server.address() as { readonly port: number };
    const [a, b] = [generateIdentity("a"), generateIdentity("b")];
    for (const address of ["ws://no-such-host.invalid:1234", `wss://127.0.0.1:${port}`]) {
      const started = performance.now();
      const refused = connect({
        identity: b,
        parties: [a.entry(address), b.entry()],
        limits: { connectTimeoutMs: 60_000 },
      });
      await expect(refused).rejects.toMatchObject({
        code: "CONNECTION_FAILED",
        party: "a",
        hint: expect.stringMatching(/address/) as string,
      });
      expect(performance.now() - started).toBeLessThan(20_000);
    }
  });

  it("needs no keys where verifyPeer decides", async () => {
    const port = await freePort();
    const [a, b] = [generateIdentity("a"), generateIdentity("b")];
    const parties = [{ name: "a", address: `ws://127.0.0.1:${port}` }, { name: "b" }];
    const asked: string[] = [];
    const verifyPeer = ({ name, publicKey }: { name: string; publicKey: string }): boolean => {
      asked.push(`${name} ${keyFingerprint(publicKey)}`);
      return true;
    };
    const both = await Promise.all([a, b].map((identity) => connect({ identity, parties, verifyPeer })));
    expect(asked.sort()).toEqual(
      [a, b].map((own) => `${own.name} ${keyFingerprint(own.entry().keys[0]?.link ?? "")}`),
    );
    expect(asked[0]).toMatch(/^a ([0-9a-f]{4} ){7}[0-9a-f]{4}$/);
    await Promise.all(both.map((party) => party[Symbol.asyncDispose]()));
  });

  it.each([
    [{ limits: { connectTimeout: 1 } }, "limits.connectTimeout"],
    [{ label: "x" }, "label"],
    [{ identity: {} }, "identity"],
    [{ parties: undefined }, "parties"],
    [{ server: {} }, "server"],
    [{ listen: { port: "80" } }, "listen.port"],
    [{ onConnection: true }, "onConnection"],
  ])("refuses %o by name", async (change, field) => {
    const identity = generateIdentity("a");
    const parties = [identity.entry("ws://127.0.0.1:1"), generateIdentity("b").entry()];
    await expect(connect({ identity, parties, ...change } as never)).rejects.toMatchObject({
      code: "INVALID_ARGUMENT",
      field,
    });
  });
});

describe("the outbound proxy of an address", () => {
  const environment = {
    HTTPS_PROXY: "http://proxy:3128",
    http_proxy: "http://plain:1",
    NO_PROXY: "intra.example, .corp, host:99",
  };

  it.each([
    ["wss://party.example/x", "http://proxy:3128"],
    ["ws://party.example/x", "http://plain:1"],
    ["wss://intra.example:8443", undefined],
    ["wss://deep.intra.example:8443", undefined],
    ["wss://a.corp", undefined],
    ["wss://host:99", undefined],
    ["wss://host:98", "http://proxy:3128"],
    ["wss://localhost:1", undefined],
    ["wss://127.0.0.1:1", undefined],
    ["wss://notintra.example", "http://proxy:3128"],
  ])("%s is %s", (address, proxy) => {
    expect(proxyFor(address, environment)).toBe(proxy);
  });
});
