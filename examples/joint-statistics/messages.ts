/** What the launcher gives a party's process, and what it gives back. */

import type { Answer, Computation } from "veilshare/joint-statistics";

/** What a process is started with. */
export type StatisticsTask =
  | { readonly role: "first" | "second"; readonly file: string; readonly computation: Computation }
  | { readonly role: "helper" | "dealer"; readonly computation: Computation };

/** What a process gives back; answers at the owners only. */
export type StatisticsOutcome = {
  readonly rows: number | null;
  readonly answers: readonly Answer[];
  readonly bytesSent: number;
  readonly rounds: number;
};
