/** The suppliers among themselves: one process each, and a session of all of them. */

import { VeilshareError } from "veilshare";
import { runParties, type Json } from "../launcher/index.js";
import type { Inputs } from "./inputs.js";
import type { RunOutcome, SupplierOutcome } from "./summary.js";

/** Runs them. */
export async function runConsortium({ footprints, factors, period }: Inputs): Promise<RunOutcome> {
  const results = await runParties({
    script: new URL("./supplier.js", import.meta.url),
    // A footprint is plain data: what JSON keeps, each process gets its own only.
    parties: [...footprints].map(([name, footprint]) => ({
      name,
      task: { footprint, factors, period } as unknown as Json,
    })),
  });
  const outcomes = results as unknown as SupplierOutcome[]; // supplier.ts gives these
  const [first] = outcomes;
  if (first === undefined) throw new VeilshareError("INTERNAL", "no party gave a result");
  return { reports: outcomes.map(({ report }) => report), text: first.text, traffic: outcomes };
}
