/**
 * Which groups may be opened: those with enough contributors, none of whom has more than a share of the rows. Decided from
 * counts alone, before any sum of values.
 */

import { invalidArgument, VeilshareError } from "../errors.js";
import { flags, type PeerSums } from "../disclosure/peer-sums.js";
import { exceedsShare, localShare } from "../disclosure/rules.js";

/** What becomes of a group. */
export type GroupStatus =
  | "shown"
  /** No party has rows in it. */
  | "empty"
  /** Too few parties have. */
  | "withheld-small"
  /** One party has more than the largest share of the rows. */
  | "withheld-dominated";

/** A group after admission. */
export interface AdmittedGroup {
  readonly status: GroupStatus;
  /** Parties with rows in it. */
  readonly contributors: number;
  /** Rows of all parties; 0 unless the group has enough contributors. */
  readonly rows: bigint;
}

/** The rules of admission; the same at all parties. */
export interface AdmissionRules {
  readonly minContributors: number;
  /** Largest share of one party in the rows of a group, in percent. */
  readonly maxShare: number;
  /** Most rows of one party. */
  readonly maxRows: number;
}

/** Who has rows in which group: the questions that are counted first. */
export function groupQuestions(ownRows: BigInt64Array): BigInt64Array {
  return flags(ownRows, (rows) => rows > 0n);
}

/**
 * Decides from the counts, with two more sums: the rows of groups with enough contributors; who objects.
 *
 * @param ownRows - Own rows by group, at most maxRows.
 * @param counts - How many parties have rows, by group.
 */
export async function admitGroups(
  sums: PeerSums,
  ownRows: BigInt64Array,
  counts: BigInt64Array,
  { minContributors, maxShare, maxRows }: AdmissionRules,
): Promise<AdmittedGroup[]> {
  const share = localShare({ rule: "n-k", n: 1, percent: maxShare });
  const open = [...ownRows.keys()].filter((group) => Number(counts[group]) >= minContributors);
  const own = BigInt64Array.from(open, (group) => ownRows[group] as bigint); // open holds positions in ownRows
  const totals = await sums.total(own, BigInt(maxRows));
  const objections = await sums.total(
    flags(own, (rows, i) => exceedsShare(rows, totals[i] ?? 0n, share)),
    1n,
  );
  const groups = [...counts].map((count): AdmittedGroup => ({
    status: count === 0n ? "empty" : "withheld-small",
    contributors: Number(count),
    rows: 0n,
  }));
  for (const [i, group] of open.entries()) {
    const status = objections[i] === 0n ? "shown" : "withheld-dominated";
    groups[group] = { status, contributors: Number(counts[group]), rows: totals[i] ?? 0n };
  }
  return groups;
}

/**
 * Checks the rules, and that this party keeps to its number of rows.
 *
 * @throws VeilshareError INVALID_ARGUMENT; VALUE_OUT_OF_RANGE for more rows than declared.
 */
export function checkRules(caller: string, { minContributors, maxRows }: AdmissionRules, rows: number): void {
  if (!Number.isSafeInteger(minContributors) || minContributors < 2) {
    throw invalidArgument(caller, "minContributors of at least 2", String(minContributors));
  }
  if (!Number.isSafeInteger(maxRows) || maxRows < 1) {
    throw invalidArgument(caller, "maxRows of at least 1", String(maxRows));
  }
  if (rows <= maxRows) return;
  const text = `${caller}: expected at most ${maxRows} rows, got ${rows}`;
  throw new VeilshareError("VALUE_OUT_OF_RANGE", text, { field: "rows" });
}

/**
 * Checks that sums of all parties fit.
 *
 * @throws VeilshareError BOUND_EXCEEDED when parties x maxAbs reaches 2^63.
 */
export function checkSumFits(caller: string, parties: number, maxAbs: bigint): void {
  if (BigInt(parties) * maxAbs < 2n ** 63n) return;
  const text = `${caller}: expected sums below 2^63, got ${parties} parties of up to ${maxAbs}: fewer decimals, narrower bounds or fewer rows`;
  throw new VeilshareError("BOUND_EXCEEDED", text, { field: "maxRows" });
}
