/** One supplier's process: its own lines in, the consortium's report out. */

import { formatScope3Text, sumScope3AmongPeers } from "veilshare/scope3";
import { serveParty } from "../launcher/index.js";
import { plainReport, type SupplierOutcome, type SupplierTask } from "./summary.js";

serveParty(async (party, task): Promise<SupplierOutcome> => {
  const { footprint, factors, period } = task as unknown as SupplierTask; // consortium-run.ts gives these
  const report = await sumScope3AmongPeers(party, footprint, { period });
  const { bytesSent, rounds } = party.traffic;
  return { report: plainReport(report), text: formatScope3Text(report, { factors }), bytesSent, rounds };
});
