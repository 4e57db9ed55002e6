/** What this process has computed: all its threads, in the programs' own time and the system's. */

import { cpuUsage } from "node:process";

/** Starts to count; each call of what it gives says how many CPU seconds the process has used since. */
export function startCpuClock(): () => number {
  const before = cpuUsage();
  return () => {
    const { user, system } = cpuUsage(before);
    return (user + system) / 1e6;
  };
}
