/** What a client of a resilient sum is given: its place, and what it needs besides. */

import type { SigningKey } from "../../channel/identity/signing-key.js";
import type { RandomSource } from "../../random/csprng.js";
import type { ResilientPlan } from "./plan.js";

/** What a client needs besides the plan. */
export interface ClientOptions {
  /** With an active server: the own key, the public part of which is in the plan. */
  readonly signingKey?: SigningKey;
  /** How errors name the server. Default `server`. */
  readonly serverName?: string;
  /** Where scalars and coefficients come from; other than the default only to replay a run. */
  readonly random?: RandomSource;
}

/** Who the client is in which sum. */
export interface ClientPlace {
  readonly plan: ResilientPlan;
  /** 32 public bytes of the server that no two sums share. */
  readonly sumId: Uint8Array;
  /** Own index, 0 to plan.clients - 1. */
  readonly index: number;
}
