/**
 * The parent's side of the launcher: starts every party as an operating-system process. The parties talk to each other
 * over WebSocket on the loopback interface, each link authenticated and encrypted with fresh keys; the launcher sees none
 * of that traffic. It gives out the tasks and collects results.
 */

import { fork, type ChildProcess } from "node:child_process";
import { VeilshareError } from "veilshare/channel";
import type { PartyEntry } from "veilshare/channel";
import type { FromParty, Json, ToParty } from "./messages.js";

/** One party to start. */
export interface PartyPlan {
  readonly name: string;
  /** What the party's `serveParty` task gets; JSON. */
  readonly task: Json;
}

/** A step of one party. */
export interface PartyProgress {
  readonly party: string;
  readonly step: string;
  readonly done: number;
  readonly total: number;
}

/** What {@link runParties} needs. */
export interface RunPartiesOptions {
  /** The built script that calls `serveParty`. */
  readonly script: URL;
  /** In the order of their indices. */
  readonly parties: readonly PartyPlan[];
  readonly onProgress?: (progress: PartyProgress) => void;
  readonly signal?: AbortSignal;
  /** For the whole run. Default 10 minutes. */
  readonly timeoutMs?: number;
  /** Given each process's id as it starts, by party name. */
  readonly onStart?: (party: string, pid: number) => void;
  /** What the others are told of a party, in place of its own entry: where it can be dialled, say. */
  readonly entryFor?: (entry: PartyEntry) => Promise<PartyEntry>;
}

/** How long parties may take to end by themselves once one of them failed. */
const graceMs = 10_000;

/**
 * Runs all parties and gives their results in order. When it returns or throws, no process is left.
 *
 * @throws VeilshareError the failure that caused the others: a party that died is PEER_CLOSED with its name; ABORTED when
 * the signal fired or the user interrupted; PEER_TIMEOUT when the time was up.
 */
export async function runParties(options: RunPartiesOptions): Promise<Json[]> {
  const { parties, signal, timeoutMs = 600_000 } = options;
  const children = parties.map((plan) => new Child(plan, options));
  const cancel = (error: VeilshareError): void => {
    for (const child of children) child.cancel(error);
  };
  const onSignal = (): void => {
    cancel(new VeilshareError("ABORTED", "the run was interrupted"));
  };
  const killAll = (): void => {
    for (const child of children) child.kill();
  };
  const timer = setTimeout(() => {
    cancel(new VeilshareError("PEER_TIMEOUT", `the parties did not finish within ${timeoutMs} ms`));
  }, timeoutMs);
  process.on("SIGINT", onSignal).on("SIGTERM", onSignal).on("exit", killAll);
  signal?.addEventListener("abort", onSignal);
  if (signal?.aborted === true) onSignal();
  try {
    return await collect(children, options.entryFor);
  } finally {
    clearTimeout(timer);
    process.off("SIGINT", onSignal).off("SIGTERM", onSignal).off("exit", killAll);
    signal?.removeEventListener("abort", onSignal);
    killAll();
    await Promise.all(children.map((child) => child.ended));
  }
}

/** Introductions, start, results; at the first failure the others get a while to end by themselves. */
async function collect(
  children: readonly Child[],
  entryFor: RunPartiesOptions["entryFor"] = (entry) => Promise.resolve(entry),
): Promise<Json[]> {
  const results = children.map((child) => child.result);
  const all = Promise.allSettled(results);
  try {
    const entries = await Promise.all(children.map(async (child) => entryFor(await child.entry)));
    for (const child of children) child.start(entries);
    return await Promise.all(results);
  } catch {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const grace = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, graceMs);
    });
    const outcomes = await Promise.race([all, grace.then(() => undefined)]);
    clearTimeout(timer);
    if (outcomes === undefined) for (const child of children) child.kill();
    throw rootCause(await all);
  }
}

