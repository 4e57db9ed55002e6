/** The server of a resilient sum in a process of its own, so that its time and memory are its own; driven by messages. */

import { availableParallelism } from "node:os";
import { planResilientSum, ResilientServer, type ResilientPlanOptions } from "veilshare/aggregation";
import { createPool } from "veilshare/parallel";
import { startCpuClock } from "../cpu-time.js";

/** What the driver asks for, one thing after the other. */
export type ServerRequest =
  | { readonly kind: "begin"; readonly options: ResilientPlanOptions }
  | { readonly kind: "receive"; readonly client: number; readonly messages: readonly Uint8Array[] }
  | { readonly kind: "close" }
  | { readonly kind: "message"; readonly client: number }
  | { readonly kind: "total" };

/** What the server answers; `total` has what the bench measures. */
export type ServerReply =
  | { readonly kind: "bytes"; readonly bytes: Uint8Array }
  | { readonly kind: "done" }
  | { readonly kind: "clients"; readonly clients: readonly number[] }
  | {
      readonly kind: "total";
      readonly totals: BigInt64Array;
      readonly wallMs: number;
      readonly cpuSeconds: number;
      /** CPU of all rounds before. */
      readonly roundsCpuSeconds: number;
      readonly peakMiB: number;
      readonly threads: number;
    };

let server: ResilientServer | undefined;

const cpuSecondsOfRounds = startCpuClock();

async function reply(request: ServerRequest): Promise<ServerReply> {
  if (request.kind === "begin") {
    server = ResilientServer.begin(planResilientSum(request.options));
    return { kind: "bytes", bytes: server.sumId };
  }
  if (server === undefined) throw new Error("bench: no sum has begun");
  if (request.kind === "receive") {
    for (const message of request.messages) server.receive(request.client, message);
    return { kind: "done" };
  }
  if (request.kind === "close") return { kind: "clients", clients: server.closeRound() };
  if (request.kind === "message") return { kind: "bytes", bytes: server.messageFor(request.client) };
  const roundsCpuSeconds = cpuSecondsOfRounds();
  const cpuSecondsUsed = startCpuClock();
  const pool = createPool({ workers: availableParallelism() });
  const startMs = performance.now();
  const { totals } = await server.total(pool);
  const wallMs = performance.now() - startMs;
  await pool.close();
  return {
    kind: "total",
    totals,
    wallMs,
    cpuSeconds: cpuSecondsUsed(),
    roundsCpuSeconds,
    peakMiB: process.resourceUsage().maxRSS / 1024,
    threads: availableParallelism(),
  };
}

process.on("message", (request: ServerRequest) => {
  void reply(request).then((answer) => process.send?.(answer));
});
