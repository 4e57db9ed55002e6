import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { connect as connectTcp, createServer as createTcpServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { WebSocket } from "ws";
import { afterEach, describe, expect, it } from "vitest";
import {
  connect,
  generateIdentity,
  type ConnectOptions,
  type Identity,
  type Party,
  type PartyEntry,
} from "../../../dist/channel/index.js";

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

const host = "127.0.0.1";

async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  cleanups.push(() => {
    server.close();
    server.closeAllConnections();
  });
  return portOf(server);
}

function portOf(server: { address(): unknown }): number {
  return (server.address() as { port: number }).port;
}

interface Setup {
  readonly identities: readonly Identity[];
  readonly parties: readonly PartyEntry[];
  /** Each party's options. */
  readonly options: readonly ConnectOptions[];
}

/** Parties of whom the first `reachable` have a server. */
async function setUp(names: readonly string[], reachable = names.length - 1): Promise<Setup> {
  const identities = names.map((name) => generateIdentity(name));
  const servers = await Promise.all(
    names.slice(0, reachable).map(async () => {
      const server = createServer();
      return { server, address: `ws://${host}:${await listening(server)}` };
    }),
  );
  const parties = identities.map((identity, i) => identity.entry(servers[i]?.address));
  const options = identities.map((identity, i): ConnectOptions => {
    const server = servers[i]?.server;
    return {
      identity,
      parties,
      limits: { connectTimeoutMs: 3000 },
      ...(server === undefined ? {} : { server }),
    };
  });
  return { identities, parties, options };
}

function keep(party: Party): Party {
  cleanups.push(() => {
    party.abort(new Error("the test is over"));
  });
  return party;
}

async function session(options: readonly ConnectOptions[]): Promise<Party[]> {
  return (await Promise.all(options.map((own) => connect(own)))).map(keep);
}

async function talk(parties: readonly Party[]): Promise<void> {
  const heard = await Promise.all(parties.map((party) => party.exchange("hi", Uint8Array.of(party.index))));
  for (const one of heard) expect(one.map((bytes) => bytes[0])).toEqual(parties.map((_, i) => i));
}

const other = (options: ConnectOptions | undefined, change: Partial<ConnectOptions>): ConnectOptions => ({
  ...(options as ConnectOptions),
  ...change,
});

describe("connect", () => {
  it("makes a full mesh of five parties that start at different times, one of which cannot be dialled", async () => {
    const { options } = await setUp(["a", "b", "c", "d", "e"], 4);
    const starting = [...options].reverse().map(async (own, i) => {
      await sleep(60 * i);
      return keep(await connect(own));
    });
    const parties = (await Promise.all(starting)).reverse();
    await talk(parties);
    await Promise.all(parties.map((party) => party.close()));
  });

  it("lets a party without an address dial one with a higher index", async () => {
    const { identities } = await setUp(["a", "b"], 0);
    const server = createServer();
    const address = `ws://${host}:${await listening(server)}`;
    const parties = identities.map((identity, i) => identity.entry(i === 1 ? address : undefined));
    const [a, b] = identities as [Identity, Identity];
    await talk(
      await session([
        { identity: a, parties },
        { identity: b, parties, server },
      ]),
    );
  });

  it("listens on its own address by itself as long as the session lives, and frees the port then", async () => {
    const probe = createServer();
    const port = await listening(probe);
    await new Promise((resolve) => probe.close(resolve));
    const { identities } = await setUp(["a", "b"], 0);
    const parties = identities.map((identity, i) =>
      identity.entry(i === 0 ? `ws://${host}:${port}` : undefined),
    );
    const both = await session(identities.map((identity) => ({ identity, parties })));
    const knock = (): Promise<unknown> =>
      new Promise((resolve, reject) => {
        const socket = connectTcp(port, host).on("connect", resolve).on("error", reject);
        cleanups.push(() => socket.destroy());
      });
    await knock();
    await talk(both);
    await Promise.all(both.map((party) => party.close()));
    await expect(knock()).rejects.toMatchObject({ code: "ECONNREFUSED" });
  });

  it("carries large messages both ways at once, within the window of a slow reader", async () => {
    const { options } = await setUp(["a", "b"]);
    const both = await session(options);
    const message = new Uint8Array(20_000_000).map((_, i) => i % 241);
    const heard = await Promise.all(both.map((party) => party.exchange("big", message)));
    for (const one of heard) for (const bytes of one) expect(Buffer.compare(bytes, message)).toBe(0);
    await Promise.all(both.map((party) => party.close()));
  });

  it("runs two sessions of the same parties side by side on one server, each at its path", async () => {
    const { options } = await setUp(["a", "b"]);
    const at = (path: string): Promise<Party[]> =>
      session(
        options.map((own) => {
          const parties = own.parties.map((entry) =>
            entry.address === undefined ? entry : { ...entry, address: entry.address + path },
          );
          return other(own, { parties, sessionLabel: path });
        }),
      );
    const [red, blue] = await Promise.all([at("/red"), at("/blue")]);
    await Promise.all([talk(red), talk(blue)]);
    expect(red[0]?.sessionId).toEqual(red[1]?.sessionId);
    expect(red[0]?.sessionId).not.toEqual(blue[0]?.sessionId);
  });

  it("turns away a caller of another session", async () => {
    const { options } = await setUp(["a", "b"]);
    const outcomes = await Promise.allSettled([
      connect(other(options[0], { sessionLabel: "red", limits: { connectTimeoutMs: 500 } })),
      connect(other(options[0], { sessionLabel: "green", limits: { connectTimeoutMs: 500 } })),
      connect(other(options[1], { sessionLabel: "blue" })),
    ]);
    expect(outcomes[2]).toMatchObject({
      reason: { code: "PEER_MISMATCH", party: "a", step: "channel/handshake" },
    });
  });
});

