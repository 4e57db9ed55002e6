/** CSV row by row: of a file of any size, no more than some rows are in memory. */

import { concatBytes } from "../bytes/encoding.js";
import { invalidArgument, toVeilshareError, type VeilshareError } from "../errors.js";
import { abortedError } from "../waiting/wait.js";
import { CsvParser, type CsvFormat } from "./csv-format.js";
import { CsvBlocks } from "./csv-blocks.js";
import { rowSource, type RowSource, type TableRow } from "./rows.js";
import { missingColumn } from "./table.js";
import { bomBytes, bomLength, TextChecker, type TextEncoding } from "./text-decoder.js";

/** How {@link readCsvRows} reads. */
export interface CsvRowsOptions extends CsvFormat {
  /** The columns to read, distinct, in the order in which rows have them. */
  readonly select: readonly string[];
  /** What the bytes are written in. Default `utf-8`. */
  readonly encoding?: TextEncoding;
  /** Longest row, line ends inside quotes counted. Default 1 MiB. */
  readonly maxRowBytes?: number;
  readonly signal?: AbortSignal;
}

const defaultMaxRowBytes = 2 ** 20;

/**
 * Some columns of CSV, row by row, as strictly as `parseTable`. What is wrong with a row is thrown when its turn comes:
 * rows before it have been given by then.
 *
 * **Cost.** About 10 MB/s on one core. Memory: a chunk of the source, its rows, and one row of at most `maxRowBytes`.
 *
 * @param chunks - The file's bytes in chunks of any sizes: a stream of `node:fs`, a web stream, an array. They may be
 *   overwritten once the next one is asked for.
 * @returns Rows, once for each time that `chunks` can be read. Reading throws VeilshareError INVALID_DATA with file, line
 *   and, where it is a cell's, column: bytes that are not of the encoding (UTF-16 is named), a chosen column that the header has
 *   not, a row that is too long, and all that `parseTable` refuses. ABORTED when the signal fired; and what `chunks` throws.
 * @throws VeilshareError INVALID_ARGUMENT for no column, a column chosen twice, an encoding, delimiter or limit that can't be one.
 * @example
 * const rows = readCsvRows([new TextEncoder().encode("id,town\n7,Fuzhou\n")], { file: "a.csv", select: ["town"] });
 * for await (const { line, cells } of rows) console.log(line, cells);
 */
export function readCsvRows(
  chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  options: CsvRowsOptions,
): RowSource {
  const select = checkedSelection("readCsvRows", options.select);
  const { maxRowBytes = defaultMaxRowBytes } = options;
  if (!Number.isInteger(maxRowBytes) || maxRowBytes < 1) {
    throw invalidArgument("readCsvRows", "maxRowBytes to be a positive integer", String(maxRowBytes));
  }
  new CsvRows(options, maxRowBytes); // what is wrong with the options is told at once
  return rowSource(options.file, select, () => rowsOf(chunks, options, maxRowBytes));
}

/**
 * The names of chosen columns.
 *
 * @throws VeilshareError INVALID_ARGUMENT unless they are distinct and at least one.
 */
export function checkedSelection(caller: string, select: readonly string[]): readonly string[] {
  const given: unknown = select; // may come from untyped code
  const good =
    Array.isArray(given) &&
    given.length > 0 &&
    given.every((name) => typeof name === "string") &&
    new Set(given).size === given.length;
  if (good) return select;
  throw invalidArgument(caller, "select to name at least one column, none twice", "something else");
}

async function* rowsOf(
  chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  options: CsvRowsOptions,
  maxRowBytes: number,
): AsyncGenerator<TableRow, void, undefined> {
  const reader = new CsvRows(options, maxRowBytes);
  for await (const chunk of chunks) {
    if (options.signal?.aborted === true)
      throw abortedError(options.signal, "the caller cancelled reading a file");
    yield* reader.take(chunk);
  }
  yield* reader.finish();
}

/** Bytes in, rows out. */
class CsvRows {
  readonly #file: string;
  readonly #encoding: TextEncoding;
  readonly #maxRowBytes: number;
  readonly #checker: TextChecker;
  readonly #parser: CsvParser;
  readonly #blocks = new CsvBlocks();
  /** The file's start until it is long enough to tell a byte order mark; then undefined. */
  #head: Uint8Array | undefined = new Uint8Array(0);
  #places: readonly number[] = [];
  #rows: TableRow[] = [];

  constructor(options: CsvRowsOptions, maxRowBytes: number) {
    const { file, select, encoding = "utf-8" } = options;
    this.#file = file;
    this.#encoding = encoding;
    this.#maxRowBytes = maxRowBytes;
    this.#checker = new TextChecker("readCsvRows", encoding);
    this.#parser = new CsvParser("readCsvRows", options, {
      header: (columns, line) => {
        this.#places = select.map((name) => {
          const place = columns.indexOf(name);
          if (place < 0) throw missingColumn(file, Math.max(1, line), name, columns.length);
          return place;
        });
      },
      row: (cells, line) => {
        this.#rows.push({ line, cells: this.#places.map((place) => cells[place] as string) }); // as wide as the header
      },
    });
  }

  /** The rows that end in this chunk. */
  *take(chunk: Uint8Array): Generator<TableRow> {
    const bytes = this.#afterBom(chunk, false);
    const block = this.#blocks.take(bytes);
    if (block !== undefined) yield* this.#rowsOf(block);
    if (this.#blocks.restBytes > this.#maxRowBytes) {
      yield* this.#rowsOrFailure(() => {
        this.#parser.refuseLong(this.#blocks.rest(), this.#maxRowBytes);
      });
    }
  }

  /** The last rows. */
  *finish(): Generator<TableRow> {
    const block = concatBytes(
      this.#blocks.take(this.#afterBom(new Uint8Array(0), true)) ?? new Uint8Array(0),
      this.#blocks.rest(),
    );
    if (block.length > 0) yield* this.#rowsOf(block);
    this.#parser.finish();
  }

  #afterBom(chunk: Uint8Array, ended: boolean): Uint8Array {
    if (this.#head === undefined) return chunk;
    const head = concatBytes(this.#head, chunk);
    this.#head = head;
    if (head.length < bomBytes && !ended) return new Uint8Array(0);
    this.#head = undefined;
    return head.subarray(bomLength(head.subarray(0, bomBytes), this.#encoding, this.#file));
  }

  #rowsOf(block: Uint8Array): Generator<TableRow> {
    return this.#rowsOrFailure(() => {
      const { bytes, fault } = this.#checker.check(block);
      if (fault === undefined) this.#parser.take(bytes);
      else this.#parser.refuse(bytes, fault);
    });
  }

  /** The rows that came before a failure, then the failure. */
  *#rowsOrFailure(parse: () => void): Generator<TableRow> {
    let failure: VeilshareError | undefined;
    try {
      parse();
    } catch (thrown) {
      failure = toVeilshareError(thrown);
    }
    const rows = this.#rows;
    this.#rows = [];
    yield* rows;
    if (failure !== undefined) throw failure;
  }
}
