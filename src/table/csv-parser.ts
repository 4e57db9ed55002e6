/**
 * The CSV of this package, strictly: one header, rows of one width, quotes as RFC 4180 has them. What another reader
 * would guess (a missing cell, a stray quote, a second column of the same name) is refused with its line.
 */

import { parse } from "csv-parse/browser/esm/sync"; // the build without Node's Buffer: one behaviour on every platform
import { concatBytes, utf8ToBytes } from "../bytes/encoding.js";
import { invalidArgument, VeilshareError } from "../errors.js";
import { cleanBlock } from "./csv-cleaner.js";
import { delimiterLine, findDelimiter } from "./csv-delimiter.js";
import type { CsvFormat } from "./csv-format.js";
import { readHeader, type CsvHeader } from "./csv-header.js";
import { CsvScanner } from "./csv-scanner.js";
import type { RowBatch } from "./rows.js";
import { invalidData } from "./table.js";
import { countLineEnds, textNames, type TextEncoding } from "./text-decoder.js";
import { describeMark, marks } from "./text-marks.js";

/** What takes the rows of a {@link CsvParser}. */
export interface RowTaker {
  /** The names of the columns that are read, once, before any row. */
  readonly header: (columns: readonly string[], line: number) => void;
  /** The cells of those columns. */
  readonly row: (cells: readonly string[], line: number) => void;
  /** The rows of a block that are plain, all at once, where that is wanted; the batch is valid during the call. */
  readonly rows?: (batch: RowBatch) => void;
}

/** How a {@link CsvParser} reads. */
export interface CsvParserOptions extends CsvFormat {
  /** The columns to read; undefined for all. */
  readonly select?: readonly string[];
}

/** Takes UTF-8 with marks in blocks of whole rows; the first block has to decide about the delimiter. */
export class CsvParser {
  readonly #options: CsvParserOptions & { readonly trim: boolean };
  readonly #taker: RowTaker;
  readonly #caller: string;
  #encodingName = "UTF-8";
  #delimiter: string | undefined;
  #header: CsvHeader | undefined;
  #scanner: CsvScanner | undefined;
  /** The line on which the next row starts, or an empty line before it. */
  #line = 1;
  /** Whether the file's first block is still to come. */
  #atStart = true;
  /** The line of an end mark. */
  #endLine: number | undefined;
  /** Of the block: its bytes, and where its last row ended. */
  #bytes: Uint8Array = noBytes;
  #offset = 0;
  /** What is wrong with a row that is too long. */
  #tooLong = { expected: "", got: "" };

