/**
 * CSV in chunks of any sizes, cut anew so that every block ends where a row does. In UTF-8 and GB 18030 alike, the bytes
 * of quotes and line ends never occur inside a character, so this comes before decoding.
 */

const quote = 0x22;
const lineFeed = 0x0a;
const carriageReturn = 0x0d;

/** Takes chunks, gives blocks of whole rows. */
export class CsvBlocks {
  /** Memory that is used again and again: the last block, then what is left after it. */
  #memory: Uint8Array = new Uint8Array(2 ** 12);
  #restStart = 0;
  #restEnd = 0;
  #quoted = false;

  /** How many bytes there are after the last row that is whole. */
  get restBytes(): number {
    return this.#restEnd - this.#restStart;
  }

  /** The bytes after the last row that is whole; until the next call of {@link CsvBlocks.take}. */
  rest(): Uint8Array {
    return this.#memory.subarray(this.#restStart, this.#restEnd);
  }

  /**
   * Takes a chunk, of which nothing is kept but a copy.
   *
   * @returns All rows that are whole with it, or undefined when there are none. The next call writes over them.
   */
  take(chunk: Uint8Array): Uint8Array | undefined {
    const end = this.#endOfRows(chunk);
    const before = this.restBytes;
    this.#append(chunk);
    if (end === 0) return undefined;
    this.#restStart = before + end;
    return this.#memory.subarray(0, before + end);
  }

  /** Puts a chunk after the rest, which moves to the start. */
  #append(chunk: Uint8Array): void {
    const before = this.restBytes;
    const needed = before + chunk.length;
    if (needed <= this.#memory.length) this.#memory.copyWithin(0, this.#restStart, this.#restEnd);
    else {
      const larger = new Uint8Array(Math.max(needed, 2 * this.#memory.length));
      larger.set(this.rest());
      this.#memory = larger;
    }
    this.#memory.set(chunk, before);
    this.#restStart = 0;
    this.#restEnd = needed;
  }

  /** Where the last row ends of those that end in the chunk, 0 for none. A CR at the very end may be half a line end. */
  #endOfRows(chunk: Uint8Array): number {
    if (!this.#quoted && !chunk.includes(quote) && !chunk.includes(carriageReturn)) {
      return chunk.lastIndexOf(lineFeed) + 1; // much faster than byte by byte
    }
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
