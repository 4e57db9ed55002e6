/** One of our parties in the psi topic: a process of its own, which runs the intersection several times. */

import { resourceUsage } from "node:process";
import { intersect } from "veilshare/psi";
import { serveParty } from "../../examples/launcher/index.js";
import { startCpuClock } from "../cpu-time.js";
import { itemsFrom } from "./items.js";

/** What a party is told. */
// eslint-disable-next-line @typescript-eslint/consistent-type-definitions -- an interface is not assignable to Json
export type PartyTask = {
  readonly first: number;
  readonly length: number;
  readonly runs: number;
  readonly workers: number;
};

/** What a party measured. */
// eslint-disable-next-line @typescript-eslint/consistent-type-definitions -- an interface is not assignable to Json
export type PartyTimes = {
  /** One entry a run. */
  readonly ms: readonly number[];
  /** One entry a run; all threads of the process. */
  readonly cpuSeconds: readonly number[];
  readonly common: number;
  /** Of one run. */
  readonly bytesSent: number;
  readonly rounds: number;
  readonly peakMiB: number;
};

serveParty(async (party, json) => {
  const { first, length, runs, workers } = json as PartyTask; // topics/psi.ts is who starts this process
  const ms: number[] = [];
  const cpuSeconds: number[] = [];
  let common = 0;
  for (let run = 0; run < runs; run++) {
    const cpuSecondsUsed = startCpuClock();
    const startMs = performance.now();
    const result = await intersect(party, itemsFrom(first, length), { method: "ecdh", receiver: 0, workers });
    ms.push(performance.now() - startMs);
    cpuSeconds.push(cpuSecondsUsed());
    common = result.revealed ? result.size : 0;
  }
  const { bytesSent, rounds } = party.traffic;
  const times: PartyTimes = {
    ms,
    cpuSeconds,
    common,
    bytesSent: bytesSent / runs,
    rounds: rounds / runs,
    peakMiB: resourceUsage().maxRSS / 1024,
  };
  return times;
});
