/** The collector's side of a batch; the messages are in `aggregate-batch.ts`. */

import { ByteReader, MalformedMessage } from "../../bytes/codec.js";
import type { Party } from "../../channel/party.js";
import { checkArgument, checkOptions, partyRule, type RulesOf } from "../../checks/options.js";
import { callback, flag, optional } from "../../checks/rules.js";
import { invalidArgument, VeilshareError } from "../../errors.js";
import type { AggregateShare } from "../../prio3/secrets.js";
import {
  batchParameters,
  batchProtocol,
  batchRules,
  outcomeHeadBytes,
  type BatchOptions,
} from "./batch-parameters.js";
import { batchFault } from "./flags.js";
import { batchRoles, taskRule, type VerifiedTask } from "./task.js";

/** What the collector learns. */
export type CollectedBatch<Result> =
  | {
      readonly released: true;
      readonly result: Result;
      /** How many reports were added up. */
      readonly reports: number;
      /** How many were refused. */
      readonly rejected: number;
    }
  | { readonly released: false };

/** Options of {@link collectBatch}. */
export interface CollectBatchOptions<Result = unknown> extends BatchOptions {
  /** True when the aggregators add noise: the result may then be below zero. Default false. */
  readonly noise?: boolean;
  /**
   * Keeps the sum, durably, before the aggregators are told that this collector has it. They give it out, the same bytes,
   * until then: a collector that died before this resolved asks again with the same `batch`.
   */
  readonly keep?: (collected: {
    readonly reports: number;
    readonly rejected: number;
    readonly result: Result;
  }) => void | Promise<void>;
}

const collectRules: RulesOf<CollectBatchOptions> = {
  ...batchRules,
  noise: optional(flag),
  keep: optional(callback),
};

/**
 * The collector's step: puts the sum together from the aggregators' shares.
 *
 * @returns The sum, of how many reports, and how many were refused; or that there were too few.
 * @throws VeilshareError PEER_MISMATCH when aggregators differ in their counts; PEER_MALFORMED for a share of another form;
 *   as `aggregateBatch`.
 *
 * **Security.** The collector learns the sum and the two counts, nothing of one report or of the ids. It can't tell whether
 * the aggregators have added up what they should: they are trusted with that, all of them.
 */
export async function collectBatch<M, R>(
  party: Party,
  task: VerifiedTask<M, R>,
  options: CollectBatchOptions<R>,
): Promise<CollectedBatch<R>> {
  checkArgument("collectBatch", "party", party, partyRule);
  checkArgument("collectBatch", "task", task, taskRule);
  checkOptions<CollectBatchOptions<R>>("collectBatch", options, collectRules);
  return party.run(batchProtocol, async (run) => {
    const roles = batchRoles("collectBatch", run, task, options.collector);
    if (roles.collector !== run.index) {
      throw invalidArgument("collectBatch", "this party to be the collector", "another");
    }
    const noise = options.noise ?? false;
    await run.agree({ ...batchParameters(task, roles, options), noise });
    const maxByteLength = outcomeHeadBytes + task.prio3.sizes.aggregateShare;
    const messages = await Promise.all(
      roles.aggregators.map((from) => run.receive(from, "outcome", { maxByteLength })),
    );
    const outcomes = messages.map((message, i) =>
      readOutcome(run.names[roles.aggregators[i] ?? -1] ?? "", task, message),
    );
    const collected = combineOutcomes(task, outcomes, noise);
    if (!collected.released) return collected;
    await options.keep?.(collected);
    await Promise.all(roles.aggregators.map((to) => run.send(to, "received", new Uint8Array(0))));
    return collected;
  });
}

interface Outcome {
  readonly party: string;
  readonly accepted: number;
  readonly rejected: number;
  /** Undefined where nothing is released. */
  readonly share: AggregateShare | undefined;
}

function readOutcome<M, R>(party: string, { prio3 }: VerifiedTask<M, R>, message: Uint8Array): Outcome {
  try {
    const reader = new ByteReader(message);
    if (reader.u8() === 0) {
      reader.end();
      return { party, accepted: 0, rejected: 0, share: undefined };
    }
    const [accepted, rejected] = [reader.u32(), reader.u32()];
    return { party, accepted, rejected, share: prio3.decodeAggregateShare(reader.fixed(reader.remaining)) };
  } catch (thrown) {
    if (!(thrown instanceof MalformedMessage || thrown instanceof VeilshareError)) throw thrown;
    const fault = {
      party,
      step: "outcome",
      expected: "counts and an aggregate share",
      got: "another message",
    };
    throw batchFault("PEER_MALFORMED", fault);
  }
}

function combineOutcomes<M, R>(
  task: VerifiedTask<M, R>,
  outcomes: readonly Outcome[],
  noise: boolean,
): CollectedBatch<R> {
  const [first] = outcomes;
  if (first === undefined) throw invalidArgument("collectBatch", "aggregators", "none");
  const { accepted, rejected } = first;
  for (const outcome of outcomes) {
    const same = outcome.accepted === accepted && outcome.rejected === rejected;
    if (same && (outcome.share === undefined) === (first.share === undefined)) continue;
    const fault = { party: outcome.party, step: "outcome", expected: "the same counts", got: "others" };
    throw batchFault("PEER_MISMATCH", fault);
  }
  const shares = outcomes.flatMap(({ share }) => (share === undefined ? [] : [share]));
  if (shares.length === 0) return { released: false };
  if (accepted < task.minReports) {
    const expected = `at least ${task.minReports} reports`;
    const fault = { party: first.party, step: "outcome", expected, got: String(accepted) };
    throw batchFault("PEER_UNEXPECTED", fault);
  }
  const result = task.prio3.unshard(shares, accepted, noise ? "signed" : "unsigned");
  return { released: true, result, reports: accepted, rejected };
}
