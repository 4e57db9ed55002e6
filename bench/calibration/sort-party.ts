/** One of three parties that sort secret rows: a process of its own. */

import { openReplicatedEngine, sortRows } from "veilshare/mpc";
import { Prg } from "veilshare/random";
import { serveParty } from "../../examples/launcher/index.js";

/** What a party is told. */
// eslint-disable-next-line @typescript-eslint/consistent-type-definitions -- an interface is not assignable to Json
export type SortTask = { readonly rows: number; readonly runs: number };

/** What a party measured: one entry a run, and whether the last result was in order. */
// eslint-disable-next-line @typescript-eslint/consistent-type-definitions -- an interface is not assignable to Json
export type SortTimes = {
  readonly ms: readonly number[];
  readonly ordered: boolean;
  readonly bytesSent: number;
};

serveParty((party, json) =>
  party.run({ name: "bench/sort", version: 1 }, async (run): Promise<SortTimes> => {
    const { rows, runs } = json as SortTask; // calibration/shares.ts is who starts this process
    await run.agree({ rows, runs });
    const engine = await openReplicatedEngine(run);
    const words = new Prg(new Uint8Array(32).fill(9)).words(rows);
    const values = BigInt64Array.from(words, (word) => BigInt.asIntN(31, word));
    const key = await engine.input({
      owner: 0,
      rows,
      bound: 1024,
      ...(run.index === 0 ? { values } : {}),
    });
    const all = run.between([0, 1, 2]);
    const ms: number[] = [];
    let sorted = key;
    let bytesSent = 0;
    for (let i = 0; i <= runs; i++) {
      await all.exchange("ready", new Uint8Array(1));
      const before = run.traffic.bytesSent;
      const startMs = performance.now();
      sorted = (await sortRows(engine, { key, payload: [key] })).key;
      if (i > 0) ms.push(performance.now() - startMs); // the first one warms up
      bytesSent = run.traffic.bytesSent - before;
    }
    const opened = await engine.revealUnits(sorted);
    const plain = [...values].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
    return { ms, ordered: plain.every((value, i) => value === opened[i]), bytesSent };
  }),
);
