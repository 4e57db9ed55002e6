/** Starts the banks' processes and gives each its rows. */

import { fork, type ChildProcess } from "node:child_process";
import { VeilshareError } from "veilshare";
import type { PartyEntry } from "veilshare/channel";
import type { BankTask, FromBank } from "./messages.js";

/** A bank's process. */
export interface Bank {
  readonly name: string;
  readonly process: ChildProcess;
  /** Its public keys, as it says. */
  readonly entry: Promise<PartyEntry>;
  readonly exited: Promise<void>;
}

/** Starts one. */
export function startBank(name: string): Bank {
  const child = fork(new URL("./bank.js", import.meta.url), [name], { serialization: "advanced" });
  const exited = new Promise<void>((resolve) =>
    child.once("exit", () => {
      resolve();
    }),
  );
  const entry = new Promise<PartyEntry>((resolve, reject) => {
    child.on("message", (message: FromBank) => {
      if (message.kind === "entry") resolve(message.entry);
    });
    child.once("exit", () => {
      reject(
        new VeilshareError("PEER_CLOSED", `${name}: the process ended before it began`, { party: name }),
      );
    });
  });
  return { name, process: child, entry, exited };
}

/** Gives a bank its task. */
export function give(bank: Bank, task: BankTask): void {
  bank.process.send(task);
}
