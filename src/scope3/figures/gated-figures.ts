/**
 * The figures of a Scope 3 run as the gate takes them: the questions, the rule and the amounts, the same for all three ways of
 * summing. What each way knows besides (how many may still be lost, who dominates) comes in as options.
 */

import type { GatedRelease } from "../../disclosure/gate.js";
import type { OwnTable } from "../../disclosure/query-ledger.js";
import type { ReleasedTable } from "../../disclosure/released-table.js";
import { RunGuard, type ReleaseGuard } from "../../disclosure/release-guard.js";
import type { FootprintSums } from "../lines/footprint.js";
import type { ContributorCounts } from "../report/report.js";
import { decideDisclosure, type Disclosure } from "./disclosure.js";
import {
  amountLength,
  amountVector,
  countingLength,
  countingVector,
  readCounts,
  whatIsShown,
  type FigureChoice,
  type Shown,
} from "./figures.js";

/** What the counts lead to, the same at all parties. */
export interface FigureDecision {
  readonly counts: ContributorCounts;
  readonly disclosure: Disclosure;
  readonly shown: Shown;
}

/** One way's part in the rule. */
export interface FigureRule {
  readonly choice: FigureChoice;
  /** The fewest contributors of anything that may be shown, from the number of vectors in the counts. */
  readonly needed: (counted: number) => number;
  /** No own amount is larger. */
  readonly maxAbs: bigint;
  /** Undefined at who contributes nothing. */
  readonly own?: FootprintSums | undefined;
  /** Withholds more than the counts do. */
  readonly withhold?: ((decision: FigureDecision) => Promise<FigureDecision>) | undefined;
}

/** The release of a Scope 3 run. */
export function gatedFigures({
  choice,
  needed,
  maxAbs,
  own,
  withhold,
}: FigureRule): GatedRelease<FigureDecision> {
  const questions = own === undefined ? undefined : countingVector(own, choice);
  return {
    questions: { length: countingLength(choice), own: questions },
    decide(sum, counted) {
      const decision = decideFigures(sum, choice, counted, needed(counted));
      return withhold === undefined ? decision : withhold(decision);
    },
    amounts: ({ shown }) => ({
      length: amountLength(shown),
      own: own === undefined ? undefined : amountVector(own, shown),
      maxAbs,
    }),
    table: releasedTable,
  };
}

/**
 * The rule on its own: from the counts alone.
 *
 * @throws VeilshareError PEER_UNEXPECTED when the counts can't be those of parties that follow the protocol.
 */
export function decideFigures(
  sum: BigInt64Array,
  choice: FigureChoice,
  counted: number,
  needed: number,
): FigureDecision {
  const counts = readCounts(sum, choice, counted);
  const disclosure = decideDisclosure(counts.byCategory, counts.overall, needed);
  return { counts, disclosure, shown: whatIsShown(counts, disclosure, choice, needed) };
}

function releasedTable({ counts, shown }: FigureDecision): Omit<ReleasedTable, "members"> {
  const cells = counts.byCategory.map((contributors, index) => ({
    cell: String(index + 1),
    contributors,
    shown: shown.cells.includes(index),
  }));
  return { cells, whole: { contributors: counts.overall, shown: shown.overall } };
}

/** The guard of a run, under the name that all Scope 3 totals have. */
export function scope3Guard(
  guard: ReleaseGuard | undefined,
  period: string | undefined,
  own: FootprintSums | undefined,
): RunGuard | undefined {
  if (guard === undefined || period === undefined) return undefined;
  return new RunGuard({ ledger: guard.ledger, series: "scope 3, g", period }, own && ownTable(own));
}

function ownTable(own: FootprintSums): OwnTable {
  const cells = new Map(own.gramsByCategory.map((grams, index) => [String(index + 1), [grams]]));
  cells.set("spend", [own.spend, own.primarySpend]);
  cells.set("quality", [own.primaryGrams, own.ratedGrams, ...own.ratingGrams]);
  return { cells, whole: [own.grams], isWhole: true };
}
