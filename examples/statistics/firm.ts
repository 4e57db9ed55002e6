/** One firm's process: its own rows in, everybody's statistics out. */

import { sumStatistics } from "veilshare/statistics";
import { serveParty, type Json } from "../launcher/index.js";
import type { FirmOutcome, FirmTask } from "./messages.js";

serveParty(async (party, task: Json): Promise<FirmOutcome> => {
  const { rows, question } = task as unknown as FirmTask; // main.ts gives these
  const { groups, min, max, edges, maxRows } = question;
  const report = await sumStatistics(party, rows, {
    value: { min, max },
    groups,
    maxRows,
    variance: true,
    edges,
    percentiles: [25, 50, 75],
  });
  const lines = report.groups.map((group) => {
    const { status, contributors } = group;
    const nothing = { rows: null, mean: null, variance: null, quartiles: [] };
    if (group.status !== "shown") return { group: group.group, status, contributors, ...nothing };
    const { rows: count, mean, variance = null, percentiles = [] } = group;
    const quartiles = percentiles.map(({ lower, upper }) => ({ lower, upper }));
    return { group: group.group, status, contributors, rows: count, mean, variance, quartiles };
  });
  return { groups: lines, bytesSent: party.traffic.bytesSent, rounds: party.traffic.rounds };
});