  /**
   * @param caller - Whose format it is, for errors.
   * @throws VeilshareError INVALID_ARGUMENT for a delimiter that can't be one; INVALID_DATA for bad names of columns.
   */
  constructor(caller: string, options: CsvParserOptions, taker: RowTaker) {
    const { file, delimiter, trim = false, columns, select } = options;
    checkDelimiter(caller, delimiter, trim);
    this.#options = { ...options, trim };
    this.#delimiter = delimiter;
    this.#taker = taker;
    this.#caller = caller;
    if (columns === undefined) return;
    this.#header = readHeader(columns, select, { file, line: 1 });
    const nameless = this.#header.names.indexOf("");
    if (nameless >= 0) {
      throw invalidData({ file, line: 1, column: `${nameless + 1}` }, "a column name", "an empty one");
    }
    taker.header(this.#header.read, 0);
  }

  /** What the file is read as, for errors. */
  readAs(encoding: TextEncoding): void {
    this.#encodingName = textNames[encoding];
  }

  /**
   * Takes the rows of the next block.
   *
   * @throws VeilshareError INVALID_DATA with file and line.
   */
  take(block: Uint8Array): void {
    const rows = this.#atStart ? this.#begin(block) : block;
    if (this.#scan(rows)) return;
    this.#refuseAfterEnd(rows);
    const delimiter = this.#delimiter ?? ",";
    const { bytes, endsAt } = cleanBlock(rows, delimiter.charCodeAt(0));
    if (endsAt !== undefined) this.#endLine = this.#line + countLineEnds(rows, 0, endsAt);
    this.#bytes = bytes;
    this.#offset = 0;
    try {
      parse(bytes, {
        bom: false,
        delimiter,
        trim: this.#options.trim,
        record_delimiter: ["\r\n", "\n", "\r"],
        skip_empty_lines: true,
        relax_column_count: true, // the width is checked here, where the line is known
        on_record: (cells: string[], context: { readonly bytes: number }) => {
          this.#add(cells, context.bytes);
          return null;
        },
      });
    } catch (thrown) {
      throw this.#explained(thrown);
    }
    this.#line += countLineEnds(bytes, this.#offset, bytes.length);
    this.#bytes = noBytes;
  }

  /**
   * What is wrong with a row that is too long to be kept: often a quote that opens where none should be.
   *
   * @throws VeilshareError INVALID_DATA, always.
   */
  refuseLong(row: Uint8Array, maxRowBytes: number): never {
    const expected = `rows of at most ${maxRowBytes} bytes`;
    const got = "a longer one (or a quote that is not closed)";
    this.#tooLong = { expected, got };
    const line = this.#line + emptyLinesAtStart(row);
    this.take(concatBytes(row, hasOpenQuote(row) ? longMarkAndQuote : longMark)); // says in which cell
    throw invalidData({ file: this.#options.file, line }, expected, got);
  }

  /**
   * Ends the file.
   *
   * @throws VeilshareError INVALID_DATA when there was no header.
   */
  finish(): void {
    if (this.#header === undefined)
      throw invalidData({ file: this.#options.file, line: 1 }, "a header", "an empty file");
  }

  /** The file's first block, without the line that names the delimiter. */
  #begin(block: Uint8Array): Uint8Array {
    this.#atStart = false;
    const { delimiter: given, columns, file } = this.#options;
    const said = delimiterLine(block);
    const rows = block.subarray(said?.byteLength ?? 0);
    if (said !== undefined) {
      this.#line += 1;
      if (given !== undefined && given !== said.delimiter) {
        throw invalidData({ file, line: 1 }, "the delimiter that was given", "a line that names another");
      }
    }
    this.#delimiter = given ?? said?.delimiter ?? findDelimiter(rows, columns?.length);
    checkDelimiter(this.#caller, this.#delimiter, this.#options.trim);
    return rows;
  }

  /** Takes a block of plain rows; false when it is none, or nobody wants it so. */
  #scan(block: Uint8Array): boolean {
    const { rows } = this.#taker;
    if (rows === undefined || this.#header === undefined || this.#endLine !== undefined) return false;
    const { names, places, empty } = this.#header;
    if (empty.length > 0) return false;
    const delimiter = (this.#delimiter ?? ",").charCodeAt(0);
    const { trim } = this.#options;
    this.#scanner ??= new CsvScanner({ delimiter, width: names.length, places, trim });
    const found = this.#scanner.scan(block, this.#line);
    if (found === undefined) return false;
    this.#line = found.nextLine;
    rows(found.batch);
    return true;
  }

  #refuseAfterEnd(block: Uint8Array): void {
    if (this.#endLine === undefined || !block.some((byte) => !blankBytes.includes(byte))) return;
    const place = { file: this.#options.file, line: this.#endLine };
    throw invalidData(place, ...inWords(describeMark(marks.endOfFile, this.#encodingName)));
  }

  /** @param end - Offset of the byte after the row and its line end. */
  #add(row: readonly string[], end: number): void {
    const { file } = this.#options;
    const line = this.#nextRowLine();
    const bytes = this.#bytes.subarray(this.#offset, end);
    this.#line = line + countLineEnds(bytes, 0, bytes.length);
    this.#offset = end;
    const header = this.#header;
    if (header === undefined) {
      this.#takeHeader(row, line);
      return;
    }
    if (bytes.includes(0)) this.#refuseMarked(row, header, bytes, line);
    const width = header.names.length;
    if (row.length < width || row.slice(width).some((cell) => cell !== "")) {
      throw invalidData({ file, line }, `${width} cells as the header has`, `${row.length}`);
    }
    for (const at of header.empty) {
      if (row[at] === "") continue;
      const place = { file, line, column: `${at + 1}` };
      throw invalidData(place, "a column name in the header for a column with cells", "an empty one");
    }
    this.#taker.row(
      header.places.map((at) => row[at] as string), // places are below the width
      line,
    );
  }

  #takeHeader(row: readonly string[], line: number): void {
    const { file, select } = this.#options;
    for (const [at, name] of row.entries()) {
      if (name.includes("\0")) throw this.#markFault(name, line, `${at + 1}`);
    }
    const names = row.map((name) => name.trim());
    this.#header = readHeader(names, select, { file, line });
    this.#taker.header(this.#header.read, line);
  }

  /** What is not text matters in cells that are read, and where a row starts: there it says that files were joined. */
  #refuseMarked(
    row: readonly string[],
    { names, places, empty }: CsvHeader,
    bytes: Uint8Array,
    rowLine: number,
  ): void {
    let mark = -1;
    for (const [at, cell] of row.entries()) {
      if (!cell.includes("\0")) continue;
      const first = bytes.indexOf(0, mark + 1);
      for (const character of cell) if (character === "\0") mark = bytes.indexOf(0, mark + 1);
      const joins = at === 0 && (cell.startsWith(marks.byteOrderMark) || cell.startsWith(marks.endOfFile));
      const read = places.includes(at) || empty.includes(at) || at >= names.length;
      if (!joins && !read && !cell.includes(longMarkText)) continue;
      const name = names[at] ?? "";
      const line = cell.includes(longMarkText) ? rowLine : rowLine + countLineEnds(bytes, 0, first);
      throw this.#markFault(cell, line, name === "" ? `${at + 1}` : name);
    }
  }

  #markFault(cell: string, line: number, column: string): VeilshareError {
    const fault = cell.includes(longMarkText) ? this.#tooLong : describeMark(cell, this.#encodingName);
    return invalidData({ file: this.#options.file, line, column }, ...inWords(fault));
  }

  /** Steps over empty lines; gives the line on which the next row starts. */
  #nextRowLine(): number {
    const start = endOfEmptyLines(this.#bytes, this.#offset);
    this.#line += countLineEnds(this.#bytes, this.#offset, start);
    this.#offset = start;
    return this.#line;
  }

  /** The CSV parser's errors quote the data; ours must not, so its error is not kept as a cause either. */
  #explained(thrown: unknown): VeilshareError {
    if (thrown instanceof VeilshareError) return thrown;
    const code = typeof thrown === "object" && thrown !== null && "code" in thrown ? thrown.code : undefined;
    const place = { file: this.#options.file, line: this.#nextRowLine() };
    if (this.#bytes[this.#offset] === 0) {
      const text = new TextDecoder().decode(this.#bytes.subarray(this.#offset, this.#offset + 2));
      return invalidData(place, ...inWords(describeMark(text, this.#encodingName)));
    }
    switch (code) {
      case "CSV_QUOTE_NOT_CLOSED":
        return invalidData(place, "a closing quote in the row that starts here", "the end of the file");
      case "CSV_INVALID_CLOSING_QUOTE":
      case "CSV_NON_TRIMABLE_CHAR_AFTER_CLOSING_QUOTE":
        return invalidData(place, "a delimiter after a closing quote", "something else");
      case "INVALID_OPENING_QUOTE":
        return invalidData(place, "quotes around whole cells, doubled inside", "a quote inside a bare cell");
      default:
        return new VeilshareError("INTERNAL", "the CSV parser failed");
    }
  }
}

const noBytes = new Uint8Array(0);
const longMarkText = "\0l";
const longMark = utf8ToBytes(longMarkText);
const longMarkAndQuote = utf8ToBytes(`${longMarkText}"`);
const blankBytes: readonly number[] = [0x20, 0x09, 0x0a, 0x0d, 0x1a];

function inWords({ expected, got }: { readonly expected: string; readonly got: string }): [string, string] {
  return [expected, got];
}

function checkDelimiter(caller: string, delimiter: string | undefined, trim: boolean): void {
  if (delimiter === undefined) return;
  if (!/^[\t\x20-\x7e]$/.test(delimiter) || delimiter === '"') {
    throw invalidArgument(caller, "a delimiter of one ASCII character other than a quote", "another");
  }
  if (trim && /\s/.test(delimiter)) {
    throw invalidArgument(caller, "a delimiter that is not trimmed away", "white space with trim");
  }
}

function endOfEmptyLines(bytes: Uint8Array, start: number): number {
  let end = start;
  while (bytes[end] === 0x0a || bytes[end] === 0x0d) end += 1;
  return end;
}

function emptyLinesAtStart(bytes: Uint8Array): number {
  return countLineEnds(bytes, 0, endOfEmptyLines(bytes, 0));
}

function hasOpenQuote(bytes: Uint8Array): boolean {
  let open = false;
  for (const byte of bytes) if (byte === 0x22) open = !open;
  return open;
}