/** The failure that the others follow from: not one that only says that another party stopped or left. */
function rootCause(outcomes: readonly PromiseSettledResult<Json>[]): unknown {
  const failures = outcomes.flatMap((outcome) =>
    outcome.status === "rejected" ? [outcome.reason as unknown] : [],
  );
  const rank = (failure: unknown): number => {
    if (failure instanceof DiedError) return failure.followed ? 3 : 0;
    if (!(failure instanceof VeilshareError)) return 1;
    return ["PEER_ABORTED", "PEER_CLOSED"].includes(failure.code) ? 2 : 1;
  };
  const [first] = failures.sort((a, b) => rank(a) - rank(b));
  return first instanceof DiedError ? first.asVeilshareError() : first;
}

/** The process ended without a result. */
class DiedError extends Error {
  readonly party: string;
  /** True when it was this launcher that ended it. */
  readonly followed: boolean;

  constructor(party: string, how: string, followed: boolean) {
    super(`party "${party}": its process ended (${how}) without a result`);
    this.party = party;
    this.followed = followed;
  }

  asVeilshareError(): VeilshareError {
    return new VeilshareError("PEER_CLOSED", this.message, { party: this.party, step: "process" });
  }
}

/** One party's process. */
class Child {
  /** What the others need to know of it. */
  readonly entry: Promise<PartyEntry>;
  readonly result: Promise<Json>;
  /** Resolves when the process is gone; never rejects. */
  readonly ended: Promise<void>;
  readonly #plan: PartyPlan;
  readonly #process: ChildProcess;
  #killed = false;
  #fail: (error: Error) => void = () => undefined;

  constructor(plan: PartyPlan, options: RunPartiesOptions) {
    this.#plan = plan;
    this.#process = fork(options.script, { stdio: ["ignore", 2, 2, "ipc"] });
    if (this.#process.pid !== undefined) options.onStart?.(plan.name, this.#process.pid);
    let introduce: (entry: PartyEntry) => void = () => undefined;
    let finish: (value: Json) => void = () => undefined;
    const entry = new Promise<PartyEntry>((resolve, reject) => {
      introduce = resolve;
      this.#fail = reject;
    });
    this.result = new Promise<Json>((resolve, reject) => {
      finish = resolve;
      const failEntry = this.#fail;
      this.#fail = (error) => {
        failEntry(error);
        reject(error);
      };
    });
    this.entry = entry;
    entry.catch(() => undefined); // whoever awaits the result learns of it
    this.result.catch(() => undefined);
    this.#process.on("message", (message: FromParty) => {
      if (message.kind === "ready") this.#tell({ kind: "introduce", name: plan.name });
      else if (message.kind === "introduced") introduce(message.entry);
      else if (message.kind === "progress") options.onProgress?.({ party: plan.name, ...message });
      else if (message.kind === "result") finish(message.value);
      else this.#fail(errorOf(message.error, plan.name));
    });
    this.ended = new Promise((resolve) => {
      const onEnd = (how: string): void => {
        this.#fail(new DiedError(plan.name, how, this.#killed));
        resolve();
      };
      this.#process.on("exit", (code, exitSignal) => {
        onEnd(exitSignal ?? `exit code ${code ?? "unknown"}`);
      });
      this.#process.on("error", (error) => {
        onEnd(error.message);
      });
    });
  }

  start(parties: readonly PartyEntry[]): void {
    this.#tell({ kind: "start", parties, task: this.#plan.task });
  }

  cancel(error: VeilshareError): void {
    this.#fail(error);
    this.#tell({ kind: "cancel" });
  }

  kill(): void {
    this.#killed = true;
    if (this.#process.exitCode === null && this.#process.signalCode === null) this.#process.kill("SIGKILL");
  }

  #tell(message: ToParty): void {
    if (this.#process.connected) this.#process.send(message, () => undefined);
  }
}

function errorOf(plain: Json, party: string): VeilshareError {
  const { code, message, ...details } = plain as unknown as ReturnType<VeilshareError["toJSON"]>; // see leave()
  return new VeilshareError(code, message, { ...details, ...(details.party === undefined ? { party } : {}) });
}
