/**
 * Rows that come one by one, of files that need not fit into memory, and what the protocols of two lists take from them:
 * items for `intersect` and `intersectCardinality`, rows of keys for `join`.
 */

import { isBlankText } from "../bytes/blank-text.js";
import { fieldTexts, type FieldBatch } from "../bytes/field-batch.js";
import { FieldPacker } from "../bytes/field-packer.js";
import { invalidArgument } from "../errors.js";
import { KeyTraits } from "./key-advice.js";

/** One row of chosen columns. */
export interface TableRow {
  /** Line of the file on which it starts, from 1; in a Parquet file, which has no lines, its number from 1. */
  readonly line: number;
  /** Text of the chosen columns, in the order in which they were chosen. What a Parquet file has as null is `""`. */
  readonly cells: readonly string[];
}

/** Rows that are read while they are asked for. Reading again starts again, where the source can. */
export interface RowSource extends AsyncIterable<TableRow> {
  /** The file, as errors name it. */
  readonly file: string;
  /** Names of the chosen columns. */
  readonly columns: readonly string[];
}

/** Some rows in flat memory: the fields of the chosen columns. May be overwritten once the next batch is asked for. */
export interface RowBatch extends FieldBatch {
  /** The line of each row. */
  readonly lines: Uint32Array;
}

/** Rows that can also be had in batches, the same ones in the same order. */
export class BatchedRows implements RowSource {
  readonly file: string;
  readonly columns: readonly string[];
  readonly #rows: () => AsyncIterator<TableRow>;
  readonly #batches: () => AsyncGenerator<RowBatch, void, undefined>;

  constructor(
    { file, columns }: Pick<RowSource, "file" | "columns">,
    rows: () => AsyncIterator<TableRow>,
    batches: () => AsyncGenerator<RowBatch, void, undefined>,
  ) {
    this.file = file;
    this.columns = [...columns];
    this.#rows = rows;
    this.#batches = batches;
  }

  [Symbol.asyncIterator](): AsyncIterator<TableRow> {
    return this.#rows();
  }

  /** The rows in batches. Reading again starts again, where the source can. */
  batches(): AsyncGenerator<RowBatch, void, undefined> {
    return this.#batches();
  }
}

/** Rows of one pass over something. */
export function rowSource(
  file: string,
  columns: readonly string[],
  rows: () => AsyncIterator<TableRow>,
): RowSource {
  return { file, columns: [...columns], [Symbol.asyncIterator]: rows };
}

/** Makes batches of rows that come one by one. */
export class RowPacker {
  readonly #packer = new FieldPacker();
  #lines: Uint32Array = new Uint32Array(1024);

