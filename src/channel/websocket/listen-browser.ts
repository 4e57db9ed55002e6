/** A browser cannot listen. Chosen by the package's `imports` map outside Node. */

import { VeilshareError } from "../../errors.js";
import type { Listener, ListenerOptions } from "./socket.js";

/** See {@link Listen}. */
export function listen(options: ListenerOptions): Promise<Listener> {
  const text = "connect: a browser cannot be dialled; give the other parties addresses";
  return Promise.reject(new VeilshareError("UNSUPPORTED", text, { field: "listen", got: options.path }));
}

/** There is nothing to close. */
export function closeIfStray(): void {
  // a browser has no sockets that it was called on
}
