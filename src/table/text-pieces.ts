/** A file's text in pieces: UTF-16 is turned into UTF-8 before rows are cut, all else after, where no character is cut. */

import { LineDecoder, Utf16Decoder, type TextEncoding } from "./text-decoder.js";

/** Decodes a file of one encoding. */
export class TextPieces {
  readonly #wide: Utf16Decoder | undefined;
  readonly #lines: LineDecoder | undefined;

  constructor(encoding: TextEncoding) {
    if (encoding === "utf-16le" || encoding === "utf-16be") this.#wide = new Utf16Decoder(encoding);
    else this.#lines = new LineDecoder(encoding);
  }

  /** The next chunk, of any size, in an encoding whose quotes and line ends are single bytes. */
  beforeCut(chunk: Uint8Array): Uint8Array {
    return this.#wide === undefined ? chunk : this.#wide.decode(chunk);
  }

  /** What the last chunk left. */
  restBeforeCut(): Uint8Array {
    return this.#wide === undefined ? new Uint8Array(0) : this.#wide.finish();
  }

  /** Whole rows as UTF-8 with marks; the same memory where they are that already. */
  afterCut(rows: Uint8Array): Uint8Array {
    return this.#lines === undefined ? rows : this.#lines.decode(rows);
  }
}