describe("connect refuses", () => {
  it("a party with another key than the pinned one, naming it, within the limit", async () => {
    const { options } = await setUp(["a", "b"]);
    const impostor = generateIdentity("b");
    const parties = [options[0]?.parties[0] as PartyEntry, impostor.entry()];
    const outcomes = await Promise.allSettled([
      connect(other(options[0], { limits: { connectTimeoutMs: 700 } })),
      connect(other(options[1], { identity: impostor, parties })),
    ]);
    expect(outcomes).toMatchObject([
      { reason: { code: "PEER_UNAUTHENTICATED", party: "b", step: "channel/connect" } },
      { reason: { code: "PEER_UNAUTHENTICATED", party: "a", step: "channel/handshake" } },
    ]);
  });

  it("an impostor, and still takes the party when it comes", async () => {
    const { options } = await setUp(["a", "b"]);
    const impostor = generateIdentity("b");
    const parties = [options[0]?.parties[0] as PartyEntry, impostor.entry()];
    const first = connect(options[0] as ConnectOptions);
    const refused = connect(other(options[1], { identity: impostor, parties }));
    await expect(refused).rejects.toMatchObject({ code: "PEER_UNAUTHENTICATED", party: "a" });
    await talk([keep(await connect(options[1] as ConnectOptions)), keep(await first)].reverse());
  });

  it("nobody who has a party's key and starts later: until the session stands, the newest has the place", async () => {
    const { options } = await setUp(["a", "b", "c"]);
    const stopped = new AbortController();
    const first = connect(options[0] as ConnectOptions);
    const old = connect(other(options[2], { signal: stopped.signal }));
    await sleep(200);
    stopped.abort();
    await expect(old).rejects.toMatchObject({ code: "ABORTED" });
    const others = [options[1], options[2]].map((own) => connect(own as ConnectOptions));
    await talk((await Promise.all([first, ...others])).map(keep));
  });

  it("a second process of a party that is in a session, which goes on", async () => {
    const { options } = await setUp(["a", "b"]);
    const both = await session(options);
    const second = connect(other(options[1], { limits: { connectTimeoutMs: 500 } }));
    await expect(second).rejects.toMatchObject({ code: "CONNECTION_FAILED", party: "a" });
    await talk(both);
  });

  it("nobody's place for somebody who is not among the parties", async () => {
    const { options, parties } = await setUp(["a", "b"]);
    const eve = generateIdentity("eve");
    const first = connect(options[0] as ConnectOptions);
    const asEve = connect({ identity: eve, parties: [parties[0] as PartyEntry, eve.entry()] });
    await expect(asEve).rejects.toMatchObject({ code: "PEER_UNAUTHENTICATED", party: "a" });
    await talk([keep(await connect(options[1] as ConnectOptions)), keep(await first)].reverse());
  });

  it("to wait longer than the limit for a party that never comes, or that cannot be reached", async () => {
    const { options } = await setUp(["a", "b"]);
    const started = performance.now();
    await expect(connect(other(options[0], { limits: { connectTimeoutMs: 300 } }))).rejects.toMatchObject({
      code: "CONNECTION_FAILED",
      party: "b",
      step: "channel/connect",
    });
    const nowhere = (options[1] as ConnectOptions).parties.map((entry, i) =>
      i === 0 ? { ...entry, address: `ws://${host}:1` } : entry,
    );
    await expect(
      connect(other(options[1], { parties: nowhere, limits: { connectTimeoutMs: 300 } })),
    ).rejects.toMatchObject({ code: "CONNECTION_FAILED", party: "a", step: "channel/connect" });
    expect(performance.now() - started).toBeLessThan(1500);
  });

  it("to go on when the caller cancels", async () => {
    const { options } = await setUp(["a", "b"]);
    const controller = new AbortController();
    const pending = [0, 1].map((i) =>
      connect(other(options[i], { signal: controller.signal, sessionLabel: String(i) })).catch(
        (thrown: unknown) => thrown,
      ),
    );
    const alone = connect(other(options[0], { signal: controller.signal }));
    controller.abort();
    await expect(alone).rejects.toMatchObject({ code: "ABORTED" });
    for (const one of await Promise.all(pending)) expect(one).toMatchObject({ code: "ABORTED" });
  });

  it.each<[string, string, (parties: readonly PartyEntry[]) => Partial<ConnectOptions>]>([
    ["one party", "parties", (parties) => ({ parties: parties.slice(0, 1) })],
    [
      "parties without itself",
      "parties",
      ([, b]) => ({ parties: [b as PartyEntry, generateIdentity("c").entry()] }),
    ],
    [
      "another key for itself",
      "publicKey",
      ([a, b]) => ({
        parties: [{ ...(a as PartyEntry), ...generateIdentity("a").entry() }, b as PartyEntry],
      }),
    ],
    [
      "a name twice",
      "parties[1].name",
      ([a]) => ({
        parties: [a as PartyEntry, { ...(a as PartyEntry), keys: [{ link: "00".repeat(32) }] }],
      }),
    ],
    [
      "a key twice",
      "parties[1].keys[0].link",
      ([a]) => ({ parties: [a as PartyEntry, { ...(a as PartyEntry), name: "b" }] }),
    ],
    [
      "an address of another kind",
      "parties[0].address",
      ([a, b]) => ({ parties: [{ ...(a as PartyEntry), address: "http://x" }, b as PartyEntry] }),
    ],
    [
      "no address at all",
      "address",
      (parties) => ({ parties: parties.map(({ name, keys }) => ({ name, keys })) }),
    ],
  ])("%s with INVALID_CONFIG", async (_, field, change) => {
    const { options, parties } = await setUp(["a", "b"]);
    await expect(connect(other(options[0], change(parties)))).rejects.toMatchObject({
      code: "INVALID_CONFIG",
      field,
    });
  });

  it("an address that is taken, and a wss: address without a server", async () => {
    const { options, parties } = await setUp(["a", "b"]);
    const taken = { identity: (options[0] as ConnectOptions).identity, parties };
    await expect(connect(taken)).rejects.toMatchObject({ code: "INVALID_CONFIG", field: "listen" });
    const secure = parties.map((entry, i) => (i === 0 ? { ...entry, address: "wss://localhost:1" } : entry));
    await expect(connect({ ...taken, parties: secure })).rejects.toMatchObject({
      code: "INVALID_CONFIG",
      field: "listen",
    });
  });
});

