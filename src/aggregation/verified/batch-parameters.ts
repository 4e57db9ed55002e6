/** What aggregators and collector of a batch compare before it begins. */

import { ByteReader } from "../../bytes/codec.js";
import type { JsonValue } from "../../bytes/canonical-json.js";
import { type RulesOf } from "../../checks/options.js";
import { either, integer, oneOf, optional, text } from "../../checks/rules.js";
import { invalidArgument } from "../../errors.js";
import { taskParameters, type BatchRoles, type VerifiedTask } from "./task.js";

/** Name and version of the protocol. */
export const batchProtocol = { name: "veilshare/verified-batch", version: 3 } as const;

const maxBatchBytes = 256;

/** What the parties of a batch must have alike besides the task. */
export interface BatchOptions {
  /** Names the batch: it is released once, by this name. 1 to 256 bytes of UTF-8. */
  readonly batch: string;
  /** Who gets the sum: a party of the session that is no aggregator. */
  readonly collector: number | string;
  /** Who learns the sum: the collector alone, or the aggregators too. Default `collector`. */
  readonly reveal?: "collector" | "all";
}

/** Rules of {@link BatchOptions}. */
export const batchRules: RulesOf<BatchOptions> = {
  batch: text,
  collector: either(integer(0), text),
  reveal: optional(oneOf("collector", "all")),
};

/**
 * The parameters of a batch.
 *
 * @throws VeilshareError INVALID_ARGUMENT for a name that is empty or too long.
 */
export function batchParameters<M, R>(
  task: VerifiedTask<M, R>,
  { collector, aggregators }: BatchRoles,
  { batch, reveal = "collector" }: BatchOptions,
): Readonly<Record<string, JsonValue>> {
  const bytes = new TextEncoder().encode(batch).length;
  if (bytes < 1 || bytes > maxBatchBytes) {
    throw invalidArgument("verified batch", `a name of 1 to ${maxBatchBytes} bytes`, `${bytes}`);
  }
  return { ...taskParameters(task), batch, collector, aggregators: [...aggregators], reveal };
}

/** Bytes before the aggregate share in what an aggregator gives the collector of a released batch. */
export const outcomeHeadBytes = 9;

/** How many reports were added up, as such a message says. */
export function acceptedOf(message: Uint8Array): number {
  const reader = new ByteReader(message.subarray(1, outcomeHeadBytes));
  return reader.u32();
}
