/**
 * The CSV of this package, strictly: one header, rows of one width, quotes as RFC 4180 has them. What another reader
 * would guess (a missing cell, a stray quote, a second column of the same name) is refused with its line.
 */

import { parse } from "csv-parse/browser/esm/sync"; // the build without Node's Buffer: one behaviour on every platform
import { concatBytes } from "../bytes/encoding.js";
import { invalidArgument, VeilshareError } from "../errors.js";
import { invalidData } from "./table.js";
import { countLineEnds, type TextFault } from "./text-decoder.js";

/** How CSV is written. */
export interface CsvFormat {
  /** The name that errors give the source. */
  readonly file: string;
  /** One ASCII character between cells. Default `,`. */
  readonly delimiter?: string;
  /** Drop white space around cells that are not quoted. Default false: a cell is what stands between the delimiters. */
  readonly trim?: boolean;
  /** Names of the columns of a file without a header; its first line is then data. */
  readonly columns?: readonly string[];
}

/** What takes the rows of a {@link CsvParser}. */
export interface RowTaker {
  /** The names of the columns, once, before any row. */
  readonly header: (columns: readonly string[], line: number) => void;
  readonly row: (cells: readonly string[], line: number) => void;
}

/** Takes well-formed UTF-8 in blocks of whole rows. */
export class CsvParser {
  readonly #format: Required<Omit<CsvFormat, "columns">>;
  readonly #taker: RowTaker;
  #columns: readonly string[] | undefined;
  /** The line on which the next row starts, or an empty line before it. */
  #line = 1;
  /** Of the block: its bytes, where its last row ended, and what is wrong with its end. */
  #bytes: Uint8Array = noBytes;
  #offset = 0;
  #fault: FaultAtEnd | undefined;

  /**
   * @param caller - Whose format it is, for errors.
   * @throws VeilshareError INVALID_ARGUMENT for a delimiter that can't be one; INVALID_DATA for bad names of columns.
   */
  constructor(caller: string, format: CsvFormat, taker: RowTaker) {
    const { file, delimiter = ",", trim = false, columns } = format;
    if (!/^[\t\x20-\x7e]$/.test(delimiter) || delimiter === '"') {
      throw invalidArgument(caller, "a delimiter of one ASCII character other than a quote", "another");
    }
    if (trim && /\s/.test(delimiter)) {
      throw invalidArgument(caller, "a delimiter that is not trimmed away", "white space with trim");
    }
    this.#format = { file, delimiter, trim };
    this.#taker = taker;
    if (columns === undefined) return;
    checkHeader(columns, { file, line: 1 });
    this.#columns = columns;
    taker.header(columns, 0);
  }

  /**
   * Takes the rows of the next block.
   *
   * @throws VeilshareError INVALID_DATA with file and line.
   */
  take(block: Uint8Array): void {
    this.#bytes = block;
    this.#offset = 0;
    const { delimiter, trim } = this.#format;
    try {
      parse(block, {
        bom: false,
        delimiter,
        trim,
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
    this.#line += countLineEnds(block, this.#offset, block.length);
    this.#bytes = noBytes;
  }

  /**
   * Takes the rows before a place where the text is not text, and says in which cell that is.
   *
   * @param before - The block up to there, of which the last row is not whole.
   * @throws VeilshareError INVALID_DATA, always.
   */
  refuse(before: Uint8Array, fault: TextFault): never {
    this.#refuseAt(this.#line + countLineEnds(before, 0, before.length), before, fault);
  }

  /**
   * What is wrong with a row that is too long to be kept: often a quote that opens where none should be.
   *
   * @throws VeilshareError INVALID_DATA, always.
   */
  refuseLong(row: Uint8Array, maxRowBytes: number): never {
    const expected = `rows of at most ${maxRowBytes} bytes`;
    const got = "a longer one (or a quote that is not closed)";
    this.#refuseAt(this.#line + emptyLinesAtStart(row), row, { expected, got });
  }

  /**
   * Ends the file.
   *
   * @throws VeilshareError INVALID_DATA when there was no header.
   */
  finish(): void {
    if (this.#columns === undefined)
      throw invalidData({ file: this.#format.file, line: 1 }, "a header", "an empty file");
  }

  /** Takes the rows that are whole; what is wrong is with the last cell. */
  #refuseAt(line: number, before: Uint8Array, { expected, got }: TextFault): never {
    this.#fault = { line, expected, got };
    // NUL marks the cell: nowhere else can there be one, since it is a fault itself.
    this.take(concatBytes(before, hasOpenQuote(before) ? nulAndQuote : nul));
    throw invalidData({ file: this.#format.file, line }, expected, got);
  }

  /** @param end - Offset of the byte after the row and its line end. */
  #add(row: readonly string[], end: number): void {
    const { file } = this.#format;
    const line = this.#nextRowLine();
    if (this.#fault !== undefined) this.#refuseMarked(row, this.#fault);
    this.#line = line + countLineEnds(this.#bytes, this.#offset, end);
    this.#offset = end;
    if (this.#columns === undefined) {
      const columns = row.map((name) => name.trim());
      checkHeader(columns, { file, line });
      this.#columns = columns;
      this.#taker.header(columns, line);
      return;
    }
    if (row.length !== this.#columns.length) {
      throw invalidData({ file, line }, `${this.#columns.length} cells as the header has`, `${row.length}`);
    }
    this.#taker.row(row, line);
  }

  #refuseMarked(row: readonly string[], { line, expected, got }: FaultAtEnd): void {
    const cell = row.findIndex((text) => text.includes("\0"));
    if (cell < 0) return;
    const column = this.#columns?.[cell] ?? String(cell + 1);
    throw invalidData({ file: this.#format.file, line, column }, expected, got);
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
    const code = typeof thrown === "object" && thrown !== null && "code" in thrown ? thrown.code : undefined;
    const place = { file: this.#format.file, line: this.#nextRowLine() };
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
          : new VeilshareError("INTERNAL", "the CSV parser failed");
    }
  }
}

interface FaultAtEnd extends TextFault {
  readonly line: number;
}

const noBytes = new Uint8Array(0);
const nul = Uint8Array.of(0);
const nulAndQuote = Uint8Array.of(0, 0x22);

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