describe("strangers at the door", () => {
  it("who are silent, talk HTTP, send garbage, text or floods, or leave, keep nobody from connecting", async () => {
    const { options, parties } = await setUp(["a", "b"]);
    const first = connect(options[0] as ConnectOptions);
    const url = new URL(parties[0]?.address ?? "");
    const tcp = (text: string): Socket => {
      const socket = connectTcp(Number(url.port), host).on("error", () => undefined);
      socket.write(text);
      cleanups.push(() => socket.destroy());
      return socket;
    };
    tcp("");
    tcp("GET / HTTP/1.1\r\n\r\n");
    tcp("\u0016\u0003\u0001 not a client hello");
    tcp("GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n");
    tcp(
      "GET /elsewhere HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n",
    );
    tcp("GET / HTTP/1.1\r\nHost: a\r\nX: ").destroy();
    const messages: (string | Uint8Array)[] = [
      "text",
      new Uint8Array(0),
      new Uint8Array(70_000),
      new Uint8Array(500),
    ];
    for (let i = 0; i < 100; i++) {
      const socket = new WebSocket(url).on("error", () => undefined);
      cleanups.push(() => {
        socket.terminate();
      });
      socket.on("open", () => {
        const message = messages[i % 5];
        if (message !== undefined) socket.send(message); // every fifth stays silent
      });
    }
    await sleep(400);
    await talk([keep(await connect(options[1] as ConnectOptions)), keep(await first)].reverse());
  });
});

