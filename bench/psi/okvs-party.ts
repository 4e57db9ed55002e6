/** One party of the figures of intersections by OKVS: a fresh process that reads a list and intersects it once. */

import { resourceUsage } from "node:process";
import { intersect, type PsiItems } from "veilshare/psi";
import { RowKeys } from "veilshare/table";
import { openRows } from "veilshare/table/node";
import { serveParty } from "../../examples/launcher/index.js";
import { startCpuClock } from "../cpu-time.js";
import { itemsFrom, listFrom } from "./items.js";

/** What a party is told. */
// eslint-disable-next-line @typescript-eslint/consistent-type-definitions -- an interface is not assignable to Json
export type OkvsTask = {
  readonly first: number;
  /** 0: the other party's time is that of reading its list alone. */
  readonly length: number;
  /** A CSV file with a column `id` to read instead. */
  readonly csv: string | null;
};

/** What a party measured. */
// eslint-disable-next-line @typescript-eslint/consistent-type-definitions -- an interface is not assignable to Json
export type OkvsTimes = {
  readonly seconds: number;
  /** All threads of the process. */
  readonly cpuSeconds: number;
  readonly common: number | null;
  readonly bytesSent: number;
  readonly peakMiB: number;
};

serveParty(async (party, json) => {
  const { first, length, csv } = json as OkvsTask; // okvs-figures.ts is who starts this process
  const items = csv === null ? listOf(first, length) : new RowKeys(openRows(csv, { select: ["id"] }));
  const cpuSecondsUsed = startCpuClock();
  const startMs = performance.now();
  const result = await intersect(party, items, { receiver: 0, workers: 0, maxPeerItems: 2 ** 31 });
  const times: OkvsTimes = {
    seconds: (performance.now() - startMs) / 1000,
    cpuSeconds: cpuSecondsUsed(),
    common: result.revealed ? result.size : null,
    bytesSent: party.traffic.bytesSent,
    peakMiB: resourceUsage().maxRSS / 1024,
  };
  return times;
});

/** Ten million texts in an array take more memory than all that is measured: such a list is given one by one. */
function listOf(first: number, length: number): PsiItems {
  return length > 2_000_000 ? itemsFrom(first, length) : listFrom(first, length);
}
