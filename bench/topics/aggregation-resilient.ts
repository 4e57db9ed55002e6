import { fork, type ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";
import {
  planResilientSum,
  ResilientClient,
  type ResilientPlan,
  type ResilientPlanOptions,
} from "veilshare/aggregation";
import type { ServerReply, ServerRequest } from "../aggregation/server-process.js";
import { startCpuClock } from "../cpu-time.js";
import { round, summarise, type Measurement, type Topic } from "../measurement.js";

const length = 100_000;
const lostShare = 0.05;
const sizes = [100, 300, 1000] as const;
const largeSizes = [...sizes, 3000] as const;

/** Values of 32 bits; up to a fifth of the clients collude with the server, up to a tenth drop out. */
const optionsFor = (clients: number): ResilientPlanOptions => ({
  clients,
  length,
  max: 2 ** 32 - 1,
  corrupt: 0.2,
  dropout: 0.1,
});

/**
 * Whole sums of 100,000 values of 32 bits in which 5 % of the clients drop out after they have dealt their shares, which is
 * what costs the server most. All clients work in this process, one after the other, the server in one of its own.
 */
export const aggregationResilientTopic: Topic = {
  name: "aggregation",
  title: "Resilient sums of 100,000 values of 32 bits, 5 % of the clients lost",
  async run(context) {
    const results: Measurement[] = [];
    for (const clients of context.large ? largeSizes : sizes) {
      context.note(`resilient sum of ${clients} clients`);
      results.push(...(await measure(clients)));
    }
    return { results, ratios: {} };
  },
};

async function measure(clients: number): Promise<Measurement[]> {
  const options = optionsFor(clients);
  const server = new RemoteServer();
  try {
    const run = new ClientRun(planResilientSum(options), server);
    const total = await run.finish(await server.ask({ kind: "begin", options }, "bytes"));
    const { degree } = run.plan;
    run.check(total.totals);
    const client = { items: length, unit: "values", threads: 1, bytes: Math.round(run.bytes / clients) };
    const unmasking = { items: length, unit: "values", threads: total.threads };
    return [
      summarise(
        {
          ...client,
          name: `a client of ${clients} (${degree} neighbours), CPU`,
          cpuSeconds: round(run.cpuMs / clients / 1000, 3),
        },
        [run.cpuMs / clients],
      ),
      summarise(
        {
          ...client,
          bytes: run.bytes,
          name: `server of ${clients}, all rounds, CPU`,
          cpuSeconds: round(total.roundsCpuSeconds, 3),
        },
        [1000 * total.roundsCpuSeconds],
      ),
      summarise(
        {
          ...unmasking,
          name: `server of ${clients}, unmasking`,
          cpuSeconds: round(total.cpuSeconds, 3),
          peakMiB: Math.round(total.peakMiB),
        },
        [total.wallMs],
      ),
    ];
  } finally {
    server.end();
  }
}

/** All clients of one sum. */
class ClientRun {
  readonly plan: ResilientPlan;
  /** CPU of all clients, in milliseconds. */
  cpuMs = 0;
  /** What all clients sent and received. */
  bytes = 0;
  #stayed = 0;
  #expectedFirst = 0n;
  readonly #server: RemoteServer;

  constructor(plan: ResilientPlan, server: RemoteServer) {
    this.plan = plan;
    this.#server = server;
  }

  async finish({ bytes: sumId }: ServerBytes): Promise<Extract<ServerReply, { kind: "total" }>> {
    const { plan } = this;
    const clients: ResilientClient[] = [];
    for (let index = 0; index < plan.clients; index++) {
      const client = this.#timed(() => ResilientClient.begin({ plan, sumId, index }));
      clients.push(client);
      await this.#send(index, [client.advert]);
    }
    await this.#round(clients, (client, message) => [client.takeKeys(message)]);
    await this.#round(clients, (client, message) => [client.takeShares(message)]);
    await this.#round(clients, (client, message, index) => this.#mask(client, message, index));
    await this.#round(clients, (client, message) => [client.takeSurvivors(message)]);
    await this.#server.ask({ kind: "close" }, "clients");
    return this.#server.ask({ kind: "total" }, "total");
  }

  /** Every total, not only the first. */
  check(totals: BigInt64Array): void {
    if (totals.length !== length) throw new Error(`bench: expected ${length} totals, got ${totals.length}`);
    for (const [place, total] of totals.entries()) {
      const expected = this.#expectedFirst - BigInt(this.#stayed * place);
      if (total !== expected) throw new Error(`bench: expected a total of ${expected} at ${place}`);
    }
  }

  #mask(client: ResilientClient, message: Uint8Array, index: number): Uint8Array[] {
    client.takeJoined(message);
    if (index % Math.round(1 / lostShare) === 0) return []; // lost
    const first = 2 ** 32 - 1 - index;
    const vector = Uint32Array.from({ length }, (_, place) => first - place);
    this.#stayed += 1;
    this.#expectedFirst += BigInt(first);
    return [...client.mask(vector)];
  }

  async #round(
    clients: readonly ResilientClient[],
    step: (client: ResilientClient, message: Uint8Array, index: number) => Uint8Array[],
  ): Promise<void> {
    const { clients: awaited } = await this.#server.ask({ kind: "close" }, "clients");
    for (const index of awaited) {
      const { bytes } = await this.#server.ask({ kind: "message", client: index }, "bytes");
      this.bytes += bytes.length;
      const client = clients[index];
      if (client === undefined) throw new Error(`bench: no client ${index}`);
      await this.#send(
        index,
        this.#timed(() => step(client, bytes, index)),
      );
    }
  }

  async #send(client: number, messages: readonly Uint8Array[]): Promise<void> {
    if (messages.length === 0) return;
    for (const message of messages) this.bytes += message.length;
    await this.#server.ask({ kind: "receive", client, messages }, "done");
  }

  #timed<T>(work: () => T): T {
    const cpuSecondsUsed = startCpuClock();
    const result = work();
    this.cpuMs += cpuSecondsUsed() * 1000;
    return result;
  }
}

type ServerBytes = Extract<ServerReply, { kind: "bytes" }>;

/** The other process, asked one thing at a time. */
class RemoteServer {
  readonly #process: ChildProcess;

  constructor() {
    const script = fileURLToPath(new URL("../aggregation/server-process.js", import.meta.url));
    this.#process = fork(script, { serialization: "advanced" });
  }

  async ask<K extends ServerReply["kind"]>(
    request: ServerRequest,
    kind: K,
  ): Promise<Extract<ServerReply, { kind: K }>> {
    const reply = await new Promise<ServerReply>((resolve, reject) => {
      const died = (): void => {
        reject(new Error("bench: the server's process ended"));
      };
      this.#process.once("exit", died);
      this.#process.once("message", (message: ServerReply) => {
        this.#process.off("exit", died);
        resolve(message);
      });
      this.#process.send(request);
    });
    if (reply.kind !== kind) throw new Error(`bench: expected ${kind}, got ${reply.kind}`);
    return reply as Extract<ServerReply, { kind: K }>; // its kind was compared
  }

  end(): void {
    this.#process.kill();
  }
}
