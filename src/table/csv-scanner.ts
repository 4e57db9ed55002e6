/**
 * Rows of CSV as parts of the memory that they stand in: what takes millions of keys from a file. Whatever is not plain is
 * left to `csv-parse`: this finds the same cells or nothing.
 */

import { isBlankField } from "../bytes/blank-text.js";
import type { RowBatch } from "./rows.js";

const quote = 0x22;
const lineFeed = 0x0a;
const carriageReturn = 0x0d;
const unread = -1;

/** What a byte may be outside quotes. */
const kinds = { plain: 0, delimiter: 1, lineEnd: 2, unusual: 3 } as const;

/** What is known of a file's rows from its header. */
export interface RowShape {
  /** The byte between cells. */
  readonly delimiter: number;
  /** Cells of a row. */
  readonly width: number;
  /** The places of those that are read, in the order in which they are wanted. */
  readonly places: readonly number[];
  /** Whether blanks around bare cells are dropped. */
  readonly trim: boolean;
}

/** Rows that were found, and the line after them. */
export interface ScannedRows {
  readonly batch: RowBatch;
  readonly nextLine: number;
}

/** Finds the rows of one file, block by block. */
export class CsvScanner {
  readonly #shape: RowShape;
  readonly #kindOf: Uint8Array;
  /** For each cell of a row where it goes among those that are read; -1 where it is not. */
  readonly #targets: Int32Array;
  #spans: Uint32Array = new Uint32Array(2 ** 12);
  #lines: Uint32Array = new Uint32Array(2 ** 10);
  #blank: Uint8Array = new Uint8Array(2 ** 10);
  /** The block, and where in it and on which line the scanner is. */
  #bytes: Uint8Array = new Uint8Array(0);
  #at = 0;
  #line = 0;
  #count = 0;

  constructor(shape: RowShape) {
    this.#shape = shape;
    this.#kindOf = kindsFor(shape.delimiter);
    this.#targets = new Int32Array(shape.width).fill(unread);
    for (const [target, at] of shape.places.entries()) this.#targets[at] = target;
  }

