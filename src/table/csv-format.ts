/** How CSV is written, as callers say it. */

/** How CSV is written. */
export interface CsvFormat {
  /** The name that errors give the source. */
  readonly file: string;
  /**
   * One ASCII character between cells. Default: what a first line `sep=;` says, or else that one of comma, semicolon, tab
   * and bar with which the first rows have equally many cells.
   */
  readonly delimiter?: string;
  /**
   * Drop white space around cells that are not quoted. Default false: a cell is what stands between the delimiters. Blanks
   * between a quote and a delimiter are never part of a cell.
   */
  readonly trim?: boolean;
  /** Names of the columns of a file without a header; its first line is then data. */
  readonly columns?: readonly string[];
}
