/** Bytes of a data file to well-formed UTF-8, or an error that says which encoding it looks like and on which line. */

import { invalidArgument, VeilshareError } from "../errors.js";
import { invalidData } from "./table.js";

/** What a data file may be written in: UTF-8, or the Chinese national standard GB 18030, of which GBK and GB 2312 are part. */
export type TextEncoding = "utf-8" | "gb18030";

/** What is wrong with text. */
export interface TextFault {
  readonly expected: string;
  readonly got: string;
}

/** Text as UTF-8, up to the first place where it is none. */
export interface CheckedText {
  readonly bytes: Uint8Array;
  readonly fault: TextFault | undefined;
}

const utf8Bom = [0xef, 0xbb, 0xbf];
const gb18030Bom = [0x84, 0x31, 0x95, 0x33];

/** So many bytes tell every byte order mark. */
export const bomBytes = 4;

/**
 * How many bytes of a file's start are a byte order mark, which may be there.
 *
 * @param head - The first four bytes, or the whole file where it is shorter.
 * @throws VeilshareError INVALID_DATA for the mark of another encoding, by its name.
 */
export function bomLength(head: Uint8Array, encoding: TextEncoding, file: string): number {
  refuseWideEncodings(head, file, encoding);
  const marks = { "utf-8": utf8Bom, gb18030: gb18030Bom } as const;
  const other = encoding === "utf-8" ? "gb18030" : "utf-8";
  if (startsWith(head, marks[other])) {
    const got = `the byte order mark of ${textNames[other]}`;
    throw invalidData({ file, line: 1 }, `${textNames[encoding]} text`, got);
  }
  return startsWith(head, marks[encoding]) ? marks[encoding].length : 0;
}

const textNames = { "utf-8": "UTF-8", gb18030: "GB 18030" } as const;

/** Decodes pieces of text that are whole: no character is cut. Neither NUL nor anything ill-formed is let through. */
export class TextChecker {
  readonly #encoding: TextEncoding;
  readonly #decoder: TextDecoder;

  /**
   * @param caller - For errors.
   * @throws VeilshareError INVALID_ARGUMENT for another encoding; UNSUPPORTED where the platform does not know it.
   */
  constructor(caller: string, encoding: TextEncoding) {
    const given: string = encoding; // may come from untyped code
    if (given !== "utf-8" && given !== "gb18030") {
      throw invalidArgument(caller, 'encoding to be "utf-8" or "gb18030"', JSON.stringify(given));
    }
    this.#encoding = encoding;
    try {
      this.#decoder = new TextDecoder(encoding, { fatal: true, ignoreBOM: true });
    } catch {
      throw new VeilshareError(
        "UNSUPPORTED",
        `${caller}: this platform cannot decode ${textNames[encoding]}`,
      );
    }
  }

