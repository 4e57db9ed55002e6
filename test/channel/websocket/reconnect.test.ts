import { createServer } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { WebSocket } from "ws";
import { afterEach, describe, expect, it } from "vitest";
import {
  connect,
  generateIdentity,
  type ConnectionEvent,
  type ConnectOptions,
  type Party,
  type SessionLimits,
} from "../../../dist/channel/index.js";
import { secureLink } from "../../../dist/channel/noise/secure-transport.js";
import { WebSocketTransport } from "../../../dist/channel/websocket/transport-node.js";
import { intersect } from "../../../dist/psi/index.js";
import { CuttingRelay } from "../../support/cutting-relay.js";
import { stormRuns, stormSeed } from "../../support/storms.js";

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

interface Pair {
  readonly parties: readonly [Party, Party];
  readonly options: readonly [ConnectOptions, ConnectOptions];
  readonly relay: CuttingRelay;
  readonly events: readonly ConnectionEvent[][];
}

/** Party `b` dials party `a` through a relay that can be cut. */
async function pairThroughRelay(limits: Partial<SessionLimits> = {}): Promise<Pair> {
  const [a, b] = [generateIdentity("a"), generateIdentity("b")];
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { readonly port: number };
  const relay = await CuttingRelay.to(port);
  const events: ConnectionEvent[][] = [[], []];
  const own = (index: 0 | 1): Pick<ConnectOptions, "limits" | "onConnection"> => ({
    limits: { connectTimeoutMs: 5000, reconnectMs: 5000, ...limits },
    onConnection: (event) => events[index]?.push(event),
  });
  const options = [
    { identity: a, parties: [a.entry(`ws://127.0.0.1:${port}`), b.entry()], server, ...own(0) },
    { identity: b, parties: [a.entry(`ws://127.0.0.1:${relay.port}`), b.entry()], ...own(1) },
  ] as const;
  const parties = await Promise.all([connect(options[0]), connect(options[1])]);
  cleanups.push(() => {
    for (const party of parties) party.abort(new Error("the test is over"));
    relay.close();
    server.close();
    server.closeAllConnections();
  });
  return { parties, options, relay, events };
}

const pattern = (length: number, seed: number): Uint8Array => {
  const bytes = new Uint8Array(length);
  for (let i = 0; i < length; i++) bytes[i] = (i * 31 + seed + (i >> 8)) & 255;
  return bytes;
};

const closeAll = (parties: readonly Party[]): Promise<unknown> =>
  Promise.all(parties.map((party) => party.close()));

describe("a cut connection", () => {
  it("costs waiting only: every message arrives once, in order, and counts once", async () => {
    const { parties, relay, events } = await pairThroughRelay();
    const [a, b] = parties;
    const rounds = 30;
    const talk = async (party: Party): Promise<void> => {
      for (let i = 0; i < rounds; i++) {
        const heard = await party.exchange("step", pattern(200_000 + i, i));
        for (const message of heard) expect(Buffer.compare(message, pattern(200_000 + i, i))).toBe(0);
      }
    };
    const cutting = (async () => {
      for (let i = 0; i < 5; i++) {
        await sleep(60);
        relay.cut(40);
      }
    })();
    await Promise.all([talk(a), talk(b), cutting]);
    expect(a.traffic.reconnects).toBeGreaterThan(0);
    expect(a.traffic.reconnects).toBe(b.traffic.reconnects);
    expect(a.traffic.messagesSent).toBe(b.traffic.messagesReceived);
    expect(a.traffic.bytesReplayed + b.traffic.bytesReplayed).toBeGreaterThan(0);
    expect(events[1]?.filter(({ kind }) => kind === "lost").length).toBeGreaterThan(0);
    await closeAll(parties);
    // What a party says while the other leaves is not taken any more: a grant of room and a farewell.
    expect(Math.abs(a.traffic.bytesSent - b.traffic.bytesReceived)).toBeLessThan(100);
    expect(Math.abs(b.traffic.bytesSent - a.traffic.bytesReceived)).toBeLessThan(100);
  });

  it("in the middle of an intersection leaves its result as it is", async () => {
    const { parties, relay } = await pairThroughRelay({ reconnectMs: 20_000 });
    const lists = [0, 1].map((at) => Array.from({ length: 6000 }, (_, i) => `id-${i + 2000 * at}`));
    const running = Promise.all(
      parties.map((party, i) => intersect(party, lists[i] ?? [], { reveal: "both" })),
    );
    const cutting = (async () => {
      await sleep(150);
      relay.cut(1500);
    })();
    const [[first]] = await Promise.all([running, cutting]);
    expect(first?.indices.length).toBe(4000);
    expect(parties[0].traffic.reconnects).toBe(1);
    await closeAll(parties);
  });

  it("while a party leaves does not lose what it said last", async () => {
    const { parties, relay } = await pairThroughRelay();
    const [a, b] = parties;
    const sending = a.send(1, "last", pattern(3_000_000, 7)).then(() => a.close());
    relay.cut(200);
    expect(Buffer.compare(await b.receive(0, "last"), pattern(3_000_000, 7))).toBe(0);
    await sending;
    await b.close();
  });

  it("that stays cut ends the session at both within the limit, naming party and step", async () => {
    const { parties, relay } = await pairThroughRelay({ reconnectMs: 300 });
    const started = performance.now();
    relay.cut(60_000);
    const ends = await Promise.allSettled(parties.map((party, i) => party.receive(1 - i, "step")));
    expect(ends).toMatchObject([
      { reason: { code: "PEER_CLOSED", party: "b", step: "step" } },
      { reason: { code: "PEER_CLOSED", party: "a", step: "step" } },
    ]);
    expect(performance.now() - started).toBeLessThan(3000);
  });

  it("is had back no more often than is allowed", async () => {
    const { parties, relay } = await pairThroughRelay({ maxReconnects: 2 });
    const [a] = parties;
    const end = expect(a.receive(1, "never")).rejects.toMatchObject({ code: "PEER_CLOSED", party: "b" });
    for (let i = 0; i < 3; i++) {
      relay.cut(1);
      const before = a.traffic.reconnects;
      for (let ms = 0; ms < 2000 && a.traffic.reconnects === before; ms += 20) await sleep(20);
    }
    await end;
  });

  it("is the session's end where reconnecting is switched off", async () => {
    const { parties, relay } = await pairThroughRelay({ reconnectMs: 0 });
    const ends = Promise.allSettled(parties.map((party, i) => party.receive(1 - i, "step")));
    relay.cut(1);
    expect(await ends).toMatchObject([
      { reason: { code: "PEER_CLOSED", party: "b" } },
      { reason: { code: "PEER_CLOSED", party: "a" } },
    ]);
  });
});