/** A relay between a dialler and a server that may change what it forwards from the dialler. */
async function relay(
  target: number,
  change: (bytes: Buffer, total: number) => Buffer | undefined,
): Promise<number> {
  const server = createTcpServer((near) => {
    const far = connectTcp(target, host);
    let total = 0;
    near.on("data", (bytes: Buffer) => {
      const passed = change(bytes, total);
      total += bytes.length;
      if (passed === undefined) near.destroy();
      else far.write(passed);
    });
    far.on("data", (bytes: Buffer) => near.write(bytes));
    for (const [one, two] of [
      [near, far],
      [far, near],
    ] as const) {
      one.on("close", () => two.destroy()).on("error", () => two.destroy());
    }
  });
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  cleanups.push(() => server.close());
  return portOf(server);
}

describe("somebody between two parties", () => {
  const throughRelay = async (
    change: (bytes: Buffer, total: number) => Buffer | undefined,
    reconnectMs = 500,
  ): Promise<readonly [Party, Party]> => {
    const { options, parties } = await setUp(["a", "b"]);
    const port = await relay(Number(new URL(parties[0]?.address ?? "").port), change);
    const viaRelay = parties.map((entry, i) =>
      i === 0 ? { ...entry, address: `ws://${host}:${port}` } : entry,
    );
    const limits = { connectTimeoutMs: 3000, reconnectMs };
    const [a, b] = await session([
      other(options[0], { limits }),
      other(options[1], { parties: viaRelay, limits }),
    ]);
    return [a as Party, b as Party];
  };

  it("who flips a bit of a message is found out by the one who gets it, and both end", async () => {
    let armed = false;
    const [a, b] = await throughRelay((bytes) => {
      if (armed) bytes[bytes.length - 5] = (bytes[bytes.length - 5] as number) ^ 1;
      return bytes;
    });
    const here = expect(a.receive(1, "step")).rejects.toMatchObject({
      code: "PEER_UNAUTHENTICATED",
      party: "b",
      step: "step",
    });
    const there = expect(b.receive(0, "never")).rejects.toMatchObject({
      code: expect.stringMatching(/^PEER_(ABORTED|CLOSED)$/) as string,
      party: "a",
      step: "never",
    });
    armed = true;
    await b.send(0, "step", new Uint8Array(1000));
    await Promise.all([here, there]);
  });

  it("who cuts the line for good ends both with PEER_CLOSED once the time for reconnecting is over, naming party and step", async () => {
    let armed = false;
    const [a, b] = await throughRelay((bytes) => (armed ? undefined : bytes));
    const here = expect(a.receive(1, "step")).rejects.toMatchObject({
      code: "PEER_CLOSED",
      party: "b",
      step: "step",
    });
    const there = expect(b.receive(0, "other")).rejects.toMatchObject({
      code: "PEER_CLOSED",
      party: "a",
      step: "other",
    });
    armed = true;
    await b.send(0, "step", new Uint8Array(3_000_000)).catch(() => undefined);
    await Promise.all([here, there]);
  });

  it("sees names, but no message", async () => {
    const seen: Buffer[] = [];
    const [a, b] = await throughRelay((bytes) => {
      seen.push(Buffer.from(bytes));
      return bytes;
    });
    await Promise.all([b.send(0, "step", new TextEncoder().encode("x".repeat(64))), a.receive(1, "step")]);
    // A client masks what it sends (RFC 6455, section 5.3), so the search tries all four alignments of a masked run.
    const masked = (text: Buffer): boolean =>
      Buffer.concat(seen).some((_, at, all) => {
        const part = all.subarray(at, at + 8);
        return (
          part.length === 8 &&
          part.every(
            (byte, i) => (byte ^ (part[i % 4] as number)) === ((text[i] as number) ^ (text[i % 4] as number)),
          )
        );
      });
    expect(masked(Buffer.from("xxxxxxxx"))).toBe(false);
  });
});