  /** The text as UTF-8; the same memory where it is that already. */
  check(piece: Uint8Array): CheckedText {
    const nul = piece.indexOf(0);
    const before = nul < 0 ? piece : piece.subarray(0, nul);
    const bytes = this.#asUtf8(before);
    const name = textNames[this.#encoding];
    const expected = `${name} text`;
    if (bytes === undefined) {
      const looksLike = this.#encoding === "utf-8" ? "Windows-1252, Latin-1 or GB 18030?" : "UTF-8?";
      const fault = { expected, got: `bytes that are not ${name} (${looksLike})` };
      return { bytes: this.#wellFormedStart(before), fault };
    }
    const fault = nul < 0 ? undefined : { expected, got: "a NUL byte (UTF-16 or binary?)" };
    return { bytes, fault };
  }

  #asUtf8(piece: Uint8Array): Uint8Array | undefined {
    try {
      const text = this.#decoder.decode(piece);
      return this.#encoding === "utf-8" ? piece : new TextEncoder().encode(text);
    } catch {
      return undefined;
    }
  }

  /** The longest start that decodes. Whether a longer start has something ill-formed in it only ever turns true. */
  #wellFormedStart(piece: Uint8Array): Uint8Array {
    let [good, bad] = [0, piece.length + 1];
    while (bad - good > 1) {
      const middle = Math.floor((good + bad) / 2);
      if (isWellFormedSoFar(piece.subarray(0, middle), this.#encoding)) good = middle;
      else bad = middle;
    }
    // A character that is cut at the end is not ill-formed so far: at most three bytes.
    for (let end = good; end > 0; end--) {
      const bytes = this.#asUtf8(piece.subarray(0, end));
      if (bytes !== undefined) return bytes;
    }
    return new Uint8Array(0);
  }
}

function isWellFormedSoFar(bytes: Uint8Array, encoding: TextEncoding): boolean {
  try {
    new TextDecoder(encoding, { fatal: true }).decode(bytes, { stream: true });
    return true;
  } catch {
    return false;
  }
}

/**
 * Checks that a file is UTF-8 text without NUL; a UTF-8 byte order mark is dropped.
 *
 * @param content - The file's bytes, or text that somebody has already decoded.
 * @returns The bytes after the byte order mark, as a view where nothing had to change.
 * @throws VeilshareError INVALID_DATA with file and line.
 */
export function checkedUtf8(content: Uint8Array | string, file: string): Uint8Array {
  if (typeof content === "string") return checkedText(content, file);
  refuseWideEncodings(content, file);
  const bytes = startsWith(content, utf8Bom) ? content.subarray(utf8Bom.length) : content;
  const nul = bytes.indexOf(0);
  if (nul >= 0)
    throw invalidData({ file, line: lineAt(bytes, nul) }, "UTF-8 text", "a NUL byte (UTF-16 or binary?)");
  if (!isUtf8(bytes)) {
    throw invalidData(
      { file, line: firstIllFormedLine(bytes) },
      "UTF-8 text",
      "bytes that are not UTF-8 (Windows-1252 or Latin-1?)",
    );
  }
  return bytes;
}

/** Text of checked bytes. */
export function textOf(bytes: Uint8Array): string {
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
}

/** The line, from 1, on which a byte stands. LF, CR LF and CR each end a line. */
function lineAt(bytes: Uint8Array, offset: number): number {
  return 1 + countLineEnds(bytes, 0, offset);
}

/** Line ends that are complete before `end`. A CR directly before `end` counts unless an LF follows it there. */
export function countLineEnds(bytes: Uint8Array, start: number, end: number): number {
  let count = 0;
  for (let i = start; i < end; i++) {
    if (bytes[i] === 0x0a) count += 1;
    else if (bytes[i] === 0x0d && bytes[i + 1] !== 0x0a) count += 1;
  }
  return count;
}

/**
 * Text that somebody has decoded, as UTF-8 without its byte order mark.
 *
 * @throws VeilshareError INVALID_DATA for half a surrogate pair.
 */
export function encodedText(text: string, file: string): Uint8Array {
  const loneSurrogate = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/.exec(text);
  if (loneSurrogate !== null) {
    const before = new TextEncoder().encode(text.slice(0, loneSurrogate.index));
    const line = lineAt(before, before.length);
    throw invalidData({ file, line }, "well-formed text", "half a surrogate pair");
  }
  return new TextEncoder().encode(text.startsWith("\ufeff") ? text.slice(1) : text);
}

function checkedText(text: string, file: string): Uint8Array {
  const bytes = encodedText(text, file);
  const nul = bytes.indexOf(0);
  if (nul >= 0) throw invalidData({ file, line: lineAt(bytes, nul) }, "text", "a NUL character");
  return bytes;
}

function refuseWideEncodings(bytes: Uint8Array, file: string, wanted: TextEncoding = "utf-8"): void {
  const refuse = (name: string): never => {
    const expected = `${textNames[wanted]} text`;
    throw invalidData({ file, line: 1 }, expected, `the byte order mark of ${name}`);
  };
  if (startsWith(bytes, [0xff, 0xfe, 0, 0]) || startsWith(bytes, [0, 0, 0xfe, 0xff])) refuse("UTF-32");
  if (startsWith(bytes, [0xff, 0xfe]) || startsWith(bytes, [0xfe, 0xff])) refuse("UTF-16");
}

function startsWith(bytes: Uint8Array, prefix: readonly number[]): boolean {
  return prefix.every((byte, i) => bytes[i] === byte);
}

function isUtf8(bytes: Uint8Array): boolean {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}

/** LF never occurs inside a UTF-8 sequence, so lines can be checked one by one. */
function firstIllFormedLine(bytes: Uint8Array): number {
  for (let start = 0; start < bytes.length;) {
    const lineFeed = bytes.indexOf(0x0a, start);
    const end = lineFeed < 0 ? bytes.length : lineFeed + 1;
    if (!isUtf8(bytes.subarray(start, end))) return lineAt(bytes, start);
    start = end;
  }
  return 1;
}
