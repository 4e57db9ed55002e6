import type { ChildProcess } from "node:child_process";
import { afterEach } from "vitest";

/** A list whose processes are killed, and waited for, after each test of the file that calls this. */
export function killedAfterEach(): ChildProcess[] {
  const running: ChildProcess[] = [];
  afterEach(async () => {
    for (const child of running.splice(0)) {
      const exited = new Promise((resolve) => child.once("exit", resolve));
      if (child.exitCode !== null || child.signalCode !== null) continue;
      child.kill("SIGKILL");
      await exited;
    }
  });
  return running;
}
