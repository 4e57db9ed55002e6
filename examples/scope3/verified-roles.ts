/** Who takes part in a verified run besides the suppliers, and what each process gives back. */

import type { PlainReport, Proved } from "./summary.js";

/** In the order of their ids. */
export const aggregatorNames: readonly string[] = ["aggregator one", "aggregator two"];
export const buyerName = "buyer";

/** What a process gives back; `bought` at the buyer only. */
export type PartyOutcome = Readonly<{
  bytesSent: number;
  rounds: number;
  bought?: Readonly<{ report: PlainReport; text: string; proved: Proved }>;
}>;
