/** What the example tells its parties, and what they tell it. JSON, hence type aliases. */

import type { TextEncoding } from "veilshare/table";

/** One party's file. JSON, as it crosses to the party's process. */
export type InputFile = {
  readonly path: string;
  /** The columns of its key, as many on both sides. */
  readonly key: readonly string[];
  readonly trim: boolean;
  readonly encoding?: TextEncoding;
  readonly delimiter?: string;
  /** Names of the columns of a file without a header. */
  readonly columns?: readonly string[];
  readonly sheet?: string;
};

/** What both sides do to keys before they are compared. */
export type Steps = Readonly<Partial<Record<(typeof stepNames)[number], true>>>;

/** The steps' names. */
export const stepNames = ["trim", "lowerCase", "nfc", "nfkc"] as const;

/** What a party is told when it starts. */
export type PartyTask = {
  readonly file: InputFile;
  readonly normalize: Steps;
  /** Who learns the intersection. */
  readonly receiver: string;
};

/** What a party tells. Of its items it says no more than lines of its own file. */
export type PartyReport = {
  /** Rows of its file. */
  readonly rows: number;
  /** Rows that were left out because a key field is empty. */
  readonly withoutKey: number;
  /** The columns of its key. */
  readonly key: readonly string[];
  /** What its keys look like, where nothing matched. */
  readonly advice: readonly string[];
  /** Rows that repeat an earlier one. */
  readonly duplicates: number;
  readonly distinct: number;
  /** What it learned of the other party's list. */
  readonly peerItems: number;
  /** Null for the party that does not learn it. */
  readonly common: number | null;
  /** Lines of the first common items in its own file. */
  readonly firstLines: readonly number[];
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly bytesSent: number;
  readonly rounds: number;
};
