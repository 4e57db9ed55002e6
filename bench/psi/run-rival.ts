/** The parent's side of `rival-process.ts`. */

import { fork } from "node:child_process";
import type { RivalTask, RivalTimes } from "./rival-process.js";

/** Starts the process and waits for what it measured. */
export async function runRival(task: RivalTask): Promise<RivalTimes> {
  const child = fork(new URL("./rival-process.js", import.meta.url), [JSON.stringify(task)]);
  return new Promise((resolve, reject) => {
    child.once("message", (message) => {
      resolve(message as RivalTimes); // rival-process.ts sends it, once
    });
    child.once("error", reject);
    child.once("exit", (code) => {
      reject(new Error(`bench: the process of ${task.rival} ended with code ${code ?? "none"}`));
    });
  });
}
