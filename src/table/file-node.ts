/**
 * Data files on disk: read whole with a size limit or row by row without one, written whole or not at all. Node only;
 * subpath `veilshare/table/node`.
 */

import { randomUUID } from "node:crypto";
import { open, rename, rm, type FileHandle } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { concatBytes } from "../bytes/encoding.js";
import { invalidArgument, VeilshareError } from "../errors.js";
import { parseTable, type ParseTableOptions } from "./csv-reader.js";
import { readCsvRows, type CsvRowsOptions } from "./csv-rows.js";
import { formatCsv, type FormatCsvOptions } from "./csv-writer.js";
import { parseExcel } from "./excel-node.js";
import { batchedParquet, parquetColumnNames, readParquetRows, type ParquetBytes } from "./parquet-rows.js";
import { BatchedRows, rowSource, type RowSource, type TableRow } from "./rows.js";
import { invalidData, type Table } from "./table.js";

/** How {@link readDataFile} reads. */
export interface ReadDataFileOptions {
  /** Largest file. Default 256 MiB. */
  readonly maxBytes?: number;
  readonly signal?: AbortSignal;
}

/** What a data file is. */
export type DataFormat = "csv" | "parquet" | "xlsx";

/** How {@link readTable} reads. */
export interface ReadTableOptions extends Omit<ParseTableOptions, "file">, ReadDataFileOptions {
  /** Default: by the end of the path, `.parquet` or `.xlsx`; `csv` for all others. */
  readonly format?: DataFormat;
  /** Of a workbook: the sheet, by its name or its number from 1. Default: the first. */
  readonly sheet?: string | number;
}

export { parseExcel, type ParseExcelOptions } from "./excel-node.js";
export type { SheetOptions } from "./sheet-table.js";

const defaultMaxBytes = 256 * 2 ** 20;
const wholeFileChunkBytes = 2 ** 18;
/** Few rows at a time: those of a chunk wait in memory for their turn. */
const rowsChunkBytes = 2 ** 16;

/**
 * The bytes of a file; pipes are read to their end.
 *
 * @throws VeilshareError INVALID_DATA with the file when it can't be opened or is larger than `maxBytes`.
 */
export async function readDataFile(path: string, options: ReadDataFileOptions = {}): Promise<Uint8Array> {
  const { maxBytes = defaultMaxBytes, signal } = options;
  const chunks: Uint8Array[] = [];
  let byteLength = 0;
  for await (const chunk of readChunks(path, wholeFileChunkBytes, signal)) {
    chunks.push(chunk);
    byteLength += chunk.length;
    if (byteLength > maxBytes) throw invalidData({ file: path }, `at most ${maxBytes} bytes`, "more");
  }
  return concatBytes(...chunks);
}

/** The chunks of a file; the file is closed at the end, on errors and when nobody wants more. */
async function* readChunks(
  path: string,
  chunkBytes: number,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  try {
    yield* streamedChunks(await open(path, "r"), chunkBytes, signal);
  } catch (thrown) {
    throw unread(path, thrown, signal);
  }
}

/** The stream closes the file. */
async function* streamedChunks(
  file: FileHandle,
  chunkBytes: number,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  const options = { highWaterMark: chunkBytes, ...(signal === undefined ? {} : { signal }) };
  // Without an encoding a stream gives bytes.
  for await (const chunk of file.createReadStream(options)) yield chunk as Uint8Array;
}

/**
 * The same, of a file in memory that is used again for each chunk; of a pipe, whose reading can only be cancelled as a stream,
 * as above.
 */
async function* readReusedChunks(
  path: string,
  chunkBytes: number,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  let file: FileHandle | undefined;
  try {
    file = await open(path, "r");
    if (!(await file.stat()).isFile()) {
      yield* streamedChunks(file, chunkBytes, signal);
      return;
    }
    const memory = new Uint8Array(chunkBytes);
    for (;;) {
      signal?.throwIfAborted();
      const { bytesRead } = await file.read(memory, 0, chunkBytes);
      if (bytesRead === 0) return;
      yield memory.subarray(0, bytesRead);
    }
  } catch (thrown) {
    throw unread(path, thrown, signal);
  } finally {
    await file?.close();
  }
}