describe("who may go on with a connection", () => {
  it("is not somebody with the right key in another process: the session ends as PEER_RESTARTED", async () => {
    const { parties, options, relay } = await pairThroughRelay();
    const [a, b] = parties;
    const here = expect(a.receive(1, "step")).rejects.toMatchObject({ code: "PEER_RESTARTED", party: "b" });
    const there = b.receive(0, "step").catch((thrown: unknown) => thrown);
    relay.cut(400); // the old process can't come back as fast as the new one, which calls directly
    const stop = new AbortController();
    const anew = connect({ ...options[1], parties: options[0].parties, signal: stop.signal }).catch(
      (thrown: unknown) => thrown,
    );
    await here;
    stop.abort();
    expect(await there).toMatchObject({ code: expect.stringMatching(/^PEER_/) as string, party: "a" });
    expect(await anew).toMatchObject({ code: "ABORTED" });
  });

  it("is not somebody with the key and the handle but without the secret, and the session goes on", async () => {
    const { parties, options } = await pairThroughRelay();
    const [a, b] = options;
    const ticket = {
      handle: new Uint8Array(16),
      secret: new Uint8Array(32),
      publicKey: a.parties[0]?.keys?.[0]?.link ?? "",
    };
    const socket = new WebSocket(a.parties[0]?.address ?? "");
    const way = new WebSocketTransport(socket);
    await new Promise((resolve) => socket.once("open", resolve));
    const pinnedKeys = new Map([["a", a.identity.keys.publicKey]]);
    const forged = secureLink(
      way,
      { role: "initiator", identity: b.identity, peer: "a", trust: { pinnedKeys } },
      { resume: { ticket, sessionId: parties[0].sessionId, attempt: 5 } },
    );
    await expect(forged).rejects.toMatchObject({ code: "PEER_RESTARTED" });
    const heard = await Promise.all(parties.map((party) => party.exchange("x", Uint8Array.of(party.index))));
    expect(heard.map((one) => one.map(([byte]) => byte))).toEqual([
      [0, 1],
      [0, 1],
    ]);
    await closeAll(parties);
  });
});

describe("random cuts", () => {
  it("leave every result as it is, and nothing behind", { timeout: 60_000 }, async () => {
    const runs = stormRuns();
    let state = stormSeed();
    const random = (most: number): number => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return state % most;
    };
    for (let run = 0; run < runs; run++) {
      const { parties, relay } = await pairThroughRelay();
      const talk = async (party: Party): Promise<void> => {
        for (let i = 0; i < 12; i++) {
          const heard = await party.exchange(`step-${i % 3}`, pattern(1 + 20_000 * (i % 5), i));
          for (const message of heard)
            expect(Buffer.compare(message, pattern(1 + 20_000 * (i % 5), i))).toBe(0);
        }
        await party.close();
      };
      const cutting = (async () => {
        for (let i = random(4); i > 0; i--) {
          await sleep(random(25));
          relay.cut(random(120));
        }
      })();
      await Promise.all([...parties.map(talk), cutting]);
    }
  });
});
