/** Owners of a store in processes of their own, and what they are told. */

import { fork, spawn, type ChildProcess } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const script = fileURLToPath(new URL("owner.mjs", import.meta.url));

/** What became of a call: what it gave, or the code of its error. */
export interface Outcome {
  readonly result?: unknown;
  readonly code?: string;
}

/** What an owner may be told to do to itself at a step, by name or by number. */
export interface Trap {
  readonly step?: string;
  readonly number?: number;
  readonly signal: "SIGSTOP" | "SIGKILL";
}

/** A process that owns a store. */
export class Owner {
  readonly child: ChildProcess;
  readonly #waiting = new Map<number, (outcome: Outcome) => void>();
  #calls = 0;

  private constructor(child: ChildProcess) {
    this.child = child;
    child.on("message", (message: Outcome & { call: number }) => {
      const { call, ...outcome } = message;
      this.#waiting.get(call)?.(outcome);
      this.#waiting.delete(call);
    });
    child.on("exit", () => {
      for (const settle of this.#waiting.values()) settle({ code: "KILLED" });
      this.#waiting.clear();
    });
  }

  /** @param fileBlocks - Longest file that the process may write, in KiB. */
  static async start(
    running: ChildProcess[],
    folder: string,
    name: string,
    options: { readonly fileBlocks?: number; readonly uid?: number } = {},
  ): Promise<Owner> {
    const { fileBlocks, uid } = options;
    const identity = uid === undefined ? {} : { uid, gid: uid };
    const child =
      fileBlocks === undefined
        ? fork(script, [folder, name], identity)
        : spawn("bash", ["-c", `ulimit -S -f ${fileBlocks}; exec node "$@"`, "bash", script, folder, name], {
            stdio: ["ignore", "inherit", "inherit", "ipc"],
          });
    running.push(child);
    const owner = new Owner(child);
    await new Promise((resolve) => owner.#waiting.set(0, resolve));
    return owner;
  }

  /** Asks for a deed; a process that dies over it gives the code KILLED. */
  ask(deed: string, given: object = {}): Promise<Outcome> {
    const call = ++this.#calls;
    return new Promise((resolve) => {
      this.#waiting.set(call, resolve);
      if (this.child.exitCode !== null || this.child.signalCode !== null) resolve({ code: "KILLED" });
      else this.child.send({ call, deed, ...given });
    });
  }

  async trap(trap: Trap): Promise<void> {
    await this.ask("trap", trap);
  }

  /** Waits until the process has stopped itself. */
  async stopped(): Promise<void> {
    const path = `/proc/${this.child.pid ?? 0}/stat`;
    while (!/\) [Tt] /.test(readFileSync(path, "utf8")))
      await new Promise((resolve) => setTimeout(resolve, 5));
  }

  wake(): void {
    this.child.kill("SIGCONT");
  }
}
