/** One party of the example: a process of its own that reads its own file, and nobody else's. */

import { cpuUsage } from "node:process";
import { intersect } from "veilshare/psi";
import { serveParty } from "../launcher/index.js";
import { keysOf } from "./keys.js";
import type { PartyReport, PartyTask } from "./messages.js";

const linesShown = 5;

serveParty(async (party, json) => {
  const { file, receiver, normalize } = json as PartyTask; // main.ts is who starts this process
  const keys = keysOf(file);
  const before = cpuUsage();
  const startMs = performance.now();
  const result = await intersect(party, keys, { receiver, normalize });
  const seconds = (performance.now() - startMs) / 1000;
  const used = cpuUsage(before);
  const rows = result.revealed ? result.indices : new Uint32Array(0);
  const report: PartyReport = {
    rows: keys.count + keys.withoutKey,
    withoutKey: keys.withoutKey,
    key: file.key,
    advice: result.revealed && result.size === 0 ? keys.advice() : [],
    duplicates: result.duplicates,
    distinct: result.ownItems,
    peerItems: result.peerItems,
    common: result.revealed ? result.size : null,
    firstLines: [...rows.subarray(0, linesShown)].map((row) => keys.lineOf(row)),
    seconds,
    cpuSeconds: (used.user + used.system) / 1e6,
    bytesSent: party.traffic.bytesSent,
    rounds: party.traffic.rounds,
  };
  return report;
});
