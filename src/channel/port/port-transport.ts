/** A MessagePort as a transport: between worker threads of Node, or between workers, frames and tabs of a browser. */

import { VeilshareError } from "../../errors.js";
import { Inbox } from "../inbox.js";
import type { Transport } from "../transport.js";

/** As large as with every other transport, so that the frames are the same. */
const maxMessageBytes = 65_535;

/** Says that the other end leaves; not every platform has an event for that. */
const farewell = null;

/** A MessagePort of `node:worker_threads` or of a browser, by the part of its type that the two have in common. */
export interface MessagePortLike {
  postMessage(message: unknown, transfer: ArrayBuffer[]): void;
  start(): void;
  close(): void;
}

/** What both have at run time; the types of Node's leave it out. */
interface PortEvents {
  addEventListener(type: "message", listener: (event: { readonly data: unknown }) => void): void;
  addEventListener(type: "messageerror" | "close", listener: () => void): void;
}

/**
 * One end of a MessageChannel as a transport. The port must not be used for anything else.
 *
 * A port has no backpressure of its own: what may be under way is bounded by the windows of the link above. A worker that
 * is terminated closes its ports in Node; in a browser without the `close` event it shows as silence.
 *
 * **Security.** Nothing is encrypted; whoever holds the other end is the peer. See {@link connectPorts}.
 */
export function portTransport(port: MessagePortLike): Transport {
  const inbox = new Inbox<Uint8Array>();
  const events = port as MessagePortLike & PortEvents;
  let open = true;
  const end = (error?: VeilshareError): void => {
    open = false;
    if (error === undefined) inbox.finish();
    else inbox.fail(error);
  };
  events.addEventListener("message", ({ data }) => {
    if (data === farewell) {
      end();
      port.close();
    } else if (!isPlainBytes(data)) {
      end(new VeilshareError("PEER_MALFORMED", "expected bytes on a MessagePort, got something else"));
      port.close();
    } else if (data.length > maxMessageBytes) {
      end(
        new VeilshareError("PEER_FLOODED", `expected at most ${maxMessageBytes} bytes, got ${data.length}`),
      );
      port.close();
    } else {
      inbox.push(data);
    }
  });
  events.addEventListener("messageerror", () => {
    end(new VeilshareError("PEER_MALFORMED", "a message could not be deserialised"));
  });
  events.addEventListener("close", () => {
    end();
  });
  port.start();
  return {
    maxMessageBytes,
    send: (message) => {
      if (!open) return Promise.reject(new VeilshareError("PEER_CLOSED", "the MessagePort is closed"));
      const { buffer } = message;
      const whole = buffer instanceof ArrayBuffer && buffer.byteLength === message.byteLength;
      port.postMessage(message, whole ? [buffer] : []);
      return Promise.resolve();
    },
    receive: () => inbox.take(),
    close: () => {
      if (open) {
        port.postMessage(farewell, []);
        end();
        port.close();
      }
      return Promise.resolve();
    },
  };
}

/** Bytes that nobody else can change any more: not in shared memory. */
function isPlainBytes(data: unknown): data is Uint8Array {
  return data instanceof Uint8Array && data.buffer instanceof ArrayBuffer;
}
