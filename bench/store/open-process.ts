/** Opens a state store, or what a user would keep ids in instead, in a process of its own, so that time and memory are its own. */

import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { resourceUsage } from "node:process";
import { openFileStore } from "veilshare/store/node";
import { startCpuClock } from "../cpu-time.js";
import { reportIds, setKey } from "./ids.js";

/** What was measured. */
export interface Opened {
  readonly wallMs: number;
  readonly cpuSeconds: number;
  /** Largest resident memory of the process, Node's own included. */
  readonly peakMiB: number;
  /** Number of ids that were there. */
  readonly ids: number;
}

async function openStore(folder: string): Promise<number> {
  const store = await openFileStore(folder);
  const ids = store.view.count(reportIds, setKey);
  await store.close();
  return ids;
}

/** One line an id, as `JSON.stringify` writes it; read into a set of texts. */
async function openJsonLines(path: string): Promise<number> {
  const ids = new Set<string>();
  for await (const line of createInterface({ input: createReadStream(path), crlfDelay: Infinity })) {
    ids.add((JSON.parse(line) as { readonly id: string }).id);
  }
  return ids.size;
}

const [, , what = "", path = ""] = process.argv;
const cpuSecondsUsed = startCpuClock();
const startMs = performance.now();
const ids = await (what === "store" ? openStore(path) : openJsonLines(path));
const wallMs = performance.now() - startMs;
const peakMiB = resourceUsage().maxRSS / 1024;
const opened: Opened = { wallMs, cpuSeconds: cpuSecondsUsed(), peakMiB, ids };
process.stdout.write(JSON.stringify(opened));
