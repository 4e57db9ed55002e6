/** One party of the topic `ot`: a process of its own, which makes correlated randomness with the other. */

import type { Party } from "veilshare/channel";
import { openTwoParty, type Correlation } from "veilshare/mpc";
import { OtReceiver, OtSender } from "veilshare/ot";
import { serveParty } from "../../examples/launcher/index.js";
import { startCpuClock } from "../cpu-time.js";

/** Rows of the extension in both directions, or a correlation. */
export type OtWork =
  | { readonly kind: "rows"; readonly length: number }
  | { readonly kind: "draw"; readonly wanted: Exclude<Correlation, { kind: "truncation" }> };

/** What a party is told. */
// eslint-disable-next-line @typescript-eslint/consistent-type-definitions -- an interface is not assignable to Json
export type OtTask = { readonly work: readonly OtWork[]; readonly checked: boolean; readonly runs: number };

/** What one piece of work took. */
// eslint-disable-next-line @typescript-eslint/consistent-type-definitions -- an interface is not assignable to Json
export type OtTimes = {
  /** One entry a run. */
  readonly ms: readonly number[];
  readonly cpuSeconds: readonly number[];
  /** Of one run, sent by this party. */
  readonly bytesSent: number;
  readonly rounds: number;
};

/** Rows that are taken at once. */
const rowsAtOnce = 65_536;

type Maker = (work: OtWork) => Promise<unknown>;

async function openMaker(run: Party, checked: boolean): Promise<Maker> {
  const peer = 1 - run.index;
  const [receiver, sender] = await Promise.all([
    OtReceiver.open(run, peer, { checked }),
    OtSender.open(run, peer, { checked }),
  ]);
  const { source } = await openTwoParty(run, { checked });
  return async (work) => {
    if (work.kind === "draw") return source.draw(work.wanted).dependent();
    for (let done = 0; done < work.length; done += rowsAtOnce) {
      await Promise.all([receiver.take(rowsAtOnce), sender.take(rowsAtOnce)]);
    }
    return undefined;
  };
}

async function measure(run: Party, make: Maker, work: OtWork, runs: number): Promise<OtTimes> {
  await make(work); // compiles, and lets the pools grow to their size
  const before = run.traffic;
  const { bytesSent, rounds } = before;
  const ms: number[] = [];
  const cpuSeconds: number[] = [];
  for (let i = 0; i < runs; i++) {
    const cpuSecondsUsed = startCpuClock();
    const startMs = performance.now();
    await make(work);
    ms.push(performance.now() - startMs);
    cpuSeconds.push(cpuSecondsUsed());
  }
  const { traffic } = run;
  return {
    ms,
    cpuSeconds,
    bytesSent: (traffic.bytesSent - bytesSent) / runs,
    rounds: (traffic.rounds - rounds) / runs,
  };
}

serveParty(async (party, json) => {
  const { work, checked, runs } = json as OtTask; // topics/ot.ts is who starts this process
  return party.run({ name: "bench/ot", version: 1 }, async (run) => {
    await run.agree({});
    const make = await openMaker(run, checked);
    const times: OtTimes[] = [];
    for (const one of work) times.push(await measure(run, make, one, runs));
    return times;
  });
});
