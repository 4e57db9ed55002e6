/** What the example tells its parties, and what they tell it. JSON, hence type aliases. */

/** What a party is told when it starts. */
export type PartyTask = {
  readonly file: { readonly path: string; readonly encoding: "utf-8" | "gb18030" };
  readonly columns: readonly string[];
  /** Who learns the intersection. */
  readonly receiver: string;
};

/** What a party tells. Of its items it says no more than lines of its own file. */
export type PartyReport = {
  /** Rows of its file. */
  readonly rows: number;
  /** Rows that were left out because a key field is empty. */
  readonly withoutKey: number;
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
