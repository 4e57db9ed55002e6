/** The rival of the mpc topic: jiff-mpc, each party and its server in a process of its own. */

import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import type { BenchContext } from "../context.js";
import type { JiffTask, JiffTimes } from "./jiff-party.js";

const timeLimitMs = 120_000;

/** What a run of jiff-mpc took. */
export interface JiffRun {
  readonly ms: number;
  /** All parties together, without the server. */
  readonly cpuSeconds: number;
}

/** Runs operations in jiff-mpc in its fastest setting: nothing encrypted, its server as dealer, all at once. */
export async function runJiff(
  context: BenchContext,
  { parties, operation, operations }: Pick<JiffTask, "parties" | "operation" | "operations">,
): Promise<JiffRun> {
  await context.rival("jiff-mpc"); // installs it, if it is missing
  const port = await freePort();
  const script = new URL("./jiff-party.js", import.meta.url);
  const start = (task: JiffTask): ChildProcess => {
    const child = fork(script, { stdio: ["ignore", "ignore", "inherit", "ipc"] });
    child.send(task);
    return child;
  };
  const task = { port, parties, operation, operations };
  const children = [start({ ...task, role: "server" })];
  try {
    await message(children[0]);
    const clients = Array.from({ length: parties }, () => start({ ...task, role: "party" }));
    children.push(...clients);
    const times = (await Promise.all(clients.map(message))) as JiffTimes[]; // what jiff-party.ts sends
    let [ms, cpuSeconds] = [0, 0];
    for (const time of times) {
      ms = Math.max(ms, time.ms);
      cpuSeconds += time.cpuSeconds;
    }
    return { ms, cpuSeconds };
  } finally {
    for (const child of children) child.kill();
  }
}

async function message(child: ChildProcess | undefined): Promise<unknown> {
  if (child === undefined) throw new Error("bench: no process");
  const ended = once(child, "exit").then(([code]) => {
    throw new Error(`bench: a process of jiff-mpc ended with ${String(code)}`);
  });
  const [value] = (await Promise.race([
    once(child, "message", { signal: AbortSignal.timeout(timeLimitMs) }),
    ended,
  ])) as [unknown];
  ended.catch(() => undefined); // it is killed at the end
  return value;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo; // a TCP socket's
  server.close();
  await once(server, "close");
  return port;
}
