/** One process of the rival in the mpc topic: jiff-mpc's server, which is its dealer, or one of its parties. */

import { createServer } from "node:http";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { startCpuClock } from "../cpu-time.js";

/** What a process is told. */
export interface JiffTask {
  readonly role: "server" | "party";
  readonly port: number;
  readonly parties: number;
  readonly operation: "multiply" | "compare";
  readonly operations: number;
}

/** What a party measured. */
export interface JiffTimes {
  readonly ms: number;
  readonly cpuSeconds: number;
}

/** The parts of jiff-mpc that are used. */
interface JiffShare {
  readonly wThen: (then: () => void) => void;
  smult(other: JiffShare): JiffShare;
  slt(other: JiffShare): JiffShare;
}
interface JiffClient {
  share(value: number): Readonly<Record<number, JiffShare>>;
  open(share: JiffShare): Promise<number>;
  wait_for(parties: readonly number[] | null, then: () => void): void;
  disconnect(safe: boolean, free: boolean, then: () => void): void;
}
interface Jiff {
  readonly JIFFServer: new (http: unknown, options: object) => unknown;
  readonly JIFFClient: new (address: string, computation: string, options: object) => JiffClient;
}

const folder = fileURLToPath(new URL("../../../bench/rivals/", import.meta.url)); // this file runs from build/bench/mpc/
const { JIFFServer, JIFFClient } = createRequire(folder)("jiff-mpc") as Jiff;

function serve({ port }: JiffTask): void {
  const http = createServer();
  const server = new JIFFServer(http, { sodium: false, logs: false });
  http.listen(port, "127.0.0.1", () => process.send?.({ listening: server !== undefined }));
}

/** All operations at once, as its documentation advises, from shares to the sum of nothing: until all results exist. */
async function take(client: JiffClient, { operation, operations }: JiffTask): Promise<JiffTimes> {
  const pairs = Array.from({ length: operations }, (_, i) => {
    const x = client.share((i * 7919) % 4001);
    const y = client.share((i * 104729) % 4001);
    return [x[1], y[2]] as [JiffShare, JiffShare]; // both parties share; the first's x and the second's y
  });
  await client.open(pairs[0]?.[0] as JiffShare); // at least one pair: everything is shared and connected
  const cpuSecondsUsed = startCpuClock();
  const startMs = performance.now();
  const results = pairs.map(([x, y]) => (operation === "multiply" ? x.smult(y) : x.slt(y)));
  await Promise.all(
    results.map(
      (share) =>
        new Promise<void>((resolve) => {
          share.wThen(resolve);
        }),
    ),
  );
  const ms = performance.now() - startMs;
  for (const [i, result] of results.slice(0, 3).entries()) {
    const [a, b] = [(i * 7919) % 4001, (i * 104729) % 4001];
    const expected = operation === "multiply" ? a * b : Number(a < b);
    const got = await client.open(result);
    if (got !== expected) throw new Error(`jiff: expected ${expected}, got ${got}`);
  }
  return { ms, cpuSeconds: cpuSecondsUsed() };
}

function join(task: JiffTask): void {
  const client = new JIFFClient(`http://127.0.0.1:${task.port}`, "bench", {
    party_count: task.parties,
    crypto_provider: true,
    sodium: false,
    autoConnect: true,
    Zp: 16777729,
    onConnect: () => {
      void take(client, task).then((times) => process.send?.(times));
    },
  });
}

process.once("message", (task: JiffTask) => {
  if (task.role === "server") serve(task);
  else join(task);
});
process.once("disconnect", () => process.exit(0));