function unread(path: string, thrown: unknown, signal: AbortSignal | undefined): VeilshareError {
  if (signal?.aborted === true) return new VeilshareError("ABORTED", "the caller cancelled reading a file");
  return thrown instanceof VeilshareError ? thrown : unreadable(path, thrown);
}

/** How {@link openRows} reads. */
export interface OpenRowsOptions extends Omit<CsvRowsOptions, "file"> {
  /** Default: by the end of the path, `.parquet` or `.xlsx`; `csv` for all others. */
  readonly format?: DataFormat;
  /** Of Parquet, as `readParquetRows`. */
  readonly maxRowGroupBytes?: number;
  /** Of a workbook: the sheet, by its name or its number from 1. Default: the first. */
  readonly sheet?: string | number;
}

/**
 * Some columns of a data file, row by row: CSV by `readCsvRows`, Parquet by `readParquetRows`, one sheet of an Excel workbook by
 * {@link parseExcel}, which reads it whole. The file is opened each time the rows are read, and closed when they end or nobody
 * wants more.
 *
 * **Cost.** As those; of CSV, 64 KiB at a time.
 *
 * @returns Rows. Reading throws VeilshareError INVALID_DATA also when the file can't be opened.
 * @throws VeilshareError INVALID_ARGUMENT as `readCsvRows` and `readParquetRows`, and for another format.
 * @example
 * const keys = new RowKeys(openRows("customers.csv", { select: ["tax_number"], encoding: "gb18030" }));
 * const result = await intersect(party, keys);
 */
export function openRows(path: string, options: OpenRowsOptions): RowSource {
  const format = formatOf("openRows", path, options.format);
  const chunks = { [Symbol.asyncIterator]: () => readReusedChunks(path, rowsChunkBytes, options.signal) };
  const csv = readCsvRows(chunks, { ...options, file: path });
  if (format === "csv") return csv;
  if (format === "xlsx") return rowSource(path, options.select, () => sheetRows(path, options));
  const ofBytes = (bytes: ParquetBytes): BatchedRows => batchedParquet(bytes, { ...options, file: path });
  ofBytes({ byteLength: 0, slice: () => new ArrayBuffer(0) }); // what is wrong with the options is told at once
  return new BatchedRows(
    { file: path, columns: options.select },
    () => ofParquet(path, (bytes) => ofBytes(bytes)),
    () => ofParquet(path, (bytes) => ofBytes(bytes).batches()),
  );
}

function formatOf(caller: string, path: string, given: DataFormat | undefined): DataFormat {
  const name = path.toLowerCase();
  if (given === undefined) return formats.find((format) => name.endsWith(`.${format}`)) ?? "csv";
  if (formats.includes(given)) return given;
  throw invalidArgument(caller, `format to be ${formats.join(", ")}`, JSON.stringify(given));
}

const formats: readonly DataFormat[] = ["csv", "parquet", "xlsx"];

async function* sheetRows(path: string, options: OpenRowsOptions): AsyncGenerator<TableRow, void, undefined> {
  const { select, columns, sheet, signal } = options;
  const content = await readDataFile(path, signal === undefined ? {} : { signal });
  const wanted = { ...(columns === undefined ? {} : { columns }), ...(sheet === undefined ? {} : { sheet }) };
  const table = await parseExcel(content, { file: path, select, ...wanted });
  for (const [row, line] of table.lines.entries()) {
    yield { line, cells: table.cells.map((column) => column[row] as string) }; // as long as the lines
  }
}

/** Parts of an open file's content. */
async function* ofParquet<Part>(
  path: string,
  parts: (bytes: ParquetBytes) => AsyncIterable<Part>,
): AsyncGenerator<Part, void, undefined> {
  let file: FileHandle | undefined;
  try {
    file = await open(path, "r");
    yield* parts(await fileBytes(file));
  } catch (thrown) {
    throw thrown instanceof VeilshareError ? thrown : unreadable(path, thrown);
  } finally {
    await file?.close();
  }
}

