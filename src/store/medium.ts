/** Where the records of a store go. */

import type { Chain } from "./chain.js";
import type { Digest } from "./frame.js";
import type { State } from "./state.js";

/** What a store needs from the place where its records lie. */
export interface Medium {
  readonly digest: Digest;
  readonly marker: Uint8Array;
  /**
   * Writes frames at the end, in one piece.
   *
   * @param before - Where the chain stood before these frames.
   * @param after - Where it stands after them.
   * @throws VeilshareError STORE_FENCED, STORE_WRITE_FAILED: then they do not count, or it is not known whether they do.
   */
  append(frames: Uint8Array, before: Chain, after: Chain): Promise<void>;
  /** Makes sure that no other owner has begun. */
  check(before: Chain): Promise<void>;
  /**
   * After a write that failed, begins anew as the same store's owner: state and chain are brought to what is written.
   *
   * @throws VeilshareError as `append`.
   */
  recover(state: State, chain: Chain): Promise<void>;
  /** True when so much was written since the last snapshot that another is worth its cost. */
  wantsSnapshot(): boolean;
  /** Goes on in a new place that begins with a snapshot; the chain is one further after it. */
  compact(state: State, chain: Chain, nowMs: number): Promise<void>;
  close(): Promise<void>;
}
