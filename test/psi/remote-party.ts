/** The other party in a process of its own, over WebSocket. */

import { fork, type ChildProcess } from "node:child_process";
import { createServer } from "node:http";
import {
  connect,
  generateIdentity,
  type Party,
  type PartyEntry,
  type Progress,
  type SessionLimits,
} from "../../dist/channel/index.js";

type FromChild =
  | { readonly kind: "entry"; readonly entry: PartyEntry }
  | { readonly kind: "progress"; readonly event: Progress }
  | { readonly kind: "result"; readonly result: Readonly<Record<string, unknown>> };

/** What the other process does. */
export interface RemoteTask {
  readonly protocol: "intersect" | "intersectCardinality" | "join";
  readonly items: readonly unknown[];
  readonly options: object;
  /** Its list gives an item every so many milliseconds, each a step `reading` of its progress. Default: at once. */
  readonly everyMs?: number;
  /** Called for every step of the other process. */
  readonly onProgress?: (event: Progress, child: ChildProcess) => void;
  /** Options of Node for the other process. */
  readonly execArgv?: readonly string[];
  /** Of the party here. */
  readonly limits?: Partial<SessionLimits>;
}

/** Runs something here as party "here" against party "remote"; gives both results. */
export async function withRemote<T>(
  { protocol, items, options, everyMs, onProgress, limits, execArgv = [] }: RemoteTask,
  use: (party: Party, child: ChildProcess) => Promise<T>,
): Promise<{ readonly own: T; readonly remote: Readonly<Record<string, unknown>> }> {
  const child = fork(new URL("fixtures/psi-party.mjs", import.meta.url), {
    execArgv: [...process.execArgv, ...execArgv],
  });
  const exited = new Promise((resolve) => child.once("exit", resolve));
  const server = createServer();
  try {
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    if (address === null || typeof address === "string") throw new Error("expected a port");
    const identity = generateIdentity("here");
    let remoteEntry: (entry: PartyEntry) => void = () => undefined;
    let remoteResult: (result: Readonly<Record<string, unknown>>) => void = () => undefined;
    const entry = new Promise<PartyEntry>((resolve) => (remoteEntry = resolve));
    const result = new Promise<Readonly<Record<string, unknown>>>((resolve) => (remoteResult = resolve));
    child.on("message", (message: FromChild) => {
      if (message.kind === "entry") remoteEntry(message.entry);
      else if (message.kind === "progress") onProgress?.(message.event, child);
      else remoteResult(message.result);
    });
    const parties = [identity.entry(`ws://127.0.0.1:${address.port}`), await entry];
    child.send({ parties, protocol, items, options, everyMs });
    const party = await connect({ identity, parties, server, limits: { reconnectMs: 500, ...limits } });
    const own = await use(party, child);
    await party.close();
    return { own, remote: await result };
  } finally {
    child.kill("SIGKILL");
    await exited;
    server.close();
  }
}
