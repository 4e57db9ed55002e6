import { once } from "node:events";
import { connect as connectTcp, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { WebSocket } from "ws";
import { afterEach, describe, expect, it } from "vitest";
import type { Transport } from "../../../dist/channel/index.js";
import { dial } from "../../../dist/channel/websocket/dial-node.js";
import { listen } from "../../../dist/channel/websocket/listen-node.js";
import { createServer } from "node:http";

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** A door that hands out its callers, and its address. */
async function door(): Promise<{ readonly address: string; readonly caller: () => Promise<Transport> }> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const callers: Transport[] = [];
  let came: () => void = () => undefined;
  const listener = await listen({
    on: server,
    path: "/",
    onCaller: (transport) => {
      callers.push(transport);
      came();
    },
  });
  cleanups.push(() => {
    listener.close();
    server.close();
    server.closeAllConnections();
  });
  const caller = async (): Promise<Transport> => {
    if (callers.length === 0) await new Promise<void>((resolve) => (came = resolve));
    const transport = callers.shift() as Transport;
    cleanups.push(() => transport.close({ lingerMs: 1 }));
    return transport;
  };
  return { address: `ws://127.0.0.1:${(server.address() as { port: number }).port}`, caller };
}

async function pair(): Promise<readonly [Transport, Transport]> {
  const { address, caller } = await door();
  const dialled = await dial(address, { signal: new AbortController().signal, timeoutMs: 2000 });
  cleanups.push(() => dialled.close({ lingerMs: 1 }));
  return [dialled, await caller()];
}

/** A WebSocket of the `ws` package on the far side, to misbehave with. */
async function against(): Promise<readonly [Transport, WebSocket]> {
  const { address, caller } = await door();
  const socket = new WebSocket(address).on("error", () => undefined);
  cleanups.push(() => {
    socket.terminate();
  });
  await once(socket, "open");
  return [await caller(), socket];
}

describe("a WebSocket transport", () => {
  it("carries messages in order, both ways, then ends", async () => {
    const [a, b] = await pair();
    for (const [from, to] of [
      [a, b],
      [b, a],
    ] as const) {
      const sending = (async () => {
        for (let i = 0; i < 200; i++) await from.send(new Uint8Array(i * 300).fill(i));
      })();
      for (let i = 0; i < 200; i++) {
        const got = await to.receive();
        expect(Buffer.compare(got ?? new Uint8Array(1), new Uint8Array(i * 300).fill(i))).toBe(0);
      }
      await sending;
    }
    await a.send(Uint8Array.of(1));
    await Promise.all([a.close(), a.close()]);
    expect(await b.receive()).toEqual(Uint8Array.of(1));
    expect(await b.receive()).toBeUndefined();
    expect(await a.receive()).toBeUndefined();
    await expect(a.send(Uint8Array.of(1))).rejects.toMatchObject({ code: "PEER_CLOSED" });
    await expect(b.send(Uint8Array.of(1))).rejects.toMatchObject({ code: "PEER_CLOSED" });
  });

  it("makes a sender wait when the reader does not read, and holds little for it", async () => {
    const [a, b] = await pair();
    let sent = 0;
    const stop = new AbortController();
    const message = new Uint8Array(65_535);
    const sending = (async () => {
      while (!stop.signal.aborted) {
        await a.send(message.slice());
        sent++;
      }
    })();
    await sleep(500);
    const before = sent;
    await sleep(200);
    expect(sent).toBe(before); // stuck: the buffers on the way are full
    expect(sent * message.length).toBeLessThan(40e6);
    for (let i = 0; i < before; i++) expect((await b.receive())?.length).toBe(message.length);
    await sleep(100);
    expect(sent).toBeGreaterThan(before);
    stop.abort();
    const draining = (async () => {
      while ((await b.receive()) !== undefined);
    })();
    await sending;
    await a.close();
    await draining;
  });

  it.each<[string, string, (socket: WebSocket) => void]>([
    [
      "text",
      "PEER_MALFORMED",
      (socket) => {
        socket.send("hello");
      },
    ],
    [
      "a message that is too long",
      "PEER_FLOODED",
      (socket) => {
        socket.send(new Uint8Array(65_536));
      },
    ],
    [
      "bytes that are no frame",
      "PEER_MALFORMED",
      (socket) => {
        (socket as unknown as { _socket: Socket })._socket.write(new Uint8Array(20).fill(0xff));
      },
    ],
  ])("refuses %s and is closed then", async (_, code, misbehave) => {
    const [transport, socket] = await against();
    misbehave(socket);
    await expect(transport.receive()).rejects.toMatchObject({ code });
    await once(socket, "close");
  });

  it("ends when the other side vanishes", async () => {
    const [transport, socket] = await against();
    const waiting = transport.receive();
    socket.terminate();
    expect(await waiting).toBeUndefined();
  });

  it("cuts a way whose other end does not agree to close, after as long as it was told to linger", async () => {
    const { address, caller } = await door();
    const { hostname, port } = new URL(address);
    const deaf = connectTcp(Number(port), hostname);
    cleanups.push(() => deaf.destroy());
    deaf.write(
      `GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n`,
    );
    const transport = await caller();
    const started = performance.now();
    await transport.close({ lingerMs: 200 });
    const ms = performance.now() - started;
    expect(ms).toBeGreaterThan(150);
    expect(ms).toBeLessThan(1500);
  });

  it("is not opened by a dial that is cancelled, refused or not answered", async () => {
    const { address } = await door();
    const signal = new AbortController().signal;
    await expect(dial(address, { signal: AbortSignal.abort(), timeoutMs: 1000 })).rejects.toMatchObject({
      code: "CONNECTION_FAILED",
    });
    await expect(dial(`${address}/elsewhere`, { signal, timeoutMs: 300 })).rejects.toMatchObject({
      code: "CONNECTION_FAILED",
    });
    await expect(dial("ws://127.0.0.1:1", { signal, timeoutMs: 1000 })).rejects.toMatchObject({
      code: "CONNECTION_FAILED",
    });
  });
});
