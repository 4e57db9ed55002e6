/**
 * The one parameter set of intersections by OKVS: computational security 128, statistical security 40. Everything here
 * is a public function of the two list sizes.
 *
 * **Source.** docs/psi-okvs.md has the derivations and the measurements.
 */

import { maskRows, rowMultiple } from "../../ot/subspace-vole/matrix.js";

/** What tests vary. */
export interface OkvsSettings {
  /** Items of the receiver's list a partition, about. */
  readonly partitionItems: number;
  /** A partition of a list overflows with a probability of at most 2 to the minus this, all partitions together. */
  readonly overflowBits: number;
}

/** Settings of every run that is no test. */
export const okvsSettings: OkvsSettings = { partitionItems: 65_536, overflowBits: 41 };

/** Sizes of a run. */
export interface OkvsPlan {
  readonly receiverItems: number;
  readonly senderItems: number;
  readonly partitions: number;
  /** Records of each partition, padding included. */
  readonly receiverCap: number;
  readonly senderCap: number;
  /** Rows of a partition's matrix, mask rows included. */
  readonly rows: number;
  /** Bits of a band. */
  readonly bandBits: number;
}

const expansion = 1.15;
const naturalLogOf2 = 0.69314718056;
/** Above so many items the wider band. */
const narrowBandItems = 2 ** 26;

/**
 * The plan for two lists that are not empty.
 *
 * @param receiverItems - Distinct items of the party that learns the result.
 */
export function planOkvs(
  receiverItems: number,
  senderItems: number,
  settings: OkvsSettings = okvsSettings,
): OkvsPlan {
  const partitions = Math.max(1, Math.round(receiverItems / settings.partitionItems));
  const receiverCap = partitionCap(receiverItems, partitions, settings.overflowBits);
  const senderCap = partitionCap(senderItems, partitions, settings.overflowBits);
  const bandBits = receiverItems > narrowBandItems ? 176 : 160;
  const least = Math.ceil(expansion * receiverCap) + bandBits + maskRows;
  const rows = Math.ceil(least / rowMultiple) * rowMultiple;
  return { receiverItems, senderItems, partitions, receiverCap, senderCap, rows, bandBits };
}

/** Rows that values are decoded from. */
export function columnsOf(plan: Pick<OkvsPlan, "rows">): number {
  return plan.rows - maskRows;
}

/**
 * The room of a partition. By Bernstein's inequality a load exceeds mu + L / 3 + sqrt(L^2 / 9 + 2 mu L) with a
 * probability of at most e^-L; L = ln 2 (bits + ceil(log2 partitions)) is enough for all of them. Only operations that
 * every engine rounds alike: both parties must come to the same number.
 */
export function partitionCap(items: number, partitions: number, overflowBits: number): number {
  if (partitions === 1) return items;
  const mean = items / partitions;
  const exponent = naturalLogOf2 * (overflowBits + bitsOf(partitions - 1));
  const excess = exponent / 3 + Math.sqrt((exponent * exponent) / 9 + 2 * mean * exponent);
  return Math.min(items, Math.ceil(mean + excess));
}

/** Bits of an integer: ceil(log2(n + 1)). */
function bitsOf(integer: number): number {
  return 32 - Math.clz32(integer);
}

/** Hash queries of a cheating receiver that {@link effectiveReceiverItems} grants. */
const hashQueryBits = 64;

/**
 * How many items a cheating receiver may have entered, of whatever size it said its list to be: the least n' with
 * n' >= (128 c B + 128) / (128 - log2 q + log2 n' - 1.4427) for q = 2^64 hash queries, and at least the c B items that
 * need no hashing.
 */
export function effectiveReceiverItems(plan: OkvsPlan): number {
  const cells = columnsOf(plan) * plan.partitions;
  let items = cells;
  for (let i = 0; i < 64; i++) {
    items = (128 * cells + 128) / (128 - hashQueryBits + Math.log2(items) - 1.4427);
  }
  return Math.ceil(Math.max(items, cells));
}

/** How many items a cheating sender may have entered. */
export function effectiveSenderItems(plan: OkvsPlan): number {
  return plan.partitions * plan.senderCap;
}
