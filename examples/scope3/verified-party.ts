/** One process of a verified run: an aggregator, the buyer or a supplier, by its name. */

import { memoryStore } from "veilshare/store";
import type { Party } from "veilshare/channel";
import {
  aggregateScope3Verified,
  collectScope3Verified,
  formatScope3Text,
  sumScope3Verified,
  planScope3Verified,
  type Footprint,
  type Scope3VerifiedPlan,
} from "veilshare/scope3";
import { serveParty } from "../launcher/index.js";
import { plainReport } from "./summary.js";
import { aggregatorNames, buyerName, type PartyOutcome } from "./verified-roles.js";

type Task = Readonly<{
  currency: string;
  suppliers: number;
  factors: string;
  period: string;
  footprint?: Footprint;
}>;

/** The session of two with another party. */
function pair(party: Party, name: string): Party {
  return party.between([party.index, party.indexOf(name)].sort((a, b) => a - b));
}

async function play(
  party: Party,
  plan: Scope3VerifiedPlan,
  { footprint, factors }: Task,
): Promise<Pick<PartyOutcome, "bought">> {
  const collector = buyerName;
  if (footprint !== undefined) {
    const sessions = aggregatorNames.map((name) => pair(party, name));
    await sumScope3Verified(sessions, footprint, plan, { collector });
    return {};
  }
  const three = party.between([...aggregatorNames, buyerName].map((name) => party.indexOf(name)));
  if (party.name === buyerName) {
    const { report, counted, included, refused } = await collectScope3Verified(three, plan);
    const proved = { counted, included, refused: refused.counts + refused.amounts };
    return { bought: { report: plainReport(report), text: formatScope3Text(report, { factors }), proved } };
  }
  const suppliers = party.names.filter((name) => !three.names.includes(name));
  const sessions = suppliers.map((name) => pair(party, name));
  await aggregateScope3Verified(sessions, three, plan, { collector, store: memoryStore() });
  return {};
}

serveParty(async (party, given): Promise<PartyOutcome> => {
  const task = given as unknown as Task; // verified-run.ts gives these
  const { currency, suppliers, period } = task;
  const outcome = await play(party, planScope3Verified({ currency, suppliers, period }), task);
  const { bytesSent, rounds } = party.traffic;
  return { bytesSent, rounds, ...outcome };
});
