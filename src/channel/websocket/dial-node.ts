/** Dialling with the `ws` package. Chosen by the package's `imports` map in Node. */

import { setMaxListeners } from "node:events";
import type { Agent } from "node:http";
import { WebSocket, type ClientOptions } from "ws";
import { VeilshareError } from "../../errors.js";
import { randomBytes } from "../../random/csprng.js";
import type { Transport } from "../transport.js";
import { proxyFor } from "./proxy-node.js";
import { connectionFailed, type DialOptions } from "./socket.js";
import { socketOptions, WebSocketTransport } from "./transport-node.js";

/** See {@link Dial}. */
export async function dial(address: string, options: DialOptions): Promise<Transport> {
  const { signal, timeoutMs } = options;
  const network = await networkOptions(address, options);
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(address, {
      ...socketOptions,
      followRedirects: false,
      handshakeTimeout: timeoutMs,
      generateMask: maskingKeys(),
      ...network,
    });
    const transport = new WebSocketTransport(socket); // listens from the start, so that no message is lost
    const fail = (cause?: unknown): void => {
      socket.terminate();
      done();
      reject(connectionFailed(address, cause));
    };
    const onAbort = (): void => {
      fail(signal.reason);
    };
    const onClose = (): void => {
      fail();
    };
    const onOpen = (): void => {
      done();
      resolve(transport);
    };
    const done = (): void => {
      signal.removeEventListener("abort", onAbort);
      socket.off("open", onOpen).off("error", fail).off("close", onClose);
    };
    socket.on("open", onOpen).on("error", fail).on("close", onClose);
    setMaxListeners(0, signal); // all dials of a session listen to it, so there may be a hundred: no leak
    signal.addEventListener("abort", onAbort);
    if (signal.aborted) onAbort();
  });
}

/** More frames than a client sends before everything it sends is ciphertext. */
const handshakeFrames = 8;

/**
 * Fills in masking keys: random ones for the frames of the Noise handshake, then zeros, with which `ws` masks nothing.
 *
 * RFC 6455 (sections 5.3 and 10.3) asks for unpredictable keys so that nobody can choose the bytes that a proxy sees.
 * Ciphertext of the Noise session is as unpredictable to whoever chose the plaintext, and masking it again costs both
 * ends a pass over all data in JavaScript.
 */
function maskingKeys(): (key: Uint8Array) => void {
  let frames = 0;
  return (key) => {
    frames += 1;
    if (frames <= handshakeFrames) key.set(randomBytes(key.length));
    else key.fill(0);
  };
}

async function networkOptions(address: string, options: DialOptions): Promise<ClientOptions> {
  const { certificateAuthorities, clientCertificate, headers, proxy } = options;
  const through = proxy ?? proxyFor(address);
  return {
    ...(certificateAuthorities === undefined ? {} : { ca: listed(certificateAuthorities) }),
    ...(clientCertificate === undefined
      ? {}
      : { cert: clientCertificate.certificate, key: clientCertificate.key }),
    ...(headers === undefined ? {} : { headers: { ...headers } }),
    ...(through === undefined ? {} : { agent: await proxyAgent(through) }),
  };
}

/** The agent is a package of its own, which only those who need it install. */
async function proxyAgent(proxy: string): Promise<Agent> {
  const field = "proxy";
  if (!URL.canParse(proxy)) {
    throw new VeilshareError("INVALID_CONFIG", "connect: the outbound proxy's address is not one", { field });
  }
  try {
    const { HttpsProxyAgent } = await import("https-proxy-agent");
    return new HttpsProxyAgent(proxy);
  } catch (cause) {
    const hint = "npm install https-proxy-agent";
    const text = `connect: an outbound proxy needs the package https-proxy-agent: ${hint}`;
    throw new VeilshareError("UNSUPPORTED", text, { field, hint, cause });
  }
}

function listed(authorities: string | readonly string[]): string[] {
  return typeof authorities === "string" ? [authorities] : [...authorities];
}
