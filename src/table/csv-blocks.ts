/**
 * CSV in chunks of any sizes, cut anew so that every block ends where a row does. In UTF-8 and GB 18030 alike, the bytes
 * of quotes and line ends never occur inside a character, so this comes before decoding.
 */

import { concatBytes } from "../bytes/encoding.js";

const quote = 0x22;
const lineFeed = 0x0a;
const carriageReturn = 0x0d;

/** Takes chunks, gives blocks of whole rows. */
export class CsvBlocks {
  #rest: Uint8Array[] = [];
  #restBytes = 0;
  #quoted = false;

  /** How many bytes there are after the last row that is whole. */
  get restBytes(): number {
    return this.#restBytes;
  }

  /** The bytes after the last row that is whole. */
  rest(): Uint8Array {
    return concatBytes(...this.#rest);
  }

  /**
   * Takes a chunk, of which nothing is kept but copies.
   *
   * @returns All rows that are whole with it, or undefined when there are none.
   */
  take(chunk: Uint8Array): Uint8Array | undefined {
    const end = this.#endOfRows(chunk);
    if (end === 0) {
      this.#keep(chunk);
      return undefined;
    }
    const head = chunk.subarray(0, end);
    const block = this.#restBytes === 0 ? head : concatBytes(...this.#rest, head);
    this.#rest = [];
    this.#restBytes = 0;
    this.#keep(chunk.subarray(end));
    return block;
  }

  #keep(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.#rest.push(Uint8Array.from(bytes));
    this.#restBytes += bytes.length;
  }

  /** Where the last row ends of those that end in the chunk, 0 for none. A CR at the very end may be half a line end. */
  #endOfRows(chunk: Uint8Array): number {
    let end = 0;
    let quoted = this.#quoted;
    for (let i = 0; i < chunk.length; i++) {
      const byte = chunk[i];
      if (byte === quote) quoted = !quoted;
      else if (byte === lineFeed && !quoted) end = i + 1;
      else if (byte === carriageReturn && !quoted && i + 1 < chunk.length && chunk[i + 1] !== lineFeed)
        end = i + 1;
    }
    this.#quoted = quoted;
    return end;
  }
}
