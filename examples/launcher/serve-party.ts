/** The child's side of the launcher: one party in a process of its own. */

import { createServer, type Server } from "node:http";
import { connect, generateIdentity, type Identity, type Party, VeilshareError } from "veilshare/channel";
import type { FromParty, Json, ToParty } from "./messages.js";

/** What a party does: the task is what the launcher gave it, the result goes back to the launcher. */
export type PartyTask = (party: Party, task: Json) => Promise<Json>;

/**
 * Serves as one party in a process that `runParties` started: makes an identity, listens on a free port of the loopback
 * interface, connects with the others, runs the task and ends the process. Call it once, at the top level of the script.
 */
export function serveParty(run: PartyTask): void {
  if (process.send === undefined) {
    process.stderr.write("this script is started by its example's main, not by hand\n");
    process.exit(2);
  }
  const cancel = new AbortController();
  let introduced: { readonly identity: Identity; readonly server: Server } | undefined;
  process.on("message", (message: ToParty) => {
    if (message.kind === "cancel") {
      cancel.abort();
    } else if (message.kind === "introduce") {
      introduce(message.name).then(
        (own) => {
          introduced = own.own;
          tell({ kind: "introduced", entry: own.entry });
        },
        (error: unknown) => {
          leave(error);
        },
      );
    } else if (introduced !== undefined) {
      takePart({ ...introduced, message, run, signal: cancel.signal }).then((value) => {
        tell({ kind: "result", value }, () => process.exit(0));
      }, leave);
    }
  });
  // The launcher is gone: nobody wants the result.
  process.on("disconnect", () => {
    cancel.abort();
    setTimeout(() => process.exit(1), 1000).unref();
  });
  process.on("SIGINT", () => undefined); // the launcher gets it too, and cancels all parties
  tell({ kind: "ready" });
}

async function introduce(
  name: string,
): Promise<{ own: { identity: Identity; server: Server }; entry: ReturnType<Identity["entry"]> }> {
  const identity = generateIdentity(name);
  // Until the session listens, a party that is faster is told to try again.
  const server = createServer((_request, response) => response.writeHead(503).end());
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server has no port");
  return { own: { identity, server }, entry: identity.entry(`ws://127.0.0.1:${address.port}`) };
}

async function takePart(options: {
  readonly identity: Identity;
  readonly server: Server;
  readonly message: Extract<ToParty, { kind: "start" }>;
  readonly run: PartyTask;
  readonly signal: AbortSignal;
}): Promise<Json> {
  const { identity, server, message, run, signal } = options;
  const party = await connect({
    identity,
    server,
    parties: message.parties,
    signal,
    // All processes run on one machine: a connection that breaks is a process that died.
    limits: { reconnectMs: 0 },
    onProgress: ({ step, done, total }) => {
      tell({ kind: "progress", step, done, total });
    },
  });
  try {
    const value = await run(party, message.task);
    await party.close();
    return value;
  } catch (thrown) {
    party.abort(thrown);
    throw thrown;
  } finally {
    server.close();
  }
}

function tell(message: FromParty, sent: () => void = () => undefined): void {
  if (process.connected) process.send?.(message, undefined, {}, sent);
}

/** Reports a failure and ends the process, once both the launcher and the other parties can have heard of it. */
function leave(thrown: unknown): void {
  const error =
    thrown instanceof VeilshareError
      ? thrown
      : new VeilshareError(
          "INTERNAL",
          thrown instanceof Error ? (thrown.stack ?? thrown.message) : "unknown",
        );
  tell({ kind: "failed", error: { ...error.toJSON() } });
  process.exitCode = 1;
  setTimeout(() => process.exit(1), 500);
}
