/** CSV row by row: of a file of any size, no more than some rows are in memory. */

import { concatBytes } from "../bytes/encoding.js";
import { invalidArgument, toVeilshareError, type VeilshareError } from "../errors.js";
import { abortedError } from "../waiting/wait.js";
import { CsvBlocks } from "./csv-blocks.js";
import { sampleBytes } from "./csv-delimiter.js";
import type { CsvFormat } from "./csv-format.js";
import { CsvParser, type RowTaker } from "./csv-parser.js";
import { BatchedRows, RowPacker, type RowBatch, type RowSource, type TableRow } from "./rows.js";
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
  new CsvRows(options, maxRowBytes, new EachRow()); // what is wrong with the options is told at once
  return new BatchedRows(
    { file: options.file, columns: select },
    () => partsOf(chunks, options, maxRowBytes, new EachRow()),
    () => partsOf(chunks, options, maxRowBytes, new Batches()),
  );
}

/** What takes rows and gives them out, some chunks' at a time. */
interface Collector<Part> extends Pick<RowTaker, "row" | "rows"> {
  /** What was taken since. */
  drain(): Iterable<Part>;
}

/** Rows one by one. */
class EachRow implements Collector<TableRow> {
  #rows: TableRow[] = [];

  readonly row = (cells: readonly string[], line: number): void => {
    this.#rows.push({ line, cells });
  };

  drain(): readonly TableRow[] {
    const rows = this.#rows;
    this.#rows = [];
    return rows;
  }
}

/** Rows in batches: a block of plain rows is one, other rows are packed. */
class Batches implements Collector<RowBatch> {
  #batch: RowBatch | undefined;
  readonly #others = new EachRow();
  readonly #packer = new RowPacker();

  readonly row = this.#others.row;

  readonly rows = (batch: RowBatch): void => {
    this.#batch = batch; // the only one since the last time
  };

  *drain(): Generator<RowBatch> {
    const batch = this.#batch;
    this.#batch = undefined;
    if (batch !== undefined && batch.count > 0) yield batch;
    yield* this.#packer.pack(this.#others.drain());
  }
}

async function* partsOf<Part>(
  chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  options: CsvRowsOptions,
  maxRowBytes: number,
  collector: Collector<Part>,
): AsyncGenerator<Part, void, undefined> {
  const reader = new CsvRows(options, maxRowBytes, collector);
  for await (const chunk of chunks) {
    if (options.signal?.aborted === true)
      throw abortedError(options.signal, "the caller cancelled reading a file");
    yield* takenBy(collector, () => {
      reader.take(chunk);
    });
  }
  yield* takenBy(collector, () => {
    reader.finish();
  });
}

/** The rows that came before a failure, then the failure. */
function* takenBy<Part>(collector: Collector<Part>, read: () => void): Generator<Part> {
  let failure: VeilshareError | undefined;
  try {
    read();
  } catch (thrown) {
    failure = toVeilshareError(thrown);
  }
  yield* collector.drain();
  if (failure !== undefined) throw failure;
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

  constructor(options: CsvRowsOptions, maxRowBytes: number, taker: Pick<RowTaker, "row" | "rows">) {
    this.#file = options.file;
    this.#wanted = checkedEncoding("readCsvRows", options.encoding);
    this.#maxRowBytes = maxRowBytes;
    this.#neededBytes = options.delimiter === undefined ? sampleBytes : bomBytes;
    this.#parser = new CsvParser("readCsvRows", options, { ...taker, header: () => undefined });
  }

  /** Takes the rows that end in this chunk. */
  take(chunk: Uint8Array): void {
    const bytes = this.#afterHead(chunk, false);
    const block = this.#blocks.take(this.#pieces.beforeCut(bytes)); // after the head, which chooses the pieces
    if (block !== undefined) this.#parser.take(this.#pieces.afterCut(block));
    if (this.#blocks.restBytes > this.#maxRowBytes) {
      this.#parser.refuseLong(this.#blocks.rest(), this.#maxRowBytes);
    }
  }

  /** Takes the last rows. */
  finish(): void {
    const bytes = this.#afterHead(new Uint8Array(0), true); // which may choose the pieces
    const text = concatBytes(this.#pieces.beforeCut(bytes), this.#pieces.restBeforeCut());
    const last = this.#blocks.take(text) ?? new Uint8Array(0);
    const block = concatBytes(last, this.#blocks.rest());
    if (block.length > 0) this.#parser.take(this.#pieces.afterCut(block));
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
}
