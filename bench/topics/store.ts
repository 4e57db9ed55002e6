import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { open, type FileHandle } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { createFileStore } from "veilshare/store/node";
import type { BenchContext } from "../context.js";
import { ratio, round, summarise, type Measurement, type Topic } from "../measurement.js";
import { reportIds, setKey } from "../store/ids.js";
import type { Opened } from "../store/open-process.js";

const million = 1_000_000;
const idBytes = 16;
const idsPerChange = 5000;
const appends = 100;
const openings = 5;
const openProcess = fileURLToPath(new URL("../store/open-process.js", import.meta.url));
const run = promisify(execFile);

/** The state store with a million ids of reports, against a file of JSON lines and a set of texts. */
export const storeTopic: Topic = {
  name: "store",
  title: "State store",
  async run(context) {
    const folder = mkdtempSync(join(tmpdir(), "veilshare-bench-store-"));
    try {
      const ids = idsOf(context, million);
      const more = idsOf(context, appends);
      context.note(`store: ${million} ids, then ${appends} one by one`);
      const appended = await fillStore(join(folder, "state"), ids, more);
      context.note("JSON lines: the same");
      const appendedLines = await fillJsonLines(join(folder, "ids.jsonl"), ids, more);
      context.note("open both in fresh processes");
      const store = await timeOpening("store", join(folder, "state"));
      const lines = await timeOpening("JSON lines", join(folder, "ids.jsonl"));
      const results = [appended, appendedLines, store, lines];
      return {
        results,
        ratios: { ...ratio(appended, appendedLines), ...ratio(store, lines) },
        figures: {
          openSeconds1M: round(store.medianMs / 1000, 3),
          openCpuSeconds1M: store.cpuSeconds ?? Number.NaN,
          openPeakMiB1M: store.peakMiB ?? Number.NaN,
          appendMs: round(appended.medianMs, 3),
          jsonLinesOpenSeconds1M: round(lines.medianMs / 1000, 3),
          jsonLinesOpenPeakMiB1M: lines.peakMiB ?? Number.NaN,
          jsonLinesAppendMs: round(appendedLines.medianMs, 3),
        },
      };
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
};

function idsOf(context: BenchContext, count: number): Uint8Array[] {
  const bytes = context.input(`store ${count}`).bytes(count * idBytes);
  return Array.from({ length: count }, (_, i) => bytes.subarray(i * idBytes, (i + 1) * idBytes));
}

/** Each change is on disk, and known to be the only owner's, before the next begins. */
async function fillStore(
  folder: string,
  ids: readonly Uint8Array[],
  more: readonly Uint8Array[],
): Promise<Measurement> {
  const store = await createFileStore(folder);
  const claim = (some: readonly Uint8Array[]): Promise<unknown> =>
    store.transact((draft) => draft.claim(reportIds, setKey, some));
  try {
    for (let at = 0; at < ids.length; at += idsPerChange) await claim(ids.slice(at, at + idsPerChange));
    return await timeAppends("store", more, (id) => claim([id]));
  } finally {
    await store.close();
  }
}

/** Each line is on disk before the next is written; nothing says who else writes, or what was cut short. */
async function fillJsonLines(
  path: string,
  ids: readonly Uint8Array[],
  more: readonly Uint8Array[],
): Promise<Measurement> {
  const file = await open(path, "a");
  try {
    for (let at = 0; at < ids.length; at += idsPerChange) {
      await writeLines(file, ids.slice(at, at + idsPerChange));
    }
    return await timeAppends("JSON lines", more, (id) => writeLines(file, [id]));
  } finally {
    await file.close();
  }
}

async function writeLines(file: FileHandle, ids: readonly Uint8Array[]): Promise<void> {
  const lines = ids.map((id) => `${JSON.stringify({ id: Buffer.from(id).toString("hex") })}\n`);
  await file.write(lines.join(""));
  await file.sync();
}

async function timeAppends(
  whose: string,
  ids: readonly Uint8Array[],
  append: (id: Uint8Array) => Promise<unknown>,
): Promise<Measurement> {
  const times: number[] = [];
  for (const id of ids) {
    const startMs = performance.now();
    await append(id);
    times.push(performance.now() - startMs);
  }
  return summarise({ name: `${whose}, append 1 id`, items: 1, unit: "ids", threads: 1 }, times);
}

async function timeOpening(whose: string, path: string): Promise<Measurement> {
  const runs: Opened[] = [];
  for (let i = 0; i < openings; i++) {
    const { stdout } = await run(process.execPath, [
      openProcess,
      whose === "store" ? "store" : "lines",
      path,
    ]);
    runs.push(JSON.parse(stdout) as Opened);
  }
  if (runs.some(({ ids }) => ids !== million + appends)) throw new Error(`bench: ${whose} lost ids`);
  const cpu = runs.map(({ cpuSeconds }) => cpuSeconds).sort((a, b) => a - b);
  const work = {
    name: `${whose}, open ${million.toLocaleString("en-US")}`,
    items: million,
    unit: "ids",
    threads: 1,
    cpuSeconds: round(cpu[Math.floor(openings / 2)] ?? Number.NaN, 3),
    peakMiB: round(Math.max(...runs.map(({ peakMiB }) => peakMiB)), 1),
  };
  return summarise(
    work,
    runs.map(({ wallMs }) => wallMs),
  );
}
