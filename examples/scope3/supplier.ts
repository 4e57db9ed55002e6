/** One supplier's process: its own lines in, the consortium's report out. */

import { formatScope3Text, sumScope3AmongPeers, type Footprint } from "veilshare/scope3";
import { serveParty } from "../launcher/index.js";
import { plainReport, type SupplierOutcome } from "./summary.js";

serveParty(async (party, task): Promise<SupplierOutcome> => {
  const report = await sumScope3AmongPeers(party, task as unknown as Footprint); // main.ts gives footprints as tasks
  const { bytesSent, rounds } = party.traffic;
  return { report: plainReport(report), text: formatScope3Text(report), bytesSent, rounds };
});
