/** What all parties of a verified aggregation must have alike, and how ids and roles are written. */

import type { JsonValue } from "../../bytes/canonical-json.js";
import { bytesToHex } from "../../bytes/encoding.js";
import type { Party } from "../../channel/party.js";
import { bytes, number, object, withMethods, type Rule } from "../../checks/rules.js";
import { invalidArgument } from "../../errors.js";
import type { Prio3 } from "../../prio3/prio3.js";

/** One thing that is measured: the function, the application, and how many reports hide each other. */
export interface VerifiedTask<Measurement, Result> {
  /** Its number of shares is the number of aggregators. */
  readonly prio3: Prio3<Measurement, Result>;
  /** Names the task; reports for another one are refused. */
  readonly context: Uint8Array;
  /** A sum of fewer reports is never released, 1 or more. */
  readonly minReports: number;
}

/** Rule of {@link VerifiedTask}. */
export const taskRule: Rule = object({
  prio3: withMethods("a function of prio3", "shard", "description"),
  context: bytes(),
  minReports: number(),
});

/** The task as the parties compare it. */
export function taskParameters<M, R>(task: VerifiedTask<M, R>): Readonly<Record<string, JsonValue>> {
  const { prio3, context, minReports } = task;
  if (!Number.isInteger(minReports) || minReports < 1 || BigInt(minReports) > prio3.maxMeasurements) {
    throw invalidArgument("verified", `minReports from 1 to ${prio3.maxMeasurements}`, String(minReports));
  }
  return { prio3: prio3.description(), context: bytesToHex(context), minReports };
}

/** Who is who in a session of a batch: the collector, and the aggregators in the order of their ids. */
export interface BatchRoles {
  readonly collector: number;
  readonly aggregators: readonly number[];
}

/**
 * The roles in a session: everyone but the collector is an aggregator, with ids in the session's order.
 *
 * @throws VeilshareError INVALID_ARGUMENT for another number of parties than the function has shares, and one.
 */
export function batchRoles<M, R>(
  caller: string,
  party: Party,
  task: VerifiedTask<M, R>,
  collector: number | string,
): BatchRoles {
  const index = party.indexOf(collector);
  const { shares } = task.prio3;
  if (party.size !== shares + 1) {
    throw invalidArgument(caller, `${shares} aggregators and a collector`, `${party.size} parties`);
  }
  const aggregators = party.names.map((_, i) => i).filter((i) => i !== index);
  return { collector: index, aggregators };
}
