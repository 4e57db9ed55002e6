/** CSV row by row: of a file of any size, no more than some rows are in memory. */

import { concatBytes } from "../bytes/encoding.js";
import { invalidArgument, toVeilshareError, type VeilshareError } from "../errors.js";
import { abortedError } from "../waiting/wait.js";
import { CsvBlocks } from "./csv-blocks.js";
import { sampleBytes } from "./csv-delimiter.js";
import type { CsvFormat } from "./csv-format.js";
import { CsvParser } from "./csv-parser.js";
import { rowSource, type RowSource, type TableRow } from "./rows.js";
import { checkedSelection } from "./selection.js";
import { bomBytes, checkedEncoding, encodingOf, type TextEncoding } from "./text-decoder.js";
import { TextPieces } from "./text-pieces.js";

/** How {@link readCsvRows} reads. */
export interface CsvRowsOptions extends CsvFormat {
  /** The columns to read, distinct, in the order in which rows have them. */
  readonly select: readonly string[];
  /** What the bytes are written in. Default: `utf-8`, or UTF-16 where its byte order mark stands. */
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
 * **Cost.** About 10 MB/s on one core. Memory: a chunk of the source (64 KiB at the start where no `delimiter` is given), its rows, and one row of at most
 * `maxRowBytes`.
 *
 * @param chunks - The file's bytes in chunks of any sizes: a stream of `node:fs`, a web stream, an array. They may be
 *   overwritten once the next one is asked for.
 * @returns Rows, once for each time that `chunks` can be read. Reading throws VeilshareError INVALID_DATA with file, line
 *   and, where it is a cell's, column: a chosen column that the header has
 *   not, a row that is too long, and all that `parseTable` refuses; bytes that are not of the encoding count in chosen columns only. ABORTED when the signal fired; and what `chunks` throws.
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
  readonly #wanted: TextEncoding | undefined;
  readonly #maxRowBytes: number;
  readonly #parser: CsvParser;
  readonly #blocks = new CsvBlocks();
  /** The file's start until it is long enough to tell encoding and delimiter; then undefined. */
  #head: Uint8Array[] | undefined = [];
  #headBytes = 0;
  readonly #neededBytes: number;
  #pieces = new TextPieces("utf-8");
  #rows: TableRow[] = [];

  constructor(options: CsvRowsOptions, maxRowBytes: number) {
    this.#file = options.file;
    this.#wanted = checkedEncoding("readCsvRows", options.encoding);
    this.#maxRowBytes = maxRowBytes;
    this.#neededBytes = options.delimiter === undefined ? sampleBytes : bomBytes;
    this.#parser = new CsvParser("readCsvRows", options, {
      header: () => undefined,
      row: (cells, line) => {
        this.#rows.push({ line, cells });
      },
    });
  }

  /** The rows that end in this chunk. */
  *take(chunk: Uint8Array): Generator<TableRow> {
    const bytes = this.#afterHead(chunk, false);
    const block = this.#blocks.take(this.#pieces.beforeCut(bytes)); // after the head, which chooses the pieces
    if (block !== undefined) yield* this.#rowsOf(block);
    if (this.#blocks.restBytes > this.#maxRowBytes) {
      yield* this.#rowsOrFailure(() => {
        this.#parser.refuseLong(this.#blocks.rest(), this.#maxRowBytes);
      });
    }
  }

  /** The last rows. */
  *finish(): Generator<TableRow> {
    const bytes = this.#afterHead(new Uint8Array(0), true); // which may choose the pieces
    const text = concatBytes(this.#pieces.beforeCut(bytes), this.#pieces.restBeforeCut());
    const last = this.#blocks.take(text) ?? new Uint8Array(0);
    const block = concatBytes(last, this.#blocks.rest());
    if (block.length > 0) yield* this.#rowsOf(block);
    this.#parser.finish();
  }

  /** Keeps the file's start until what it says does not depend on how the file was cut. */
  #afterHead(chunk: Uint8Array, ended: boolean): Uint8Array {
    if (this.#head === undefined) return chunk;
    this.#head.push(Uint8Array.from(chunk));
    this.#headBytes += chunk.length;
    if (this.#headBytes < this.#neededBytes && !ended) return new Uint8Array(0);
    const head = concatBytes(...this.#head);
    this.#head = undefined;
    const { encoding, markBytes } = encodingOf(head.subarray(0, bomBytes), this.#wanted, this.#file);
    this.#parser.readAs(encoding);
    this.#pieces = new TextPieces(encoding);
    return head.subarray(markBytes);
  }

  #rowsOf(block: Uint8Array): Generator<TableRow> {
    return this.#rowsOrFailure(() => {
      this.#parser.take(this.#pieces.afterCut(block));
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
