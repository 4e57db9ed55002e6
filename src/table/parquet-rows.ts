/**
 * Some columns of a Parquet file, row group by row group. hyparquet, which does the reading, is loaded with the first
 * file: who reads none never loads it.
 */

import type { FileMetaData, RowGroup } from "hyparquet";
import { invalidArgument, VeilshareError } from "../errors.js";
import { physicalColumn, type PhysicalColumn } from "./parquet-text.js";
import { BatchedRows, RowPacker, type RowBatch, type RowSource, type TableRow } from "./rows.js";
import { checkedSelection } from "./selection.js";
import { invalidData, missingColumn } from "./table.js";

/** Bytes that can be read in any order: a file, an ArrayBuffer, a server that answers range requests. */
export interface ParquetBytes {
  readonly byteLength: number;
  /** The bytes from `start` up to `end`. */
  slice(start: number, end?: number): ArrayBuffer | Promise<ArrayBuffer>;
}

/** How {@link readParquetRows} reads. */
export interface ParquetRowsOptions {
  /** The name that errors give the source. */
  readonly file: string;
  /** The columns to read, distinct, in the order in which rows have them. */
  readonly select: readonly string[];
  /**
   * What to do with columns of floating-point numbers and times. `refuse`, the default, as they are no keys: whether two of
   * them are equal is no clear question. `text`: the shortest decimals that give the number back, `NaN`, and times as
   * `2026-11-25T10:00:00.000Z`.
   */
  readonly measures?: "refuse" | "text";
  /** Largest row group, uncompressed, chosen columns only. Default 256 MiB. */
  readonly maxRowGroupBytes?: number;
  readonly signal?: AbortSignal;
}

const defaultMaxRowGroupBytes = 256 * 2 ** 20;
/** What hyparquet-compressors undoes, and hyparquet itself. */
const knownCodecs: readonly string[] = ["UNCOMPRESSED", "SNAPPY", "GZIP", "ZSTD", "BROTLI", "LZ4", "LZ4_RAW"];

/**
 * Some columns of a Parquet file, row by row, as text:
 *
 * | Parquet type | text |
 * | --- | --- |
 * | string, enum, JSON, bytes without a logical type | the text; bytes that are not UTF-8 are refused |
 * | integers of any width, signed or not | decimal digits, `-` before negative ones: `-7` |
 * | decimal | with exactly the column's number of decimals: `12.50`, `-0.05`, and without a point for scale 0 |
 * | date | `2026-11-25` |
 * | boolean | `true`, `false` |
 * | UUID | `f81d4fae-7dec-11d0-a765-00a0c91e6bf6` |
 * | null | empty, as an empty cell of CSV: `RowKeys` and `join` take it for no key |
 *
 * Floating-point numbers and times are read where `measures` says so; groups and lists are refused. Files may be compressed
 * with Snappy, GZIP, ZSTD, Brotli or LZ4.
 *
 * **Cost.** One row group at a time is in memory, of the chosen columns only: a text takes about its length and 40 bytes.
 * Writers choose the group's size; 100,000 to a million rows are usual.
 *
 * @returns Rows whose `line` is the row's number from 1. Reading throws VeilshareError INVALID_DATA with file and column: what
 *   is no Parquet file, a column that is not there, there twice or of another type, another compression, by its name, a
 *   larger row group; also with the row: bytes that are not UTF-8. ABORTED when the signal fired; what `bytes` throws.
 * @throws VeilshareError INVALID_ARGUMENT for no column, a column chosen twice, or a limit that can't be one.
 */
export function readParquetRows(bytes: ParquetBytes, options: ParquetRowsOptions): RowSource {
  return batchedParquet(bytes, options);
}

/** {@link readParquetRows}, with batches. */
export function batchedParquet(bytes: ParquetBytes, options: ParquetRowsOptions): BatchedRows {
  const select = checkedSelection("readParquetRows", options.select);
  const { file, maxRowGroupBytes = defaultMaxRowGroupBytes } = options;
  if (!Number.isInteger(maxRowGroupBytes) || maxRowGroupBytes < 1) {
    throw invalidArgument(
      "readParquetRows",
      "maxRowGroupBytes to be a positive integer",
      String(maxRowGroupBytes),
    );
  }
  const settings = { ...options, select, maxRowGroupBytes };
  return new BatchedRows(
    { file, columns: select },
    () => rowsOf(bytes, settings),
    () => batchesOf(bytes, settings),
  );
}

