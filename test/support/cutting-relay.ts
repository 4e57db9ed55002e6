/** A relay between diallers and a server that can cut all connections, and keep them cut for a while. */

import { connect as connectTcp, createServer, type Server, type Socket } from "node:net";

/** A relay on a port of its own. */
export class CuttingRelay {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #open = true;
  /** How many connections were cut. */
  cuts = 0;

  private constructor(target: number) {
    this.#server = createServer((near) => {
      near.on("error", () => near.destroy());
      if (!this.#open) {
        near.destroy();
        return;
      }
      const far = connectTcp(target, "127.0.0.1");
      for (const [one, two] of [
        [near, far],
        [far, near],
      ] as const) {
        this.#sockets.add(one);
        one.on("error", () => two.destroy());
        one.on("close", () => {
          this.#sockets.delete(one);
          two.destroy();
        });
        one.pipe(two);
      }
    });
  }

  static async to(target: number): Promise<CuttingRelay> {
    const relay = new CuttingRelay(target);
    await new Promise<void>((resolve) => relay.#server.listen(0, "127.0.0.1", resolve));
    return relay;
  }

  get port(): number {
    return (relay(this.#server) as { readonly port: number }).port;
  }

  /** Cuts what is there and refuses what comes, for so long. */
  cut(ms: number): void {
    this.#open = false;
    this.cuts += 1;
    for (const socket of this.#sockets) socket.destroy();
    setTimeout(() => {
      this.#open = true;
    }, ms);
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
  }
}

function relay(server: Server): unknown {
  return server.address();
}
