/** A rival in the psi topic: a process of its own, so that its CPU time and its memory are its own. */

import { resourceUsage } from "node:process";
import { createContext } from "../context.js";
import { startCpuClock } from "../cpu-time.js";
import { listFrom } from "./items.js";
import { loadRival, type RivalName } from "./rivals.js";

/** What the process is told, in its only argument. */
export interface RivalTask {
  readonly rival: RivalName;
  /** Items of each list; half of them are common. */
  readonly items: number;
  readonly runs: number;
}

/** What it measured. */
export interface RivalTimes {
  /** One entry a run. */
  readonly ms: readonly number[];
  readonly cpuSeconds: readonly number[];
  readonly common: number;
  /** Of all messages of one run. */
  readonly bytes: number;
  readonly peakMiB: number;
}

async function measure({ rival, items, runs }: RivalTask): Promise<RivalTimes> {
  const intersect = await loadRival(
    rival,
    createContext({ timeMs: 0, large: false, quick: false, repeats: undefined }),
  );
  intersect(listFrom(0, warmUpItems), listFrom(warmUpItems / 2, warmUpItems));
  const ms: number[] = [];
  const cpuSeconds: number[] = [];
  let result = { common: 0, bytes: 0 };
  for (let run = 0; run < runs; run++) {
    const [receiver, sender] = [listFrom(0, items), listFrom(items / 2, items)];
    const cpuSecondsUsed = startCpuClock();
    const startMs = performance.now();
    result = intersect(receiver, sender);
    ms.push(performance.now() - startMs);
    cpuSeconds.push(cpuSecondsUsed());
  }
  return { ms, cpuSeconds, ...result, peakMiB: resourceUsage().maxRSS / 1024 };
}

const warmUpItems = 64;

const task = JSON.parse(process.argv[2] ?? "") as RivalTask; // written by run-rival.ts
process.send?.(await measure(task));
process.disconnect();