type Settings = ParquetRowsOptions & { readonly maxRowGroupBytes: number };

async function* rowsOf(bytes: ParquetBytes, settings: Settings): AsyncGenerator<TableRow, void, undefined> {
  for await (const rows of groupsOf(bytes, settings)) yield* rows;
}

async function* batchesOf(
  bytes: ParquetBytes,
  settings: Settings,
): AsyncGenerator<RowBatch, void, undefined> {
  const packer = new RowPacker();
  for await (const rows of groupsOf(bytes, settings)) yield* packer.pack(rows);
}

/** The rows of each row group. */
async function* groupsOf(
  bytes: ParquetBytes,
  settings: Settings,
): AsyncGenerator<Iterable<TableRow>, void, undefined> {
  const { parquetMetadataAsync } = await import("hyparquet");
  const metadata = await readable(settings.file, parquetMetadataAsync(bytes, { geoparquet: false }));
  const columns = settings.select.map((name) => chosenColumn(metadata, settings, name));
  const raw = { ...metadata, schema: metadata.schema.map((element) => ({ ...element })) };
  for (const { at, readAs } of columns) Object.assign(raw.schema[at] ?? {}, readAs);
  let start = 0;
  for (const group of metadata.row_groups) {
    const rows = Number(group.num_rows);
    for (const column of columns) checkChunks(group, column.name, settings);
    checkSize(group, settings);
    const here = { metadata: raw, columns, start, rows };
    yield groupRows(settings, here, await readable(settings.file, readGroup(bytes, here)));
    start += rows;
  }
}

interface Chosen extends PhysicalColumn {
  readonly name: string;
  /** Its place in the schema. */
  readonly at: number;
}

/**
 * The names of a file's columns, in its order.
 *
 * @throws VeilshareError INVALID_DATA for what is no Parquet file.
 */
export async function parquetColumnNames(bytes: ParquetBytes, file: string): Promise<readonly string[]> {
  const { parquetMetadataAsync } = await import("hyparquet");
  const metadata = await readable(file, parquetMetadataAsync(bytes, { geoparquet: false }));
  return topElements(metadata).map((at) => metadata.schema[at]?.name ?? "");
}

/** The places of the columns in the schema. */
function topElements({ schema }: FileMetaData): readonly number[] {
  const top: number[] = [];
  for (let at = 1; at < schema.length; at += subtree(schema, at)) top.push(at);
  return top;
}

/** A column of single values right below the root of the schema. */
function chosenColumn(metadata: FileMetaData, { file, measures }: Settings, name: string): Chosen {
  const { schema } = metadata;
  const top = topElements(metadata);
  const [at, again] = top.filter((place) => schema[place]?.name === name);
  const element = at === undefined ? undefined : schema[at];
  if (at === undefined || element === undefined) {
    const names = top.map((place) => schema[place]?.name ?? "");
    throw missingColumn({ file }, name, names);
  }
  if (again !== undefined) {
    const got = `columns ${top.indexOf(at) + 1} and ${top.indexOf(again) + 1} of one name`;
    throw invalidData({ file, column: name }, "distinct column names", got);
  }
  return { name, at, ...physicalColumn(element, { file, column: name }, measures === "text") };
}

/** How many elements of the schema, in depth-first order, an element and all below it are. */
function subtree(schema: FileMetaData["schema"], at: number): number {
  let end = at + 1;
  for (let left = schema[at]?.num_children ?? 0; left > 0 && end < schema.length; left--) {
    end += subtree(schema, end);
  }
  return end - at;
}