const hasOpenssl = ((): boolean => {
  try {
    execFileSync("openssl", ["version"], { stdio: "ignore" });
    return true;
  } catch {
    if (process.env["CI"] === "true") throw new Error("CI has no openssl");
    process.stderr.write("SKIPPED wss: the openssl command is not there\n");
    return false;
  }
})();

describe.skipIf(!hasOpenssl)("over wss:", () => {
  const selfSigned = (): { key: string; cert: string } => {
    const folder = mkdtempSync(join(tmpdir(), "veilshare-tls-"));
    const [key, cert] = [join(folder, "key.pem"), join(folder, "cert.pem")];
    const subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"];
    const kind = [
      "req",
      "-x509",
      "-newkey",
      "ec",
      "-pkeyopt",
      "ec_paramgen_curve:prime256v1",
      "-nodes",
      "-days",
      "1",
    ];
    execFileSync("openssl", [...kind, "-keyout", key, "-out", cert, ...subject], { stdio: "ignore" });
    const made = { key: readFileSync(key, "utf8"), cert: readFileSync(cert, "utf8") };
    rmSync(folder, { recursive: true });
    return made;
  };
  const setUpTls = async (): Promise<{ options: ConnectOptions[]; cert: string }> => {
    const pem = selfSigned();
    const server = createTlsServer(pem);
    await new Promise<void>((resolve) => server.listen(0, "localhost", resolve));
    cleanups.push(() => {
      server.close();
      server.closeAllConnections();
    });
    const identities = ["a", "b"].map((name) => generateIdentity(name));
    const address = `wss://localhost:${portOf(server)}/veilshare`;
    const parties = identities.map((identity, i) => identity.entry(i === 0 ? address : undefined));
    const limits = { connectTimeoutMs: 2000 };
    const options = identities.map((identity, i) => ({
      identity,
      parties,
      limits,
      ...(i === 0 ? { server } : {}),
    }));
    return { options, cert: pem.cert };
  };

  it("connects with a certificate that the dialler was given", async () => {
    const { options, cert } = await setUpTls();
    await talk(
      await session([options[0] as ConnectOptions, other(options[1], { certificateAuthorities: cert })]),
    );
  });

  it("listens with a certificate of its own, and asks for those of callers where it is told to", async () => {
    const { cert, key } = selfSigned();
    const probe = createServer();
    const port = await listening(probe);
    await new Promise((resolve) => probe.close(resolve));
    const [a, b] = ["a", "b"].map((name) => generateIdentity(name)) as [Identity, Identity];
    const parties = [a.entry(`wss://localhost:${port}`), b.entry()];
    const limits = { connectTimeoutMs: 3000 };
    const tls = { certificate: cert, key, clientAuthorities: cert };
    const first = connect({ identity: a, parties, limits, listen: { host, port, tls } });
    const bare = connect({
      identity: b,
      parties,
      limits: { connectTimeoutMs: 700 },
      certificateAuthorities: cert,
    });
    await expect(bare).rejects.toMatchObject({ code: "CONNECTION_FAILED", party: "a" });
    const clientCertificate = { certificate: cert, key };
    const second = connect({ identity: b, parties, limits, certificateAuthorities: cert, clientCertificate });
    await talk((await Promise.all([first, second])).map(keep));
  });

  it("refuses a certificate that nobody vouches for", async () => {
    const { options } = await setUpTls();
    const limits = { connectTimeoutMs: 500 };
    await expect(connect(other(options[1], { limits }))).rejects.toMatchObject({
      code: "CONNECTION_FAILED",
      party: "a",
    });
  });
});

describe("without pinned keys", () => {
  it("connects when all accept each other's proven keys", async () => {
    const { options, parties } = await setUp(["a", "b", "c"]);
    const key = new Map(parties.map((entry) => [entry.name, entry.keys[0]?.link]));
    const verifyPeer = (peer: { name: string; publicKey: string }): boolean =>
      key.get(peer.name) === peer.publicKey;
    await talk(await session(options.map((own) => other(own, { verifyPeer }))));
  });
});
