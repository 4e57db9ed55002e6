/** What the launching process and a party's process tell each other over Node's IPC: never protocol messages. */

import type { PartyEntry } from "veilshare/channel";

/** A value that JSON keeps. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** From the launcher to a party. */
export type ToParty =
  /** Who are you, and where do you listen? */
  | { readonly kind: "introduce"; readonly name: string }
  /** These are all parties; do your part. */
  | { readonly kind: "start"; readonly parties: readonly PartyEntry[]; readonly task: Json }
  /** Stop: the run is cancelled. */
  | { readonly kind: "cancel" };

/** From a party to the launcher. Its secret key stays in its process. */
export type FromParty =
  | { readonly kind: "ready" }
  | { readonly kind: "introduced"; readonly entry: PartyEntry }
  | { readonly kind: "progress"; readonly step: string; readonly done: number; readonly total: number }
  | { readonly kind: "result"; readonly value: Json }
  | { readonly kind: "failed"; readonly error: Json };
