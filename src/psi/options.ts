/** What every protocol of this folder may be told, and its defaults. */

import type { ProtocolRun } from "../channel/party.js";
import type { JsonValue } from "../bytes/canonical-json.js";
import { poolRule, type RulesOf } from "../checks/options.js";
import { anything, either, integer, listOf, optional, text } from "../checks/rules.js";
import { invalidArgument } from "../errors.js";
import { createPool, type Pool } from "../parallel/pool.js";
import { falseMatchBitsRange } from "./doubled-value.js";
import type { ReadItemsOptions } from "../items/items.js";
import { completeNormalization, copyNormalization, type KeyNormalization } from "../items/normalization.js";
import { peerBudgetRule, type PeerBudget } from "./peer-budget.js";
import type { ListLimits } from "./peer-limits.js";

/** Options of every two-party protocol over lists of items. */
export interface PsiOptions {
  /** Who learns the result, by name or index; the same at both parties. Default: party 0. */
  readonly receiver?: number | string;
  /**
   * What is done to text before it is compared: steps such as `{ trim: true }`, a normalizer such as `emailNormalizer()` of
   * `veilshare/normalizers`, or a list with one of them a key field; the same at both parties. Default: nothing.
   */
  readonly normalize?: KeyNormalization;
  /** Items a message, 1 to 65,536; the same at both parties. Default 4,096. */
  readonly batchSize?: number;
  /**
   * Two different items of the run are taken for one with a probability of at most 2 to the minus this, 40 to 80; the
   * same at both parties. Default 40. Each 8 more cost a byte an item.
   */
  readonly falseMatchBits?: number;
  /**
   * Field values that stand for nothing in the own list, such as `"N/A"`, `"-"` or `"0"`: a key with one is left out like
   * one with a blank field. Compared in NFKC, without case and white space around. A matter of each party's own.
   */
  readonly placeholders?: readonly string[];
  /**
   * Largest list that the other party may have, up to 2^31: every item of it is a question about the own list, and takes
   * about 20 bytes of memory. In `join`: distinct keys of all kinds together. Default: ten times the own list's length,
   * or 100,000 where that is more. In `intersect` by OKVS, where it is set, it holds for as many items as a party that
   * cheats could have entered (docs/psi-okvs.md).
   */
  readonly maxPeerItems?: number;
  /**
   * Smallest list that the other party may have; a short one asks about single items. As above. Default 0.
   */
  readonly minPeerItems?: number;
  /** How many items the other party may put to us over time. A matter of each party's own. Default: no such limit. */
  readonly peerBudget?: PeerBudget;
  /** Threads for the group arithmetic; stays open. Default: a pool of its own, closed at the end. */
  readonly pool?: Pool;
  /** Worker threads of the own pool, see `createPool`; 0 for none. Default: none for small lists, else cores - 1. */
  readonly workers?: number;
}

/** What both parties must have said alike, defaults filled in. */
export interface AgreedOptions {
  readonly receiver: number;
  readonly normalize: JsonValue;
  readonly batchSize: number;
  readonly falseMatchBits: number;
}

/** All options that a protocol needs, defaults filled in. */
export interface CompleteOptions extends ListLimits {
  readonly agreed: AgreedOptions;
  readonly reading: ReadItemsOptions;
}

const defaultBatchSize = 4096;
const largestBatchSize = 65_536;
const largestPeerList = 2 ** 31;

/** The options of all protocols of this folder, for `checkOptions`. */
export const psiRules: RulesOf<PsiOptions> = {
  receiver: optional(either(integer(0), text)),
  normalize: optional(anything), // checked by its own rules, with a word on what is often given instead
  batchSize: optional(integer(1, largestBatchSize)),
  falseMatchBits: optional(integer(falseMatchBitsRange.from, falseMatchBitsRange.to)),
  placeholders: optional(listOf(text)),
  maxPeerItems: optional(integer(0, largestPeerList)),
  minPeerItems: optional(integer(0, largestPeerList)),
  peerBudget: optional(peerBudgetRule),
  pool: optional(poolRule),
  workers: optional(integer(0)),
};

/** Up to so many items on both sides, a pool of its own would cost more to start than it saves. */
const inlineItems = 2048;

/**
 * Fills in the defaults.
 *
 * @param caller - The protocol's function, for errors.
 * @throws VeilshareError INVALID_ARGUMENT for an option out of range, and unless there are two parties.
 */
export function completeOptions(caller: string, run: ProtocolRun, options: PsiOptions): CompleteOptions {
  if (run.size !== 2) {
    const got = `${run.size}: more lists need other machinery; take two parties with party.between`;
    throw invalidArgument(caller, "two parties", got);
  }
  const { batchSize = defaultBatchSize, maxPeerItems, minPeerItems = 0, placeholders = [] } = options;
  const falseMatchBits = options.falseMatchBits ?? falseMatchBitsRange.from;
  if (minPeerItems > (maxPeerItems ?? largestPeerList)) {
    throw invalidArgument(caller, "minPeerItems of at most maxPeerItems", "more");
  }
  const receiver = run.indexOf(options.receiver ?? 0);
  const normalize = completeNormalization(caller, options.normalize);
  const reading = { normalization: copyNormalization(options.normalize), placeholders: [...placeholders] };
  return { agreed: { receiver, normalize, batchSize, falseMatchBits }, reading, maxPeerItems, minPeerItems };
}

/** Runs something with the caller's pool, or with one of its own that is closed at the end. */
export async function withPool<T>(
  options: Pick<PsiOptions, "pool" | "workers">,
  items: number,
  use: (pool: Pool) => Promise<T>,
): Promise<T> {
  if (options.pool !== undefined) return use(options.pool);
  const workers = options.workers ?? (items <= inlineItems ? 0 : undefined);
  const pool = createPool(workers === undefined ? {} : { workers });
  try {
    return await use(pool);
  } finally {
    await pool.close();
  }
}
