/**
 * Suppliers, two aggregators and a buyer, one process each. Between organisations a supplier would have a session with each
 * aggregator and none with anybody else, as in docs/scope3.md; here one session of all is seen in pairs.
 */

import { VeilshareError } from "veilshare";
import { runParties, type Json } from "../launcher/index.js";
import type { Inputs } from "./inputs.js";
import type { RunOutcome } from "./summary.js";
import { aggregatorNames, buyerName, type PartyOutcome } from "./verified-roles.js";

/** Runs them. */
export async function runVerified({ footprints, factors, period }: Inputs): Promise<RunOutcome> {
  const others = [...aggregatorNames, buyerName];
  const taken = others.find((name) => footprints.has(name));
  if (taken !== undefined) {
    throw new VeilshareError("INVALID_DATA", `expected no supplier of the name "${taken}", got one`);
  }
  const [{ currency } = { currency: "USD" }] = footprints.values();
  const common = { currency, suppliers: footprints.size, factors, period };
  const results = await runParties({
    script: new URL("./verified-party.js", import.meta.url),
    parties: [
      ...others.map((name) => ({ name, task: common })),
      ...[...footprints].map(([name, footprint]) => ({
        name,
        task: { ...common, footprint: footprint as unknown as Json }, // plain data: what JSON keeps
      })),
    ],
  });
  const outcomes = results as unknown as PartyOutcome[]; // verified-party.ts gives these
  const bought = outcomes.find((outcome) => outcome.bought !== undefined)?.bought;
  if (bought === undefined) throw new VeilshareError("INTERNAL", "the buyer has no report");
  return { ...bought, reports: [bought.report], traffic: outcomes };
}
