/** Listening with the `ws` package, on a server of the caller or one of our own. Chosen by the `imports` map in Node. */

import { createServer, type IncomingMessage, type Server } from "node:http";
import type { Duplex } from "node:stream";
import { WebSocketServer } from "ws";
import { VeilshareError } from "../../errors.js";
import type { Listener, ListenerOptions, ListenOptions, UpgradeServer } from "./socket.js";
import { socketOptions, WebSocketTransport } from "./transport-node.js";

/** What a stranger may take of a server of our own: connections at once, and time to state a request. */
const maxConnections = 1024;
const requestTimeoutMs = 5000;

/** See {@link Listen}. */
export async function listen(options: ListenerOptions): Promise<Listener> {
  const own = isServer(options.on) ? undefined : await openServer(options.on);
  const server = own ?? (options.on as UpgradeServer); // one of the two
  const sockets = new WebSocketServer({ noServer: true, clientTracking: false, ...socketOptions });
  const onUpgrade = (...args: readonly [unknown, unknown, unknown]): void => {
    const [request, socket, head] = args as readonly [IncomingMessage, Duplex, Buffer]; // what Node documents
    if (pathOf(request) !== options.path) {
      if (own !== undefined) socket.destroy(); // on another's server, somebody else may want it
      return;
    }
    socket.on("error", () => socket.destroy());
    try {
      sockets.handleUpgrade(request, socket, head, (webSocket) => {
        options.onCaller(new WebSocketTransport(webSocket));
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

function isServer(on: UpgradeServer | ListenOptions): on is UpgradeServer {
  return "on" in on && typeof on.on === "function";
}

function pathOf(request: IncomingMessage): string {
  const target = request.url ?? "/";
  return URL.canParse(target, "ws://party") ? new URL(target, "ws://party").pathname : "";
}

async function openServer({ host, port }: ListenOptions): Promise<Server> {
  const server = createServer((_request, response) => {
    response.writeHead(426, { Connection: "close", "Content-Type": "text/plain" }).end("Upgrade Required\n");
  });
  server.maxConnections = maxConnections;
  server.headersTimeout = requestTimeoutMs;
  server.requestTimeout = requestTimeoutMs;
  await new Promise<void>((resolve, reject) => {
    server.once("error", (cause) => {
      const where = `${host ?? "*"}:${port ?? 0}`;
      const text = `connect: cannot listen on ${where}: ${cause.message}`;
      reject(new VeilshareError("INVALID_CONFIG", text, { field: "listen", got: where, cause }));
    });
    server.listen({ port: port ?? 0, ...(host === undefined ? {} : { host }) }, resolve);
  });
  server.on("error", () => undefined); // a single connection that could not be accepted
  return server;
}

/** The port is free at once; the server's own end waits for its WebSockets, which the session closes. */
function closeServer(server: Server): void {
  server.close();
  server.closeAllConnections(); // those that never became a WebSocket
}
