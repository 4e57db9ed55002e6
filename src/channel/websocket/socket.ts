/** What dialling and listening have in common, in Node and in a browser. */

import { VeilshareError } from "../../errors.js";
import type { Transport } from "../transport.js";

/** Largest WebSocket message taken or sent: a Noise message (Noise rev 34, section 3). */
export const maxSocketMessageBytes = 65_535;

/** Above this, unsent bytes make `send` wait. */
export const sendHighWaterBytes: number = 2 ** 20;

/** How to dial. */
export interface DialOptions {
  readonly signal: AbortSignal;
  /** For one attempt, up to the open WebSocket. */
  readonly timeoutMs: number;
  /** PEM certificates of authorities to trust for `wss:` besides the system's; Node only. */
  readonly certificateAuthorities?: string | readonly string[] | undefined;
  /** For `wss:` servers that ask for one; Node only. */
  readonly clientCertificate?: TlsKey | undefined;
  /** More headers of the request that opens the WebSocket; Node only. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** `http:` address of an outbound proxy; Node only. */
  readonly proxy?: string | undefined;
}

/** A certificate with its key, in PEM. */
export interface TlsKey {
  readonly certificate: string;
  readonly key: string;
}

/** How a listener of our own ends TLS. */
export interface ListenTls extends TlsKey {
  /** PEM certificates of the authorities whose client certificates are asked for and required. Default: none are asked for. */
  readonly clientAuthorities?: string | readonly string[];
}

/** Opens a WebSocket to an address. Rejects with CONNECTION_FAILED; whoever calls may try again. */
export type Dial = (address: string, options: DialOptions) => Promise<Transport>;

/**
 * The part of a Node `http.Server` or `https.Server` that listening uses; typed by its shape, so that these types need
 * no Node types.
 */
export interface UpgradeServer {
  on(event: "upgrade", listener: (request: unknown, socket: unknown, head: unknown) => void): unknown;
  off(event: "upgrade", listener: (request: unknown, socket: unknown, head: unknown) => void): unknown;
}

/** The path of an upgrade request; empty for what is none. */
export function pathOf(request: { readonly url?: string | undefined }): string {
  const target = request.url ?? "/";
  return URL.canParse(target, "ws://party") ? new URL(target, "ws://party").pathname : "";
}

/** Where to listen. */
export interface ListenOptions {
  /** Default: all interfaces. */
  readonly host?: string;
  /** 0 picks a free one. */
  readonly port?: number;
  /** Certificate and key for a `wss:` address. Default: `ws:`, for a network or a proxy that is trusted with names and times. */
  readonly tls?: ListenTls;
}

/** What listening needs. */
export interface ListenerOptions {
  /** A listening server of the caller, or where to open one. */
  readonly on: UpgradeServer | ListenOptions;
  /** Path of the WebSocket, e.g. `/`. */
  readonly path: string;
  /** Who closes sockets on a caller's server that ask for other paths and that nobody answers. Default: this listener. */
  readonly strays?: "elsewhere";
  /** Called with every caller, who is a stranger still. */
  readonly onCaller: (transport: Transport, address: string) => void;
}

/** An open door. */
export interface Listener {
  /** Takes no more callers; those who came stay, and so does a server of the caller. */
  close(): void;
}

/** Opens the door. Rejects with INVALID_CONFIG when the address is not free, UNSUPPORTED in a browser. */
export type Listen = (options: ListenerOptions) => Promise<Listener>;

/** The error for an attempt that failed; the cause has the platform's words. */
export function connectionFailed(address: string, cause?: unknown): VeilshareError {
  const why = cause instanceof Error && cause.message !== "" ? `: ${cause.message}` : "";
  return new VeilshareError("CONNECTION_FAILED", `no connection to ${address}${why}`, { cause });
}

/** The error for a text message. */
export function textRefused(): VeilshareError {
  return new VeilshareError("PEER_MALFORMED", "expected binary messages, got a text message");
}
