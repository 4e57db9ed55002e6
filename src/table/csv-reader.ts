/** A whole CSV file to a table. */

import { CsvParser, type CsvFormat } from "./csv-format.js";
import type { Table } from "./table.js";
import { bomBytes, bomLength, encodedText, TextChecker, type TextEncoding } from "./text-decoder.js";

/** How {@link parseTable} reads. */
export interface ParseTableOptions extends CsvFormat {
  /** What bytes are written in. Default `utf-8`. */
  readonly encoding?: TextEncoding;
}

/**
 * Reads CSV.
 *
 * Lines end with LF, CR LF or CR, also mixed. Empty lines are no rows (`""` is: one empty cell). White space around a
 * header name is dropped; cells stay as they are unless `trim`. A header without rows gives a table without rows.
 *
 * **Cost.** About 15 MB/s on one core; the whole file, its cells and nothing else are in memory. For files that are
 * too large for that see `readCsvRows`.
 *
 * @param content - The file's bytes (a byte order mark is accepted) or its text.
 * @throws VeilshareError INVALID_DATA with file and line: wrong encoding, NUL, empty file, a header name that is
 *   missing or there twice, a row with more or fewer cells than the header, a quote that is not closed or stands
 *   inside a cell. INVALID_ARGUMENT for a delimiter that can't be one or another encoding.
 */
export function parseTable(content: Uint8Array | string, options: ParseTableOptions): Table {
  const { file, encoding = "utf-8" } = options;
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
  const checker = new TextChecker("parseTable", typeof content === "string" ? "utf-8" : encoding);
  const { bytes, fault } = checker.check(withoutMark(content, encoding, file));
  if (fault !== undefined) parser.refuse(bytes, fault);
  parser.take(bytes);
  parser.finish();
  return { file, columns, rowCount: lines.length, cells, lines: Uint32Array.from(lines), headerLine };
}

function withoutMark(content: Uint8Array | string, encoding: TextEncoding, file: string): Uint8Array {
  if (typeof content === "string") return encodedText(content, file);
  return content.subarray(bomLength(content.subarray(0, bomBytes), encoding, file));
}
