/** What the steps of Prio3 are called with. */

import { checkArgument, checkOptions, type RulesOf } from "../checks/options.js";
import { anything, callback, instanceOf, listOf, oneOf, optional } from "../checks/rules.js";
import type { ShardInput, VerifyInput } from "./messages.js";
import { AggregateShare, InputShare, VerifierState } from "./secrets.js";

/** Lengths and contents are checked where they are used. */
const shardRules: RulesOf<ShardInput<unknown>> = {
  context: anything,
  measurement: optional(anything),
  nonce: optional(anything),
  random: optional(callback),
};

const inputShareRule = instanceOf(InputShare, "an input share, as decodeInputShare gives it");
const integersRule = oneOf("unsigned", "signed");
const stateRule = instanceOf(VerifierState, "a state that verifyInit gave");
const aggregatesRule = listOf(instanceOf(AggregateShare, "an aggregate share"));

/** What a client gives. */
export function shardInput(input: ShardInput<unknown>): void {
  checkOptions("prio3.shard", input, shardRules);
}

/** What an aggregator gives in its first step. */
export function verifyInput(input: VerifyInput): void {
  checkArgument("prio3.verifyInit", "inputShare", input.inputShare, inputShareRule);
}

/** A list, whose members are checked one by one. */
export function verifierShares(shares: readonly unknown[]): void {
  checkArgument("prio3.verifierSharesToMessage", "verifierShares", shares, listOf(anything));
}

/** What the first step gave. */
export function state(state: VerifierState): void {
  checkArgument("prio3.verifyNext", "state", state, stateRule);
}

/** What a collector gives. */
export function unshard(shares: readonly AggregateShare[], integers: string): void {
  checkArgument("prio3.unshard", "aggregateShares", shares, aggregatesRule);
  checkArgument("prio3.unshard", "integers", integers, integersRule);
}
