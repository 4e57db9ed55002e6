/** What the streams of one run have in common, and how they end together. */

import type { ProtocolRun } from "../../channel/party.js";
import type { UsedSlots } from "../../ot/subspace-vole/slots.js";
import type { Pool } from "../../parallel/pool.js";
import type { RandomSource } from "../../random/csprng.js";
import type { OkvsPlan } from "./parameters.js";
import type { Partitions } from "./partitions.js";
import type { RunKeys } from "./run-key.js";

/** One party's run, once both know that no partition overflows. */
export interface RunContext {
  readonly run: ProtocolRun;
  readonly pool: Pool;
  readonly plan: OkvsPlan;
  readonly keys: RunKeys;
  /** The own list. */
  readonly partitions: Partitions;
  readonly slots: UsedSlots;
  readonly random: RandomSource;
  /** Whether the sender is to learn the result too. */
  readonly both: boolean;
}

/** Tags of a message: 1 MiB. */
export const tagsPerMessage = 65_536;

/** Bytes of the messages that a partition's tags come in. */
export function tagMessages(cap: number): number[] {
  const sizes: number[] = [];
  for (let start = 0; start < cap; start += tagsPerMessage) sizes.push(Math.min(tagsPerMessage, cap - start));
  return sizes;
}

/** Awaits all streams. When one fails the session is stopped, so that the others end too before this rejects. */
export async function allStreams(run: ProtocolRun, streams: readonly Promise<void>[]): Promise<void> {
  try {
    await Promise.all(streams);
  } catch (thrown) {
    run.abort(thrown);
    await Promise.allSettled(streams);
    throw thrown;
  }
}
