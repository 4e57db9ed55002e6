/** What the launcher gives a firm's process, and what it gives back. */

/** Own rows, and the question that all firms agreed on. */
export type FirmTask = {
  readonly rows: readonly Readonly<{ group: string; value: number }>[];
  readonly question: Question;
};

/** What is asked of everybody's rows. */
export type Question = {
  readonly groups: readonly string[];
  /** Bounds of a value. */
  readonly min: number;
  readonly max: number;
  readonly edges: readonly number[];
  readonly maxRows: number;
};

/** A group as it became known. */
export type GroupLine = {
  readonly group: string;
  readonly status: string;
  readonly contributors: number;
  readonly rows: number | null;
  readonly mean: number | null;
  readonly variance: number | null;
  /** The buckets that hold the quartiles. */
  readonly quartiles: readonly Readonly<{ lower: number; upper: number }>[];
};

/** What a firm's process gives back. */
export type FirmOutcome = {
  readonly groups: readonly GroupLine[];
  readonly bytesSent: number;
  readonly rounds: number;
};
