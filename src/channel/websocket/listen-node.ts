/** Listening with the `ws` package, on a server of the caller or one of our own. Chosen by the `imports` map in Node. */

import { createServer, type IncomingMessage, type Server, type ServerOptions } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { WebSocketServer } from "ws";
import { VeilshareError } from "../../errors.js";
import { pause } from "../../waiting/wait.js";
import {
  pathOf,
  type Listener,
  type ListenerOptions,
  type ListenOptions,
  type ListenTls,
  type UpgradeServer,
} from "./socket.js";
import { socketOptions, WebSocketTransport } from "./transport-node.js";

/** What a stranger may take of a server of our own: time to state a request, checked so often. */
const requestTimeoutMs = 5000;
const checkEveryMs = 1000;

/** Sockets that have not asked for a WebSocket yet: in all, and of one network address. */
const maxSilent = 1024;
const maxSilentOfOne = 256;

/** How long another listener on the caller's server may take to answer an upgrade that is not ours. */
const strayTimeoutMs = 5000;

/** See {@link Listen}. */
export async function listen(options: ListenerOptions): Promise<Listener> {
  const own = isServer(options.on) ? undefined : await openServer(options.on);
  const server = own ?? (options.on as UpgradeServer); // one of the two
  const sockets = new WebSocketServer({ noServer: true, clientTracking: false, ...socketOptions });
  const onUpgrade = (...args: readonly [unknown, unknown, unknown]): void => {
    const [request, socket, head] = args as readonly [IncomingMessage, Duplex, Buffer]; // what Node documents
    if (pathOf(request) !== options.path) {
      if (own !== undefined) socket.destroy();
      else if (options.strays !== "elsewhere") closeIfStray(socket);
      return;
    }
    socket.on("error", () => socket.destroy());
    const address = request.socket.remoteAddress ?? "";
    try {
      sockets.handleUpgrade(request, socket, head, (webSocket) => {
        options.onCaller(new WebSocketTransport(webSocket), address);
      });
    } catch {
      // Another session listens on the same server and path, and has taken the caller.
    }
  };
  server.on("upgrade", onUpgrade);
  return {
    close: () => {
      server.off("upgrade", onUpgrade);
      if (own !== undefined) closeServer(own);
    },
  };
}

/** On another's server somebody else may want the socket; if nobody has answered after a while, nobody does. */
export function closeIfStray(given: unknown): void {
  const socket = given as Socket; // what an `upgrade` event has
  socket.on("error", () => socket.destroy());
  const timer = setTimeout(() => {
    if (socket.bytesWritten === 0) socket.destroy();
  }, strayTimeoutMs);
  timer.unref();
  socket.once("close", () => {
    clearTimeout(timer);
  });
}

function isServer(on: UpgradeServer | ListenOptions): on is UpgradeServer {
  return "on" in on && typeof on.on === "function";
}

async function openServer({ tls, ...where }: ListenOptions): Promise<Server> {
  const limits: ServerOptions = {
    headersTimeout: requestTimeoutMs,
    requestTimeout: requestTimeoutMs,
    connectionsCheckingInterval: checkEveryMs,
  };
  const server = makeServer(limits, tls);
  server.on("request", (_request, response) => {
    response.writeHead(426, { Connection: "close", "Content-Type": "text/plain" }).end("Upgrade Required\n");
  });
  limitSilentSockets(server);
  await listenOn(server, where);
  server.on("error", () => undefined); // a single connection that could not be accepted
  return server;
}

/** A session that is being left may hold its port a little longer than its `close` is awaited. */
const portPatienceMs = 1500;
const portRetryMs = 50;

async function listenOn(server: Server, where: Pick<ListenOptions, "host" | "port">): Promise<void> {
  const until = performance.now() + portPatienceMs;
  for (;;) {
    try {
      await tryToListen(server, where);
      return;
    } catch (thrown) {
      const cause = thrown instanceof VeilshareError ? thrown.cause : undefined;
      const taken = (cause as NodeJS.ErrnoException | undefined)?.code === "EADDRINUSE";
      if (!taken || performance.now() > until) throw thrown;
      await pause(portRetryMs);
    }
  }
}

function tryToListen(server: Server, { host, port }: Pick<ListenOptions, "host" | "port">): Promise<void> {
  return new Promise<void>((resolve, reject) => {
    const onError = (cause: Error): void => {
      const where = `${host ?? "*"}:${port ?? 0}`;
      const text = `connect: cannot listen on ${where}: ${cause.message}`;
      const hint =
        "another program, or another session of this one, listens there; or the address is not this machine's";
      reject(new VeilshareError("INVALID_CONFIG", text, { field: "listen", got: where, hint, cause }));
    };
    server.once("error", onError);
    server.listen({ port: port ?? 0, ...(host === undefined ? {} : { host }) }, () => {
      server.off("error", onError);
      resolve();
    });
  });
}

function makeServer(limits: ServerOptions, tls: ListenTls | undefined): Server {
  if (tls === undefined) return createServer(limits);
  const { certificate: cert, key, clientAuthorities } = tls;
  const clients =
    clientAuthorities === undefined
      ? {}
      : { ca: [...asList(clientAuthorities)], requestCert: true, rejectUnauthorized: true };
  try {
    return createTlsServer({ ...limits, handshakeTimeout: requestTimeoutMs, cert, key, ...clients });
  } catch (cause) {
    // OpenSSL's own words may quote the key.
    const text = "connect: listen.tls: expected a certificate and its key in PEM, got others";
    throw new VeilshareError("INVALID_CONFIG", text, { field: "listen.tls", cause });
  }
}

function asList(authorities: string | readonly string[]): readonly string[] {
  return typeof authorities === "string" ? [authorities] : authorities;
}

/**
 * A socket that says nothing costs a place for seconds. Of an address with too many of them, or of all when there are too many,
 * the oldest goes.
 */
function limitSilentSockets(server: Server): void {
  const silent = new Map<Socket, string>();
  server.on("connection", (socket: Socket) => {
    const address = socket.remoteAddress ?? "";
    silent.set(socket, address);
    socket.once("close", () => silent.delete(socket));
    const ofOne = [...silent].filter(([, other]) => other === address);
    const [oldest] = ofOne.length > maxSilentOfOne ? ofOne : silent.size > maxSilent ? [...silent] : [];
    oldest?.[0].destroy();
  });
  server.on("upgrade", (request: IncomingMessage) => silent.delete(plainSocketOf(request)));
}

/** The TCP socket under a TLS one: it is what `connection` gave. */
function plainSocketOf({ socket }: IncomingMessage): Socket {
  const { _parent: parent } = socket as unknown as { readonly _parent?: Socket | null };
  return parent ?? socket;
}

/** The port is free at once; the server's own end waits for its WebSockets, which the session closes. */
function closeServer(server: Server): void {
  server.close();
  server.closeAllConnections(); // those that never became a WebSocket
}