function checkChunks(group: RowGroup, column: string, { file }: Settings): void {
  const chunk = group.columns.find(({ meta_data: meta }) => meta?.path_in_schema[0] === column);
  const codec = chunk?.meta_data?.codec;
  if (codec === undefined || chunk?.file_path !== undefined) {
    throw invalidData({ file, column }, "a column in the file itself", "one encrypted or in another file");
  }
  if (knownCodecs.includes(codec)) return;
  throw invalidData(
    { file, column },
    "a column not compressed, or with Snappy, GZIP, ZSTD, Brotli or LZ4",
    `one compressed with ${codec}`,
  );
}

function checkSize(group: RowGroup, { file, select, maxRowGroupBytes }: Settings): void {
  let total = 0;
  for (const { meta_data: meta } of group.columns) {
    if (select.includes(meta?.path_in_schema[0] ?? "")) total += Number(meta?.total_uncompressed_size ?? 0);
  }
  if (total <= maxRowGroupBytes) return;
  const expected = `row groups with at most ${maxRowGroupBytes} bytes in the chosen columns`;
  throw invalidData({ file }, expected, `${total}`);
}

interface Group {
  readonly metadata: FileMetaData;
  readonly columns: readonly Chosen[];
  /** Rows of the groups before. */
  readonly start: number;
  readonly rows: number;
}

function* groupRows(
  { file, signal }: Settings,
  { columns, start, rows }: Group,
  values: readonly ArrayLike<unknown>[],
): Generator<TableRow, void, undefined> {
  for (let row = 0; row < rows; row++) {
    if (row % 4096 === 0 && signal?.aborted === true) {
      throw new VeilshareError("ABORTED", "the caller cancelled reading a file");
    }
    const line = start + row + 1;
    const cells = columns.map(({ name, textOf }, c) => {
      const text = textOf(values[c]?.[row]);
      if (text !== undefined) return text;
      throw invalidData({ file, line, column: name }, "a value with a text", "bytes that are not UTF-8");
    });
    yield { line, cells };
  }
}

/** All values of a row group, by column. */
async function readGroup(
  bytes: ParquetBytes,
  { metadata, columns, start, rows }: Group,
): Promise<ArrayLike<unknown>[]> {
  const [{ parquetRead }, { compressors }] = await Promise.all([
    import("hyparquet"),
    import("hyparquet-compressors"),
  ]);
  const parts = new Map<string, ArrayLike<unknown>[]>(columns.map(({ name }) => [name, []]));
  await parquetRead({
    file: bytes,
    metadata,
    compressors,
    columns: columns.map(({ name }) => name),
    rowStart: start,
    rowEnd: start + rows,
    utf8: false,
    parsers: { stringFromBytes: strictText },
    onChunk: ({ columnName, columnData }) => {
      parts.get(columnName)?.push(columnData as ArrayLike<unknown>); // values of any one type
    },
  });
  return columns.map(({ name }) => joined(parts.get(name) ?? [], rows));
}

function joined(parts: readonly ArrayLike<unknown>[], rows: number): ArrayLike<unknown> {
  const [first] = parts;
  if (first !== undefined && parts.length === 1 && first.length === rows) return first;
  const all: unknown[] = [];
  for (const part of parts) for (let i = 0; i < part.length; i++) all.push(part[i]);
  if (all.length !== rows) throw new Error("parquet row group of another length");
  return all;
}

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The text of bytes, or the bytes themselves when they are none, so that the row can be told. */
function strictText(bytes: Uint8Array | undefined): unknown {
  if (bytes === undefined) return undefined;
  try {
    return decoder.decode(bytes);
  } catch {
    return bytes;
  }
}

/** Whatever the reader stumbles over is the file's fault; its words may quote the file and are not passed on. */
async function readable<T>(file: string, reading: Promise<T>): Promise<T> {
  try {
    return await reading;
  } catch (thrown) {
    if (thrown instanceof VeilshareError) throw thrown;
    const words = thrown instanceof Error ? thrown.message : "";
    const unsupported = /unsupported (?:encoding|page type): \w{1,30}/.exec(words)?.[0];
    const got = unsupported === undefined ? "a damaged one or something else" : `one with ${unsupported}`;
    throw invalidData({ file }, "a Parquet file", got);
  }
}
