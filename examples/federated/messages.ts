/** What crosses between the example and its banks' processes. */

import type { FederatedPlanOptions } from "veilshare/aggregation";
import type { PartyEntry } from "veilshare/channel";

/** What a bank's process is started with. */
export interface BankTask {
  readonly serverEntry: PartyEntry;
  readonly planOptions: FederatedPlanOptions;
  readonly columns: number;
  readonly values: Float64Array;
  readonly labels: Uint8Array;
  readonly localSteps: number;
  /** The round in which this bank's process kills itself, before its update is in. */
  readonly diesInRound?: number;
}

/** What a bank's process says. */
export type FromBank =
  | { readonly kind: "entry"; readonly entry: PartyEntry }
  | { readonly kind: "done"; readonly rounds: number; readonly clipped: number };
