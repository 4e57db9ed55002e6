/**
 * Rows that come one by one, of files that need not fit into memory, and what the protocols of two lists take from them:
 * items for `intersect` and `intersectCardinality`, rows of keys for `join`.
 */

import { isBlankText } from "../bytes/blank-text.js";
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

/** Rows of one pass over something. */
export function rowSource(
  file: string,
  columns: readonly string[],
  rows: () => AsyncIterator<TableRow>,
): RowSource {
  return { file, columns: [...columns], [Symbol.asyncIterator]: rows };
}

/**
 * The keys of rows as items: give it to `intersect` or `intersectCardinality`, and ask it afterwards on which line an
 * item stands. All columns of the source are key fields. A row with a blank field (nothing but white space, control
 * characters and characters of no width) is left out, by the rule that all protocols have: two rows without a tax
 * number are not the same company. What only becomes blank by the agreed normalization the protocol leaves out.
 *
 * **Cost.** Four bytes an item for the lines; rows are not kept.
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
    const reading = {};
    this.#reading = reading;
    this.#lines = [];
    this.#count = 0;
    this.#withoutKey = 0;
    this.#traits = new KeyTraits();
    for await (const { line, cells } of this.#rows) {
      if (this.#reading !== reading)
        throw invalidArgument("RowKeys", "one reading at a time", "a second one");
      if (cells.some((cell) => isBlankText(cell))) {
        this.#withoutKey += 1;
        continue;
      }
      const at = this.#count++ % segmentLines;
      if (at === 0) this.#lines.push(new Uint32Array(segmentLines));
      (this.#lines[this.#lines.length - 1] as Uint32Array)[at] = line; // just pushed, or not full
      this.#traits.add(cells);
      yield cells.length === 1 ? (cells[0] as string) : cells; // one column
    }
  }
}

const segmentLines = 65_536;

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
