/** Two parties in one thread. */

import { Inbox } from "./inbox.js";
import type { Transport } from "./transport.js";

const maxMessageBytes = 65_535;

/** Both ends of a way inside this thread. */
export function memoryTransportPair(): readonly [Transport, Transport] {
  const toFirst = new Inbox<Uint8Array>();
  const toSecond = new Inbox<Uint8Array>();
  const end = (outgoing: Inbox<Uint8Array>, incoming: Inbox<Uint8Array>): Transport => ({
    maxMessageBytes,
    send(message) {
      outgoing.push(message);
      return Promise.resolve();
    },
    receive: () => incoming.take(),
    close() {
      outgoing.finish();
      incoming.finish();
      return Promise.resolve();
    },
  });
  return [end(toSecond, toFirst), end(toFirst, toSecond)];
}
