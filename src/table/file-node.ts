/**
 * Data files on disk: read whole with a size limit or row by row without one, written whole or not at all. Node only;
 * subpath `veilshare/table/node`.
 */

import { randomUUID } from "node:crypto";
import { open, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { concatBytes } from "../bytes/encoding.js";
import { VeilshareError } from "../errors.js";
import { parseTable, type ParseTableOptions } from "./csv-reader.js";
import { readCsvRows, type CsvRowsOptions } from "./csv-rows.js";
import { formatCsv, type FormatCsvOptions } from "./csv-writer.js";
import type { RowSource } from "./rows.js";
import { invalidData, type Table } from "./table.js";

/** How {@link readDataFile} reads. */
export interface ReadDataFileOptions {
  /** Largest file. Default 256 MiB. */
  readonly maxBytes?: number;
  readonly signal?: AbortSignal;
}

/** How {@link readTable} reads. */
export interface ReadTableOptions extends Omit<ParseTableOptions, "file">, ReadDataFileOptions {}

const defaultMaxBytes = 256 * 2 ** 20;
const chunkBytes = 2 ** 18;

/**
 * The bytes of a file; pipes are read to their end.
 *
 * @throws VeilshareError INVALID_DATA with the file when it can't be opened or is larger than `maxBytes`.
 */
export async function readDataFile(path: string, options: ReadDataFileOptions = {}): Promise<Uint8Array> {
  const { maxBytes = defaultMaxBytes, signal } = options;
  const chunks: Uint8Array[] = [];
  let byteLength = 0;
  for await (const chunk of readChunks(path, signal)) {
    chunks.push(chunk);
    byteLength += chunk.length;
    if (byteLength > maxBytes) throw invalidData({ file: path }, `at most ${maxBytes} bytes`, "more");
  }
  return concatBytes(...chunks);
}

/** The chunks of a file; the file is closed at the end, on errors and when nobody wants more. */
async function* readChunks(path: string, signal: AbortSignal | undefined): AsyncGenerator<Uint8Array> {
  try {
    const file = await open(path, "r");
    const options = { highWaterMark: chunkBytes, ...(signal === undefined ? {} : { signal }) };
    // Without an encoding a stream gives bytes.
    for await (const chunk of file.createReadStream(options)) yield chunk as Uint8Array;
  } catch (thrown) {
    if (signal?.aborted === true) throw new VeilshareError("ABORTED", "the caller cancelled reading a file");
    throw thrown instanceof VeilshareError ? thrown : unreadable(path, thrown);
  }
}

/** How {@link openRows} reads. */
export type OpenRowsOptions = Omit<CsvRowsOptions, "file">;

/**
 * Some columns of a data file, row by row: CSV, by `readCsvRows`. The file is opened each time the rows are read.
 *
 * **Cost.** As `readCsvRows`; a quarter of a MiB of the file at a time.
 *
 * @returns Rows. Reading throws VeilshareError INVALID_DATA also when the file can't be opened.
 * @throws VeilshareError INVALID_ARGUMENT as `readCsvRows`.
 * @example
 * const keys = new RowKeys(openRows("customers.csv", { select: ["tax_number"], encoding: "gb18030" }));
 * const result = await intersect(party, keys);
 */
export function openRows(path: string, options: OpenRowsOptions): RowSource {
  const chunks = { [Symbol.asyncIterator]: () => readChunks(path, options.signal) };
  return readCsvRows(chunks, { ...options, file: path });
}

/**
 * Reads a CSV file.
 *
 * @throws VeilshareError INVALID_DATA as {@link readDataFile} and {@link parseTable}.
 */
export async function readTable(path: string, options: ReadTableOptions = {}): Promise<Table> {
  const { maxBytes, signal, ...parsing } = options;
  const limits = {
    ...(maxBytes === undefined ? {} : { maxBytes }),
    ...(signal === undefined ? {} : { signal }),
  };
  return parseTable(await readDataFile(path, limits), { ...parsing, file: path });
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
