/**
 * What spreadsheets and old systems write around cells, put right before CSV is parsed: blanks outside quotes are taken
 * away, the end mark 0x1A at the end too, and byte order marks and end marks inside a file are marked.
 */

import { marks } from "./text-marks.js";

const quote = 0x22;
const endOfFile = 0x1a;
const bomBytes = [0xef, 0xbb, 0xbf] as const;

/** A block of whole rows, as it can be parsed. */
export interface CleanBlock {
  /** The same memory where nothing had to change. No line end is ever added or taken away before `endsAt`. */
  readonly bytes: Uint8Array;
  /** Where in the given block an end mark stands after which nothing comes; undefined for none. */
  readonly endsAt: number | undefined;
}

/**
 * Cleans a block of UTF-8 that starts where a row does.
 *
 * @param delimiter - The byte between cells.
 */
export function cleanBlock(block: Uint8Array, delimiter: number): CleanBlock {
  if (!needsCleaning(block)) return { bytes: block, endsAt: undefined };
  return new Cleaner(block, delimiter).run();
}

function needsCleaning(block: Uint8Array): boolean {
  if (block.includes(endOfFile)) return true;
  for (let at = block.indexOf(0xef); at >= 0; at = block.indexOf(0xef, at + 1)) {
    if (isByteOrderMark(block, at)) return true;
  }
  for (let at = block.indexOf(quote); at >= 0; at = block.indexOf(quote, at + 1)) {
    if (isBlank(block[at - 1]) || isBlank(block[at + 1])) return true;
  }
  return false;
}

type State = "cellStart" | "bare" | "quoted" | "afterQuote";

class Cleaner {
  readonly #block: Uint8Array;
  readonly #delimiter: number;
  readonly #out: Uint8Array;
  #length = 0;
  #state: State = "cellStart";

  constructor(block: Uint8Array, delimiter: number) {
    this.#block = block;
    this.#delimiter = delimiter;
    this.#out = new Uint8Array(block.length * 2); // a mark has two bytes for at least one
  }

  run(): CleanBlock {
    for (let at = 0; at < this.#block.length;) {
      const outside = this.#state !== "quoted";
      if (outside && this.#block[at] === endOfFile) {
        if (isBlankRest(this.#block, at)) return { bytes: this.#done(), endsAt: at };
        at = this.#mark(at + 1, marks.endOfFile);
      } else if (outside && isByteOrderMark(this.#block, at))
        at = this.#mark(at + bomBytes.length, marks.byteOrderMark);
      else at = this.#step(at);
    }
    return { bytes: this.#done(), endsAt: undefined };
  }

  #done(): Uint8Array {
    return this.#out.subarray(0, this.#length);
  }

  #mark(next: number, mark: string): number {
    for (const character of mark) this.#push(character.charCodeAt(0));
    if (this.#state === "cellStart") this.#state = "bare";
    return next;
  }

  #push(byte: number): void {
    this.#out[this.#length++] = byte;
  }

  /** Takes what stands at a place; gives the next place. */
  #step(at: number): number {
    const byte = this.#block[at] as number; // at < length
    if (this.#state === "quoted") return this.#insideQuotes(at, byte);
    if (byte === this.#delimiter || byte === 0x0a || byte === 0x0d) {
      this.#state = "cellStart";
      this.#push(byte);
      return at + 1;
    }
    if (this.#state === "bare" || !this.#isBlankCell(byte)) return this.#plain(at, byte);
    const end = this.#endOfBlanks(at);
    const after = this.#block[end];
    const opens = this.#state === "cellStart" && after === quote;
    const closes =
      this.#state === "afterQuote" &&
      (after === undefined ||
        after === this.#delimiter ||
        after === 0x0a ||
        after === 0x0d ||
        after === endOfFile);
    if (opens || closes) return end;
    this.#state = "bare";
    return this.#plain(at, byte);
  }

  #plain(at: number, byte: number): number {
    if (this.#state === "cellStart") this.#state = byte === quote ? "quoted" : "bare";
    this.#push(byte);
    return at + 1;
  }

  #insideQuotes(at: number, byte: number): number {
    this.#push(byte);
    if (byte !== quote) return at + 1;
    if (this.#block[at + 1] === quote) {
      this.#push(quote);
      return at + 2;
    }
    this.#state = "afterQuote";
    return at + 1;
  }

  #isBlankCell(byte: number): boolean {
    return isBlank(byte) && byte !== this.#delimiter;
  }

  #endOfBlanks(at: number): number {
    let end = at;
    while (end < this.#block.length && this.#isBlankCell(this.#block[end] as number)) end += 1; // end < length
    return end;
  }
}

function isBlank(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x09;
}

function isByteOrderMark(bytes: Uint8Array, at: number): boolean {
  return bomBytes.every((byte, i) => bytes[at + i] === byte);
}

/** Whether nothing but blanks, line ends and end marks stand from here. */
function isBlankRest(bytes: Uint8Array, start: number): boolean {
  for (let at = start; at < bytes.length; at++) {
    const byte = bytes[at];
    if (!isBlank(byte) && byte !== 0x0a && byte !== 0x0d && byte !== endOfFile) return false;
  }
  return true;
}