  /**
   * The rows of a block of whole rows.
   *
   * @param bytes - UTF-8.
   * @param line - The line on which it begins.
   * @returns Rows in memory that the next call writes over; undefined where a row is not plain: one of another width or with
   * quotes inside, marks, blanks to drop.
   */
  scan(bytes: Uint8Array, line: number): ScannedRows | undefined {
    this.#bytes = bytes;
    this.#at = 0;
    this.#line = line;
    this.#count = 0;
    while (this.#at < bytes.length) {
      if (this.#kindOf[bytes[this.#at] as number] === kinds.lineEnd) this.#skipLineEnd();
      else if (!this.#scanRow()) return undefined;
    }
    const { places } = this.#shape;
    const [spans, lines, blank] = [this.#spans, this.#lines, this.#blank];
    const batch = { bytes, spans, lines, blank, columns: places.length, count: this.#count };
    this.#bytes = new Uint8Array(0);
    return { batch, nextLine: this.#line };
  }

  /** Takes a row and its line end; false when it is not plain. */
  #scanRow(): boolean {
    const { width, places } = this.#shape;
    this.#makeRoom();
    const row = this.#count++;
    this.#lines[row] = this.#line;
    this.#blank[row] = 0;
    for (let column = 0; column < width; column++) {
      const isQuoted = this.#bytes[this.#at] === quote;
      const start = isQuoted ? this.#at + 1 : this.#at;
      const target = this.#targets[column] as number; // column < width
      const end = isQuoted ? this.#endOfQuoted(target !== unread) : this.#endOfBare();
      if (end < 0) return false;
      if (target >= 0) {
        if (this.#shape.trim && !isQuoted && this.#hasBlankEnds(start, end)) return false;
        const span = 2 * (row * places.length + target);
        this.#spans[span] = start;
        this.#spans[span + 1] = end - start;
        if (isBlankField(this.#bytes, start, end - start)) this.#blank[row] = 1;
      }
      if (!this.#passDelimiter(column === width - 1)) return false;
    }
    return true;
  }

  /** Steps over what must stand after a cell. */
  #passDelimiter(isLast: boolean): boolean {
    if (this.#at === this.#bytes.length) return isLast;
    const kind = this.#kindOf[this.#bytes[this.#at] as number];
    if (isLast) {
      if (kind !== kinds.lineEnd) return false;
      this.#skipLineEnd();
      return true;
    }
    this.#at += 1;
    return kind === kinds.delimiter;
  }

  /** Where a bare cell ends; -1 when it is not plain. */
  #endOfBare(): number {
    const [bytes, kindOf] = [this.#bytes, this.#kindOf];
    let at = this.#at;
    for (; at < bytes.length; at++) {
      const kind = kindOf[bytes[at] as number] as number; // at < length; a kind a byte
      if (kind === kinds.plain) continue;
      if (kind !== kinds.unusual) break;
      if (!isNoByteOrderMark(bytes, at)) return -1;
    }
    this.#at = at;
    return at;
  }

  /** Where what stands in quotes ends; -1 when it is not plain: a quote inside counts where the cell is read. */
  #endOfQuoted(isRead: boolean): number {
    const bytes = this.#bytes;
    for (let at = this.#at + 1; at < bytes.length; at++) {
      const byte = bytes[at] as number; // at < length
      if (byte === quote) {
        if (bytes[at + 1] !== quote) {
          this.#at = at + 1;
          return at;
        }
        if (isRead) return -1;
        at++;
      } else if (byte === lineFeed || (byte === carriageReturn && bytes[at + 1] !== lineFeed)) this.#line++;
      else if (this.#kindOf[byte] === kinds.unusual && !isNoByteOrderMark(bytes, at)) return -1;
    }
    return -1;
  }

  /** Line feed, carriage return, or both in this order. */
  #skipLineEnd(): void {
    const isPair = this.#bytes[this.#at] === carriageReturn && this.#bytes[this.#at + 1] === lineFeed;
    this.#at += isPair ? 2 : 1;
    this.#line += 1;
  }

  /** Whether a cell begins or ends with what `String.prototype.trim` may take away. */
  #hasBlankEnds(start: number, end: number): boolean {
    const bytes = this.#bytes;
    const isSpace = (at: number): boolean => at >= start && (bytes[at] as number) <= 0x20; // at < end
    const mayBegin = (at: number): boolean => at >= start && spaceStarts.includes(bytes[at] as number);
    if (end === start) return false;
    return isSpace(start) || mayBegin(start) || isSpace(end - 1) || mayBegin(end - 2) || mayBegin(end - 3);
  }

  #makeRoom(): void {
    const rows = this.#count + 1;
    if (rows > this.#lines.length) {
      this.#lines = larger(this.#lines, new Uint32Array(2 * rows));
      this.#blank = larger(this.#blank, new Uint8Array(2 * rows));
    }
    const words = 2 * rows * this.#shape.places.length;
    if (words > this.#spans.length) this.#spans = larger(this.#spans, new Uint32Array(2 * words));
  }
}

/** First bytes of characters beyond ASCII that are white space: no-break space, those of U+1680, U+2000, U+3000, U+FEFF. */
const spaceStarts: readonly number[] = [0xc2, 0xe1, 0xe2, 0xe3, 0xef];

function kindsFor(delimiter: number): Uint8Array {
  const kindOf = new Uint8Array(256);
  // NUL marks what is not text, 0x1A is an end mark, and a byte order mark begins with 0xEF.
  for (const byte of [quote, 0, 0x1a, 0xef]) kindOf[byte] = kinds.unusual;
  kindOf[lineFeed] = kinds.lineEnd;
  kindOf[carriageReturn] = kinds.lineEnd;
  kindOf[delimiter] = kinds.delimiter;
  return kindOf;
}

/** True for another character that begins as a byte order mark does. */
function isNoByteOrderMark(bytes: Uint8Array, at: number): boolean {
  return bytes[at] === 0xef && (bytes[at + 1] !== 0xbb || bytes[at + 2] !== 0xbf);
}

function larger<Words extends Uint32Array | Uint8Array>(from: Words, to: Words): Words {
  to.set(from);
  return to;
}
