/** A dealer serves one engine after the other, as many as the owners open. */

import { bytesFromWords, wordsFromBytes } from "../bytes/encoding.js";
import type { ProtocolRun } from "../channel/party.js";
import { serveDealer } from "../mpc/dealer.js";
import type { RiskDealerReport } from "./inputs-and-reports.js";
import type { OwnerRoles } from "./roles.js";

const step = "engine";

/** The lender tells a dealer, where there is one, whether another engine follows. */
export async function announceEngine(run: ProtocolRun, roles: OwnerRoles, follows: boolean): Promise<void> {
  if (roles.dealer === undefined || run.index !== roles.lender) return;
  await run.send(roles.dealer, step, bytesFromWords(BigUint64Array.of(follows ? 1n : 0n)));
}

/** What the dealer does. */
export async function serveEngines(run: ProtocolRun, roles: OwnerRoles): Promise<RiskDealerReport> {
  let [correlations, correctionBytes] = [0, 0];
  for (;;) {
    const message = await run.receive(roles.lender, step, { byteLength: 8 });
    if (wordsFromBytes(message)[0] !== 1n) return { role: "dealer", correlations, correctionBytes };
    const served = await serveDealer(run);
    correlations += served.correlations;
    correctionBytes += served.correctionBytes;
  }
}
