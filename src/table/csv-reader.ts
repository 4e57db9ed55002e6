/**
 * CSV to a table, strictly: UTF-8, one header, rows of one width, quotes as RFC 4180 has them. What another reader
 * would guess (a missing cell, a stray quote, a second column of the same name) is refused with its line.
 */

import { parse } from "csv-parse/browser/esm/sync"; // the build without Node's Buffer: one behaviour on every platform
import { invalidArgument, VeilshareError } from "../errors.js";
import { invalidData, type Table } from "./table.js";
import { checkedUtf8, countLineEnds } from "./text-decoder.js";

/** How {@link parseTable} reads. */
export interface ParseTableOptions {
  /** The name that errors give the source. */
  readonly file: string;
  /** One ASCII character between cells. Default `,`. */
  readonly delimiter?: string;
  /** Drop white space around cells that are not quoted. Default false: a cell is what stands between the delimiters. */
  readonly trim?: boolean;
  /** Names of the columns of a file without a header; its first line is then data. */
  readonly columns?: readonly string[];
}

/**
 * Reads CSV.
 *
 * Lines end with LF, CR LF or CR, also mixed. Empty lines are no rows (`""` is: one empty cell). White space around a
 * header name is dropped; cells stay as they are unless `trim`. A header without rows gives a table without rows.
 *
 * **Cost.** About 15 MB/s on one core; the whole file, its cells and nothing else are in memory.
 *
 * @param content - The file's bytes (UTF-8, a byte order mark is accepted) or its text.
 * @throws VeilshareError INVALID_DATA with file and line: wrong encoding, NUL, empty file, a header name that is
 *   missing or there twice, a row with more or fewer cells than the header, a quote that is not closed or stands
 *   inside a cell. INVALID_ARGUMENT for a delimiter that can't be one.
 */
export function parseTable(content: Uint8Array | string, options: ParseTableOptions): Table {
  const { file, delimiter = ",", trim = false, columns } = options;
  if (!/^[\t\x20-\x7e]$/.test(delimiter) || delimiter === '"') {
    throw invalidArgument("parseTable", "a delimiter of one ASCII character other than a quote", "another");
  }
  if (trim && /\s/.test(delimiter)) {
    throw invalidArgument("parseTable", "a delimiter that is not trimmed away", "white space with trim");
  }
  const bytes = checkedUtf8(content, file);
  if (columns !== undefined) checkHeader(columns, { file, line: 1 });
  const builder = new TableBuilder(bytes, file, columns);
  try {
    parse(bytes, {
      bom: false,
      delimiter,
      trim,
      record_delimiter: ["\r\n", "\n", "\r"],
      skip_empty_lines: true,
      relax_column_count: true, // the builder checks the width, and knows the line
      on_record: (cells: string[], context: { readonly bytes: number }) => {
        builder.add(cells, context.bytes);
        return null;
      },
    });
  } catch (thrown) {
    throw builder.explained(thrown);
  }
  return builder.finish();
}

/** Takes rows one by one. */
class TableBuilder {
  readonly #bytes: Uint8Array;
  readonly #file: string;
  #columns: readonly string[] | undefined;
  #cells: string[][] = [];
  readonly #lines: number[] = [];
  #headerLine = 0;
  /** Where the last row ended, and the line on which that is. */
  #offset = 0;
  #line = 1;

  constructor(bytes: Uint8Array, file: string, columns: readonly string[] | undefined) {
    this.#bytes = bytes;
    this.#file = file;
    this.#columns = columns;
    this.#cells = columns?.map(() => []) ?? [];
  }

  /**
   * @param end - Offset of the byte after the row and its line end.
   */
  add(row: readonly string[], end: number): void {
    const line = this.#nextRowLine();
    this.#line = line + countLineEnds(this.#bytes, this.#offset, end);
    this.#offset = end;
    if (this.#columns === undefined) {
      this.#columns = row.map((name) => name.trim());
      this.#cells = row.map(() => []);
      this.#headerLine = line;
      checkHeader(this.#columns, { file: this.#file, line });
      return;
    }
    if (row.length !== this.#columns.length) {
      const expected = `${this.#columns.length} cells as the header has`;
      throw invalidData({ file: this.#file, line }, expected, `${row.length}`);
    }
    for (const [c, cell] of row.entries()) (this.#cells[c] as string[]).push(cell); // one array a column
    this.#lines.push(line);
  }

  /** Steps over empty lines; gives the line on which the next row starts. */
  #nextRowLine(): number {
    let start = this.#offset;
    while (this.#bytes[start] === 0x0a || this.#bytes[start] === 0x0d) start += 1;
    this.#line += countLineEnds(this.#bytes, this.#offset, start);
    this.#offset = start;
    return this.#line;
  }

  /** The CSV parser's errors quote the data; ours must not, so its error is not kept as a cause either. */
  explained(thrown: unknown): VeilshareError {
    const code = typeof thrown === "object" && thrown !== null && "code" in thrown ? thrown.code : undefined;
    const place = { file: this.#file, line: this.#nextRowLine() };
    switch (code) {
      case "CSV_QUOTE_NOT_CLOSED":
        return invalidData(place, "a closing quote in the row that starts here", "the end of the file");
      case "CSV_INVALID_CLOSING_QUOTE":
      case "CSV_NON_TRIMABLE_CHAR_AFTER_CLOSING_QUOTE":
        return invalidData(place, "a delimiter after a closing quote", "something else");
      case "INVALID_OPENING_QUOTE":
        return invalidData(place, "quotes around whole cells, doubled inside", "a quote inside a bare cell");
      default:
        return thrown instanceof VeilshareError
          ? thrown
          : new VeilshareError("INTERNAL", "parseTable: the CSV parser failed");
    }
  }

  finish(): Table {
    if (this.#columns === undefined)
      throw invalidData({ file: this.#file, line: 1 }, "a header", "an empty file");
    return {
      file: this.#file,
      columns: this.#columns,
      rowCount: this.#lines.length,
      cells: this.#cells,
      lines: Uint32Array.from(this.#lines),
      headerLine: this.#headerLine,
    };
  }
}

function checkHeader(
  names: readonly string[],
  place: { readonly file: string; readonly line: number },
): void {
  const positions = new Map<string, number>();
  for (const [i, name] of names.entries()) {
    if (name === "") throw invalidData({ ...place, column: `${i + 1}` }, "a column name", "an empty one");
    const before = positions.get(name);
    if (before !== undefined) {
      const expected = "distinct column names";
      throw invalidData({ ...place, column: `${i + 1}` }, expected, `the name of column ${before} again`);
    }
    positions.set(name, i + 1);
  }
}
