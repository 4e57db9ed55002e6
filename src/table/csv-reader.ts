/** A whole CSV file to a table. */

import { concatBytes } from "../bytes/encoding.js";
import type { CsvFormat } from "./csv-format.js";
import { CsvParser } from "./csv-parser.js";
import { checkedSelection } from "./selection.js";
import type { Table } from "./table.js";
import { bomBytes, checkedEncoding, encodedText, encodingOf, type TextEncoding } from "./text-decoder.js";
import { TextPieces } from "./text-pieces.js";

/** How {@link parseTable} reads. */
export interface ParseTableOptions extends CsvFormat {
  /** What bytes are written in. Default: `utf-8`, or UTF-16 where its byte order mark stands. */
  readonly encoding?: TextEncoding;
  /** The columns to read, distinct, in the order in which the table has them. Default: all that have a name. */
  readonly select?: readonly string[];
}

/**
 * Reads CSV.
 *
 * Lines end with LF, CR LF or CR, also mixed. Empty lines are no rows (`""` is: one empty cell). White space around a
 * header name is dropped; cells stay as they are unless `trim`. A header without rows gives a table without rows. What
 * spreadsheets add is taken for what it is: a first line `sep=;`, blanks between quotes and delimiters, columns without a
 * name and without cells, empty cells at a row's end, a last 0x1A.
 *
 * **Cost.** About 15 MB/s on one core; the whole file, its cells and nothing else are in memory. For files that are
 * too large for that see `readCsvRows`.
 *
 * @param content - The file's bytes (a byte order mark is accepted) or its text.
 * @throws VeilshareError INVALID_DATA with file and line: in a column that is read, bytes that are not of the encoding, a
 *   NUL, a byte order mark or an end mark (0x1A) inside; an empty file, a header name that is there twice, a column without a
 *   name that has cells, a chosen column that is not there (a name that differs in case, width or composition only is pointed
 *   to), a row with fewer cells than the header, or more, a quote that is not closed or stands inside a cell.
 *   INVALID_ARGUMENT for a delimiter that can't be one, another encoding, or a selection that is none.
 */
export function parseTable(content: Uint8Array | string, options: ParseTableOptions): Table {
  const { file } = options;
  const encoding = checkedEncoding("parseTable", options.encoding);
  if (options.select !== undefined) checkedSelection("parseTable", options.select);
  let columns: readonly string[] = [];
  let headerLine = 0;
  let cells: string[][] = [];
  const lines: number[] = [];
  const parser = new CsvParser("parseTable", options, {
    header(names, line) {
      columns = names;
      headerLine = line;
      cells = names.map(() => []);
    },
    row(row, line) {
      for (const [c, cell] of row.entries()) (cells[c] as string[]).push(cell); // one array a column
      lines.push(line);
    },
  });
  parser.take(wholeText(content, encoding, parser, file));
  parser.finish();
  return { file, columns, rowCount: lines.length, cells, lines: Uint32Array.from(lines), headerLine };
}

/** The file as UTF-8 with marks. */
function wholeText(
  content: Uint8Array | string,
  wanted: TextEncoding | undefined,
  parser: CsvParser,
  file: string,
): Uint8Array {
  if (typeof content === "string") return encodedText(content, file);
  const { encoding, markBytes } = encodingOf(content.subarray(0, bomBytes), wanted, file);
  parser.readAs(encoding);
  const pieces = new TextPieces(encoding);
  const text = pieces.beforeCut(content.subarray(markBytes));
  const rest = pieces.restBeforeCut();
  return pieces.afterCut(rest.length === 0 ? text : concatBytes(text, rest));
}
