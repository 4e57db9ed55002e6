/** A WebSocket of the `ws` package as a transport. */

import type { WebSocket } from "ws";
import { giveBackMemory } from "../../bytes/memory.js";
import { VeilshareError } from "../../errors.js";
import { Inbox } from "../inbox.js";
import { defaultLingerMs, type CloseOptions, type Transport } from "../transport.js";
import { maxSocketMessageBytes, sendHighWaterBytes, textRefused } from "./socket.js";

/** Messages that may wait for a reader before the socket is told to stop reading, and below which it goes on. */
const pauseAbove = 64;
const resumeBelow = 16;

/** Options that both ends give to `ws`: no compression (ciphertext does not shrink), nothing larger than a message. */
export const socketOptions: {
  readonly perMessageDeflate: false;
  readonly maxPayload: number;
  readonly closeTimeout: number;
} = {
  perMessageDeflate: false,
  maxPayload: maxSocketMessageBytes,
  closeTimeout: 2 ** 31 - 1, // how long closing may take is said by who closes
};

/** An open WebSocket, or one about to open. */
export class WebSocketTransport implements Transport {
  readonly maxMessageBytes: number = maxSocketMessageBytes;
  readonly #socket: WebSocket;
  readonly #inbox = new Inbox<Uint8Array>();
  readonly #closed: Promise<void>;
  readonly #rejectOnClose = new Set<(error: VeilshareError) => void>();
  #cut: ReturnType<typeof setTimeout> | undefined;

  constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on("message", (data: Buffer, isBinary: boolean) => {
      if (!isBinary) {
        this.#inbox.fail(textRefused());
        socket.terminate();
        return;
      }
      this.#inbox.push(new Uint8Array(data.buffer, data.byteOffset, data.length));
      if (this.#inbox.length > pauseAbove) socket.pause();
    });
    socket.on("error", (error) => {
      this.#inbox.fail(socketFault(error));
    });
    this.#closed = new Promise((resolve) => {
      socket.on("close", () => {
        clearTimeout(this.#cut);
        this.#inbox.finish();
        for (const reject of this.#rejectOnClose) reject(closedError());
        this.#rejectOnClose.clear();
        resolve();
      });
    });
  }

  /** See {@link Transport.closed}. */
  get closed(): Promise<void> {
    return this.#closed;
  }

  send(message: Uint8Array): Promise<void> {
    const socket = this.#socket;
    if (socket.readyState !== socket.OPEN) return Promise.reject(closedError());
    if (socket.bufferedAmount < sendHighWaterBytes) {
      // A failure to send shows as a closed socket to the reader and to the next sender.
      socket.send(message, () => {
        giveBackMemory(message);
      });
      return Promise.resolve();
    }
    return new Promise((resolve, reject) => {
      this.#rejectOnClose.add(reject);
      socket.send(message, (error) => {
        this.#rejectOnClose.delete(reject);
        if (error instanceof Error) reject(closedError(error));
        else resolve();
        giveBackMemory(message);
      });
    });
  }

  async receive(): Promise<Uint8Array | undefined> {
    const message = await this.#inbox.take();
    if (this.#socket.isPaused && this.#inbox.length < resumeBelow) this.#socket.resume();
    return message;
  }

  async close(options: CloseOptions = {}): Promise<void> {
    const socket = this.#socket;
    this.#inbox.finish();
    if (socket.readyState === socket.CLOSED) return;
    // What came and nobody will read must not keep the other end's farewell from arriving.
    socket.resume();
    this.#cut ??= setTimeout(() => {
      socket.terminate();
    }, options.lingerMs ?? defaultLingerMs);
    socket.close();
    await this.#closed;
  }
}

/** What `ws` objects to, told apart by what the other end did. */
function socketFault(error: Error & { readonly code?: unknown }): VeilshareError {
  if (error.code === "WS_ERR_UNSUPPORTED_MESSAGE_LENGTH") {
    const text = `expected messages of at most ${maxSocketMessageBytes} bytes, got a longer one`;
    return new VeilshareError("PEER_FLOODED", text, { cause: error });
  }
  if (typeof error.code === "string" && error.code.startsWith("WS_ERR")) {
    return new VeilshareError("PEER_MALFORMED", "expected WebSocket frames, got others", { cause: error });
  }
  return closedError(error);
}

function closedError(cause?: unknown): VeilshareError {
  return new VeilshareError("PEER_CLOSED", "the WebSocket is closed", { cause });
}
