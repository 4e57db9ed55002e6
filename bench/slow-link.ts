/** Links slower than this machine's: a relay in front of each party that holds back and slows down what passes. */

import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";
import type { PartyEntry } from "veilshare/channel";
import { runParties, type Json, type RunPartiesOptions } from "../examples/launcher/index.js";

/** How slow. */
export interface LinkSpeed {
  /** From one party to another; an answer takes it twice. */
  readonly delayMs: number;
  /** Of each connection, each way. */
  readonly megabitsPerSecond: number;
}

/** What the benches run over besides this machine's loopback. */
export const slowLink: LinkSpeed = { delayMs: 50, megabitsPerSecond: 100 };

/** A speed as part of a measurement's name; nothing for the loopback. */
export function linkLabel(speed: LinkSpeed | undefined): string {
  return speed === undefined ? "" : `, ${speed.delayMs} ms each way and ${speed.megabitsPerSecond} Mbit/s`;
}

/** Runs parties over links of a speed, or over the loopback as it is. */
export async function runPartiesOver(
  speed: LinkSpeed | undefined,
  options: RunPartiesOptions,
): Promise<Json[]> {
  if (speed === undefined) return runParties(options);
  const links = new SlowLinks(speed);
  try {
    return await runParties({ ...options, entryFor: links.entryFor });
  } finally {
    links.close();
  }
}

/** Bytes on their way above which the sender is not read from, besides those that the delay itself keeps on the way. */
const queueBytes = 2 ** 20;

/** Relays for the parties of one run; all connections between two parties pass one. */
class SlowLinks {
  readonly #speed: LinkSpeed;
  readonly #servers: Server[] = [];
  readonly #sockets = new Set<Socket>();

  constructor(speed: LinkSpeed) {
    this.#speed = speed;
  }

  /** The same party, to be dialled through a relay. */
  readonly entryFor = async (entry: PartyEntry): Promise<PartyEntry> => {
    if (entry.address === undefined) return entry;
    const { hostname, port } = new URL(entry.address);
    const server = createServer((near) => {
      const far = connect(Number(port), hostname);
      this.#relay(near, far);
      this.#relay(far, near);
    });
    this.#servers.push(server);
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    if (address === null || typeof address === "string") throw new Error("bench: the relay has no port");
    return { ...entry, address: `ws://127.0.0.1:${address.port}` };
  };

  /** Ends all relays. */
  close(): void {
    for (const socket of this.#sockets) socket.destroy();
    for (const server of this.#servers) server.close();
  }

  #relay(from: Socket, to: Socket): void {
    const line = new DelayLine(this.#speed);
    this.#sockets.add(from);
    from.setNoDelay(true);
    from.on("data", (chunk: Buffer) => {
      line.pass(chunk.length, () => {
        if (!line.full) from.resume();
        to.write(chunk);
      });
      if (line.full) from.pause();
    });
    from.on("end", () => {
      line.pass(0, () => to.end());
    });
    from.on("error", () => to.destroy());
    from.on("close", () => this.#sockets.delete(from));
  }
}

/** One direction of a connection: what enters leaves in order, as late as the speed says. */
class DelayLine {
  readonly #delayMs: number;
  readonly #bytesPerMs: number;
  readonly #waiting: { readonly atMs: number; readonly byteLength: number; readonly leave: () => void }[] =
    [];
  #waitingBytes = 0;
  /** When the last of what entered has passed the bottleneck. */
  #freeAtMs = 0;

  constructor({ delayMs, megabitsPerSecond }: LinkSpeed) {
    this.#delayMs = delayMs;
    this.#bytesPerMs = (megabitsPerSecond * 1e6) / 8 / 1000;
  }

  /** True when more waits than the delay keeps on its way and a queue holds. */
  get full(): boolean {
    return this.#waitingBytes > this.#delayMs * this.#bytesPerMs + queueBytes;
  }

  pass(byteLength: number, leave: () => void): void {
    this.#freeAtMs = Math.max(performance.now(), this.#freeAtMs) + byteLength / this.#bytesPerMs;
    this.#waiting.push({ atMs: this.#freeAtMs + this.#delayMs, byteLength, leave });
    this.#waitingBytes += byteLength;
    if (this.#waiting.length === 1) this.#wait();
  }

  #wait(): void {
    const [first] = this.#waiting;
    if (first === undefined) return;
    setTimeout(() => {
      this.#release();
    }, first.atMs - performance.now());
  }

  /** One timer at a time: two of them may fire in either order. */
  #release(): void {
    for (let first = this.#waiting[0]; first !== undefined && first.atMs <= performance.now() + 0.5;) {
      this.#waiting.shift();
      this.#waitingBytes -= first.byteLength;
      first.leave();
      first = this.#waiting[0];
    }
    this.#wait();
  }
}
