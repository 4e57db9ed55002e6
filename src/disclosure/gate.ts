/**
 * Count, decide, then sum: the one way by which totals leave the circle of those who contribute to them. All ways of summing
 * go through it (among peers, with a server whose clients may leave, verified by proofs), each as a {@link SumBackend}.
 *
 *   members -> members   what the ledgers know of the period                     (history; among peers)
 *   all                  the sum of 0 and 1: who has something in which cell, and, at a party whose contribution is another one
 *                        than in an earlier release of the period, a random word (counts)
 *   each                 decides by the rule, from the counts: all decide alike
 *   each                 records in its own ledger what is to be shown, or refuses
 *   all                  the sum of what may be shown, and of nothing else       (amounts)
 *
 * The word that objectors add hides who they are and how many: their sum is opened as zero or not.
 */

import { drawBytes, randomBytes } from "../random/csprng.js";
import { wordsFromBytes } from "../bytes/encoding.js";
import type { SummedVectors } from "../aggregation/vector-sum.js";
import { refused } from "./query-ledger.js";
import type { RunGuard } from "./release-guard.js";
import type { ReleasedTable } from "./released-table.js";

/** A vector that is to be added up, as one party sees it. */
export interface GateVector {
  readonly length: number;
  /** Undefined at a party that helps to add and contributes nothing: a server, an aggregator, a collector. */
  readonly own: BigInt64Array | undefined;
  /** No element is larger. */
  readonly maxAbs: bigint;
}

/** One of the sums of a run. */
export interface GateSum extends GateVector {
  readonly step: "counts" | "amounts";
  /** Whether elements may be any words, and the sum is modulo 2^64. */
  readonly wraps: boolean;
}

/** A way of adding up, as one party sees it. */
export interface SumBackend {
  /** Whether it can add modulo 2^64; otherwise objectors are counted. */
  readonly canWrap: boolean;
  /** Adds up. All get the same sum, or know it if this party is not told. */
  add(sum: GateSum): Promise<SummedVectors>;
  /** Names of those whose vectors are in, once counted; undefined where this party does not know them. */
  members(): readonly string[] | undefined;
  /** Tells the others what the own ledger knows, and gives what theirs do. */
  exchangeHistory(own: readonly ReleasedTable[]): Promise<readonly ReleasedTable[]>;
}

/** What is asked, by which rule. */
export interface GatedRelease<Decision> {
  /** 0 or 1 for each question "do I have some of this?". */
  readonly questions: Omit<GateVector, "maxAbs">;
  /**
   * The rule: decides from the counts, the same at all.
   *
   * `contributors` is how many vectors are in the counts.
   */
  decide(counts: BigInt64Array, contributors: number): Decision | Promise<Decision>;
  /** What may be added up, by the decision. */
  amounts(decision: Decision): GateVector;
  /** What is to be shown, for the ledgers. */
  table(decision: Decision): Omit<ReleasedTable, "members">;
}

/** What came through the gate. */
export interface GateOutcome<Decision> {
  readonly decision: Decision;
  /** How many vectors are in the counts. */
  readonly counted: number;
  /** Undefined where nothing may be shown. */
  readonly amounts: SummedVectors | undefined;
}

/**
 * Takes one release through the gate.
 *
 * @param guard - The own guard, if there is one.
 * @throws VeilshareError DISCLOSURE_REFUSED when some member's contribution is another one than in an earlier release of the
 *   period, at all parties, or when the own ledger refuses, at its owner: no amount was added up then. Whatever the backend and
 *   the rule throw.
 */
export async function throughGate<Decision>(
  backend: SumBackend,
  release: GatedRelease<Decision>,
  guard: RunGuard | undefined,
): Promise<GateOutcome<Decision>> {
  const hearsay = await backend.exchangeHistory(guard?.history ?? []);
  const { counts, contributors } = await count(backend, release.questions, guard?.objects ?? false);
  const decision = await release.decide(counts, contributors);
  const vector = release.amounts(decision);
  if (vector.length === 0) return { decision, counted: contributors, amounts: undefined };
  const members = backend.members();
  const table = members === undefined ? undefined : { members: [...members], ...release.table(decision) };
  await guard?.record(table, hearsay);
  const amounts = await backend.add({ ...vector, step: "amounts", wraps: false });
  return { decision, counted: contributors, amounts };
}

async function count(
  backend: SumBackend,
  { length, own }: Omit<GateVector, "maxAbs">,
  objects: boolean,
): Promise<{ readonly counts: BigInt64Array; readonly contributors: number }> {
  const word = !objects ? 0n : backend.canWrap ? randomWord() : 1n;
  const answers = own === undefined ? undefined : BigInt64Array.of(...own, word);
  const questions = { length: length + 1, own: answers, maxAbs: 1n };
  const { sum, contributors } = await backend.add({ ...questions, step: "counts", wraps: backend.canWrap });
  if (sum[length] !== 0n) throw refused("changed");
  return { counts: sum.slice(0, length), contributors };
}

function randomWord(): bigint {
  const [word = 0n] = wordsFromBytes(drawBytes(randomBytes, 8));
  return word === 0n ? 1n : BigInt.asIntN(64, word);
}