/** A file's bytes in any order. */
async function fileBytes(file: FileHandle): Promise<ParquetBytes> {
  const { size } = await file.stat();
  return {
    byteLength: size,
    async slice(start, end = size) {
      const bytes = new Uint8Array(Math.max(0, Math.min(end, size) - start));
      for (let done = 0; done < bytes.length;) {
        const { bytesRead } = await file.read(bytes, done, bytes.length - done, start + done);
        if (bytesRead === 0) return bytes.buffer.slice(0, done); // cut short meanwhile
        done += bytesRead;
      }
      return bytes.buffer;
    },
  };
}

/**
 * Reads a data file whole: CSV by `parseTable`, Parquet with its numbers and times as text, one sheet of an Excel workbook.
 *
 * @throws VeilshareError INVALID_DATA as {@link readDataFile}, {@link parseTable}, `readParquetRows` and {@link parseExcel};
 *   UNSUPPORTED for a workbook when `read-excel-file` is not installed; INVALID_ARGUMENT for options that can't be.
 */
export async function readTable(path: string, options: ReadTableOptions = {}): Promise<Table> {
  const { maxBytes, signal, format: given, sheet, ...parsing } = options;
  const format = formatOf("readTable", path, given);
  const limits = {
    ...(maxBytes === undefined ? {} : { maxBytes }),
    ...(signal === undefined ? {} : { signal }),
  };
  const content = await readDataFile(path, limits);
  const { columns, select } = parsing;
  const wanted = {
    ...(columns === undefined ? {} : { columns }),
    ...(select === undefined ? {} : { select }),
  };
  if (format === "csv") return parseTable(content, { ...parsing, file: path });
  if (format === "xlsx") {
    return parseExcel(content, { file: path, ...wanted, ...(sheet === undefined ? {} : { sheet }) });
  }
  const bytes = Uint8Array.from(content).buffer;
  // A name that is there twice is asked for once, and refused by its name.
  const names = select ?? [...new Set(await parquetColumnNames(bytes, path))];
  const rows: TableRow[] = [];
  const stop = signal === undefined ? {} : { signal };
  for await (const row of readParquetRows(bytes, { file: path, select: names, measures: "text", ...stop }))
    rows.push(row);
  return {
    file: path,
    columns: names,
    rowCount: rows.length,
    cells: names.map((_, at) => rows.map(({ cells }) => cells[at] as string)), // a cell a column
    lines: Uint32Array.from(rows, ({ line }) => line),
    headerLine: 0,
  };
}

/**
 * Writes a file whole: into a new file beside it that takes its name at the end. Whoever looks sees the old file or
 * the new one, never half of it.
 *
 * @throws VeilshareError INVALID_DATA with the file when it can't be written.
 */
export async function writeDataFile(path: string, content: string | Uint8Array): Promise<void> {
  const draft = join(dirname(path), `.${basename(path)}.${randomUUID()}.part`);
  try {
    const file = await open(draft, "wx", 0o666);
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(draft, path);
  } catch (thrown) {
    await rm(draft, { force: true }).catch(() => undefined); // why writing failed is what counts
    throw invalidData({ file: path }, "a place to write to", reason(thrown));
  }
}

/**
 * Writes a table as CSV, whole or not at all.
 *
 * @throws VeilshareError as {@link formatCsv} and {@link writeDataFile}.
 */
export async function writeTable(
  path: string,
  columns: readonly string[],
  rows: Iterable<readonly string[]>,
  options: FormatCsvOptions = {},
): Promise<void> {
  await writeDataFile(path, formatCsv(columns, rows, options));
}

function unreadable(path: string, thrown: unknown): VeilshareError {
  return invalidData({ file: path }, "a file that can be read", reason(thrown));
}

function reason(thrown: unknown): string {
  const code = thrown instanceof Error && "code" in thrown ? String(thrown.code) : "an error";
  const reasons: Readonly<Record<string, string>> = {
    ENOENT: "no such file",
    EACCES: "no permission",
    EPERM: "no permission",
    EISDIR: "a folder",
    ENOTDIR: "no such folder",
    ENOSPC: "a full disk",
  };
  return reasons[code] ?? code;
}
