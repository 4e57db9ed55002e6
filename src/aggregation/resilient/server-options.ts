/** What the server of a resilient sum needs besides the plan. */

import type { RandomSource } from "../../random/csprng.js";

/** What a server needs besides the plan. */
export interface ServerOptions {
  /** How errors name the clients, by index. Default `client-0`, `client-1`, ... */
  readonly names?: readonly string[];
  /**
   * Clients whose vectors may be on their way at once, 1 to 1,024; each takes the memory of one vector. Default: as many as
   * take 64 MiB, and at least 4.
   */
  readonly maxUploads?: number;
  /** Where the sum's id comes from; other than the default only to replay a run. */
  readonly random?: RandomSource;
}
