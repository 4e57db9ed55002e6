/** Dialling with the platform's WebSocket. Chosen by the package's `imports` map outside Node. */

import { VeilshareError } from "../../errors.js";
import { Inbox } from "../inbox.js";
import { defaultLingerMs, type CloseOptions, type Transport } from "../transport.js";
import {
  connectionFailed,
  maxSocketMessageBytes,
  sendHighWaterBytes,
  textRefused,
  type DialOptions,
} from "./socket.js";

/** The platform has no event for unsent bytes that became fewer. */
const pollMs = 4;

/** See {@link Dial}. */
export function dial(address: string, options: DialOptions): Promise<Transport> {
  for (const field of ["certificateAuthorities", "clientCertificate", "headers", "proxy"] as const) {
    if (options[field] === undefined) continue;
    const text = `connect: a browser has its own ${field}; they can't be given`;
    return Promise.reject(new VeilshareError("UNSUPPORTED", text, { field }));
  }
  const { signal, timeoutMs } = options;
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(address);
    socket.binaryType = "arraybuffer";
    const transport = new BrowserSocketTransport(socket);
    const fail = (cause?: unknown): void => {
      done();
      socket.close();
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
    const timer = setTimeout(onClose, timeoutMs);
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", onAbort);
      socket.removeEventListener("open", onOpen);
      socket.removeEventListener("close", onClose);
    };
    socket.addEventListener("open", onOpen);
    socket.addEventListener("close", onClose);
    signal.addEventListener("abort", onAbort);
    if (signal.aborted) onAbort();
  });
}

/**
 * A browser's WebSocket. It cannot be told to stop reading; what a party may send unasked is bounded by the windows of
 * the link above, and a message longer than {@link maxSocketMessageBytes} ends the way.
 */
class BrowserSocketTransport implements Transport {
  readonly maxMessageBytes: number = maxSocketMessageBytes;
  readonly #socket: WebSocket;
  readonly #inbox = new Inbox<Uint8Array>();
  readonly #closed: Promise<void>;

  constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.addEventListener("message", (event: MessageEvent<unknown>) => {
      this.#take(event.data);
    });
    this.#closed = new Promise((resolve) => {
      socket.addEventListener("close", () => {
        this.#inbox.finish();
        resolve();
      });
    });
  }

  #take(data: unknown): void {
    if (!(data instanceof ArrayBuffer)) {
      this.#inbox.fail(textRefused());
      this.#socket.close();
    } else if (data.byteLength > maxSocketMessageBytes) {
      const text = `expected messages of at most ${maxSocketMessageBytes} bytes, got ${data.byteLength}`;
      this.#inbox.fail(new VeilshareError("PEER_FLOODED", text));
      this.#socket.close();
    } else {
      this.#inbox.push(new Uint8Array(data));
    }
  }

  /** See {@link Transport.closed}. */
  get closed(): Promise<void> {
    return this.#closed;
  }

  async send(message: Uint8Array): Promise<void> {
    this.#throwIfClosed();
    this.#socket.send(message as Uint8Array<ArrayBuffer>); // frames are never in shared memory
    while (this.#socket.bufferedAmount > sendHighWaterBytes) {
      await new Promise((resolve) => setTimeout(resolve, pollMs));
      this.#throwIfClosed();
    }
  }

  #throwIfClosed(): void {
    if (this.#socket.readyState !== WebSocket.OPEN) {
      throw new VeilshareError("PEER_CLOSED", "the WebSocket is closed");
    }
  }

  receive(): Promise<Uint8Array | undefined> {
    return this.#inbox.take();
  }

  async close(options: CloseOptions = {}): Promise<void> {
    this.#inbox.finish();
    this.#socket.close();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const cut = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, options.lingerMs ?? defaultLingerMs);
    });
    await Promise.race([this.#closed, cut]);
    clearTimeout(timer);
  }
}