  /** All these rows in batches, each of which the next one writes over. */
  *pack(rows: Iterable<TableRow>): Generator<RowBatch, void, undefined> {
    for (const row of rows) {
      this.#add(row);
      if (this.#packer.isFull) yield { ...this.#packer.take(), lines: this.#lines };
    }
    if (this.#packer.count > 0) yield { ...this.#packer.take(), lines: this.#lines };
  }

  #add({ line, cells }: TableRow): void {
    const at = this.#packer.count;
    if (at === this.#lines.length) {
      const larger = new Uint32Array(2 * at);
      larger.set(this.#lines);
      this.#lines = larger;
    }
    this.#lines[at] = line;
    this.#packer.begin(cells.length);
    for (const cell of cells) this.#packer.addText(cell);
  }
}

/**
 * The keys of rows as items: give it to `intersect` or `intersectCardinality`, and ask it afterwards on which line an
 * item stands. All columns of the source are key fields. A row with a blank field (nothing but white space, control
 * characters and characters of no width) is left out, by the rule that all protocols have: two rows without a tax
 * number are not the same company. What only becomes blank by the agreed normalization the protocol leaves out.
 *
 * **Cost.** Four bytes an item for the lines; rows are not kept. A protocol that takes items in batches (`intersect`, but for
 * `method: "ecdh"`, without `normalize`, `placeholders` and `keepItems`) makes no text of plain CSV rows: several times as fast.
 *
 * @example
 * const keys = new RowKeys(openRows("customers.csv", { select: ["email"] }));
 * const result = await intersect(party, keys);
 * if (result.revealed) for (const item of result.indices) console.log("line", keys.lineOf(item));
 */
export class RowKeys implements AsyncIterable<string | readonly string[]> {
  readonly #rows: RowSource;
  /** Lines in segments, which grow without being copied. */
  #lines: Uint32Array[] = [];
  #count = 0;
  #withoutKey = 0;
  #traits = new KeyTraits();
  /** Stands for the reading that was begun last. */
  #reading: object | undefined;

  /** @param rows - Rows of the key columns. */
  constructor(rows: RowSource) {
    this.#rows = rows;
  }

  /** Items given so far. */
  get count(): number {
    return this.#count;
  }

  /** Rows left out so far because a key field was blank. */
  get withoutKey(): number {
    return this.#withoutKey;
  }

  /**
   * What may be the reason when a result is empty: what these keys look like that the other side's may not. Counts among the
   * first 10,000 keys, and no key. Sentences for people; their words may change.
   */
  advice(): readonly string[] {
    return this.#traits.advice();
  }

  /**
   * The line on which an item stands.
   *
   * @param item - Its place among the items given, from 0, as in the rows of a result.
   * @throws VeilshareError INVALID_ARGUMENT for an item that was not given.
   */
  lineOf(item: number): number {
    const line = this.#lines[Math.floor(item / segmentLines)]?.[item % segmentLines];
    if (line !== undefined && item < this.#count) return line;
    throw invalidArgument("RowKeys.lineOf", `an item from 0 to ${this.#count - 1}`, String(item));
  }

  /**
   * The items, one by one; counts and lines start anew.
   *
   * @throws VeilshareError INVALID_ARGUMENT in a reading during which another one has begun: the lines are that one's.
   */
  async *[Symbol.asyncIterator](): AsyncGenerator<string | readonly string[], void, undefined> {
    const reading = this.#begin();
    for await (const { line, cells } of this.#rows) {
      this.#checkReading(reading);
      if (cells.some((cell) => isBlankText(cell))) {
        this.#withoutKey += 1;
        continue;
      }
      this.#addLine(line);
      this.#traits.add(cells);
      yield cells.length === 1 ? (cells[0] as string) : cells; // one column
    }
  }

  /**
   * The same items in batches, where the rows come in batches; undefined where they don't. For the protocols of this
   * package: what a batch is may change.
   */
  batches(): AsyncGenerator<FieldBatch, void, undefined> | undefined {
    return this.#rows instanceof BatchedRows ? this.#keysOf(this.#rows) : undefined;
  }

  async *#keysOf(rows: BatchedRows): AsyncGenerator<FieldBatch, void, undefined> {
    const reading = this.#begin();
    for await (const batch of rows.batches()) {
      this.#checkReading(reading);
      const { count, blank, lines } = batch;
      const before = this.#count;
      for (let row = 0; row < count; row++) {
        if (blank[row] === 1) continue;
        this.#addLine(lines[row] as number); // a line a row
        if (!this.#traits.hasSeenEnough) this.#traits.add(fieldTexts(batch, row));
      }
      const kept = this.#count - before;
      this.#withoutKey += count - kept;
      yield kept === count ? batch : withoutBlank(batch, kept);
    }
  }

  #begin(): object {
    this.#reading = {};
    this.#lines = [];
    this.#count = 0;
    this.#withoutKey = 0;
    this.#traits = new KeyTraits();
    return this.#reading;
  }

  #checkReading(reading: object): void {
    if (this.#reading !== reading) throw invalidArgument("RowKeys", "one reading at a time", "a second one");
  }

  #addLine(line: number): void {
    const at = this.#count++ % segmentLines;
    if (at === 0) this.#lines.push(new Uint32Array(segmentLines));
    (this.#lines[this.#lines.length - 1] as Uint32Array)[at] = line; // just pushed, or not full
  }
}

const segmentLines = 65_536;

function withoutBlank({ bytes, spans, columns, count, blank }: FieldBatch, kept: number): FieldBatch {
  const words = 2 * columns;
  const keptSpans = new Uint32Array(words * kept);
  for (let row = 0, at = 0; row < count; row++) {
    if (blank[row] === 1) continue;
    for (let k = 0; k < words; k++) keptSpans[at++] = spans[words * row + k] as number; // a span a field
  }
  return { bytes, spans: keptSpans, columns, count: kept, blank: new Uint8Array(kept) };
}

/**
 * Rows for `join`: each row's key of each kind. Every row counts, those without any key too, so that the rows of the
 * result are the rows of the file.
 *
 * @param rows - Rows of all columns that the kinds name.
 * @param kinds - The columns of each kind of key, best first.
 * @throws VeilshareError INVALID_ARGUMENT, when it is read, for a column that `rows` has not.
 * @example
 * const rows = openRows("customers.csv", { select: ["tax_number", "name", "city"] });
 * const joined = await join(party, joinRowsOf(rows, [["tax_number"], ["name", "city"]]), {
 *   keys: ["tax number", "name and city"],
 * });
 */
export async function* joinRowsOf(
  rows: RowSource,
  kinds: readonly (readonly string[])[],
): AsyncGenerator<readonly (string | readonly string[])[], void, undefined> {
  const places = kinds.map((columns) =>
    columns.map((column) => {
      const place = rows.columns.indexOf(column);
      if (place >= 0) return place;
      throw invalidArgument("joinRowsOf", "kinds of columns that the rows have", JSON.stringify(column));
    }),
  );
  for await (const { cells } of rows) {
    yield places.map((columns) => columns.map((place) => cells[place] as string)); // places are of columns
  }
}
