/**
 * Bytes of a data file to UTF-8. What is not text is not refused here, where nobody knows yet whether it will be read:
 * it is marked, and who reads a marked cell says what is wrong with it and where.
 */

import { concatBytes } from "../bytes/encoding.js";
import { invalidArgument, VeilshareError } from "../errors.js";
import { invalidData } from "./table.js";
import { marks } from "./text-marks.js";

/** What a data file may be written in. GB 18030 has GBK and GB 2312 in it, Windows-1252 has Latin-1's printing part. */
export type TextEncoding =
  "utf-8" | "utf-16le" | "utf-16be" | "gb18030" | "big5" | "shift_jis" | "euc-kr" | "windows-1252";

/** The names of encodings that files can be read in. */
export const textEncodings: readonly TextEncoding[] = [
  "utf-8",
  "utf-16le",
  "utf-16be",
  "gb18030",
  "big5",
  "shift_jis",
  "euc-kr",
  "windows-1252",
];

/** How an encoding is written in sentences. */
export const textNames: Readonly<Record<TextEncoding, string>> = {
  "utf-8": "UTF-8",
  "utf-16le": "UTF-16 (little-endian)",
  "utf-16be": "UTF-16 (big-endian)",
  gb18030: "GB 18030",
  big5: "Big5",
  shift_jis: "Shift_JIS",
  "euc-kr": "EUC-KR",
  "windows-1252": "Windows-1252",
};

/** So many bytes tell every byte order mark. */
export const bomBytes = 4;

const byteOrderMarks: readonly (readonly [TextEncoding | "utf-32", readonly number[]])[] = [
  ["utf-32", [0xff, 0xfe, 0, 0]],
  ["utf-32", [0, 0, 0xfe, 0xff]],
  ["utf-8", [0xef, 0xbb, 0xbf]],
  ["utf-16le", [0xff, 0xfe]],
  ["utf-16be", [0xfe, 0xff]],
  ["gb18030", [0x84, 0x31, 0x95, 0x33]],
];

/**
 * What a file is written in: what its byte order mark says, or what the caller says, who must not contradict the mark.
 *
 * @param head - The first four bytes, or the whole file where it is shorter.
 * @param wanted - Undefined: UTF-8, or UTF-16 where its mark stands.
 * @throws VeilshareError INVALID_DATA for the mark of another encoding, by its name.
 */
export function encodingOf(
  head: Uint8Array,
  wanted: TextEncoding | undefined,
  file: string,
): { readonly encoding: TextEncoding; readonly markBytes: number } {
  const found = byteOrderMarks.find(([, mark]) => mark.every((byte, i) => head[i] === byte));
  if (found === undefined) return { encoding: wanted ?? "utf-8", markBytes: 0 };
  const [marked, mark] = found;
  const allowed = wanted === undefined ? ["utf-8", "utf-16le", "utf-16be"] : [wanted];
  if (marked !== "utf-32" && allowed.includes(marked)) return { encoding: marked, markBytes: mark.length };
  const name = marked === "utf-32" ? "UTF-32" : textNames[marked].replace(/ \(.*/, "");
  const got = `the byte order mark of ${name}`;
  throw invalidData({ file, line: 1 }, `${textNames[wanted ?? "utf-8"]} text`, got);
}

/**
 * The encoding that a caller names, or undefined for none.
 *
 * @throws VeilshareError INVALID_ARGUMENT for another; UNSUPPORTED where the platform does not know it.
 */
export function checkedEncoding(caller: string, given: unknown): TextEncoding | undefined {
  if (given === undefined) return undefined;
  const encoding = textEncodings.find((name) => name === given);
  if (encoding === undefined) {
    const expected = `encoding to be ${textEncodings.map((name) => JSON.stringify(name)).join(", ")}`;
    throw invalidArgument(caller, expected, typeof given === "string" ? JSON.stringify(given) : typeof given);
  }
  try {
    new TextDecoder(encoding);
  } catch {
    throw new VeilshareError("UNSUPPORTED", `${caller}: this platform cannot decode ${textNames[encoding]}`);
  }
  return encoding;
}

/** Turns pieces of whole lines into UTF-8, of the encodings in which the bytes of line ends are nothing else. */
export class LineDecoder {
  readonly #encoding: TextEncoding;
  readonly #strict: TextDecoder;
  readonly #lenient: TextDecoder;

  constructor(encoding: TextEncoding) {
    this.#encoding = encoding;
    this.#strict = new TextDecoder(encoding, { fatal: true, ignoreBOM: true });
    this.#lenient = new TextDecoder(encoding, { ignoreBOM: true });
  }

  /** The text as UTF-8, with marks; the same memory where it is that already. */
  decode(piece: Uint8Array): Uint8Array {
    if (this.#encoding === "utf-8" && isPlainAscii(piece)) return piece;
    if (this.#encoding === "windows-1252") return encode(windows1252Text(piece));
    try {
      const text = this.#strict.decode(piece);
      if (!piece.includes(0)) return this.#encoding === "utf-8" ? piece : encode(text);
      return encode(markNuls(text));
    } catch {
      return this.#decodeLines(piece);
    }
  }

  /** Something is ill-formed: the lines without it stay as they are. */
  #decodeLines(piece: Uint8Array): Uint8Array {
    const lines: string[] = [];
    for (let start = 0; start < piece.length;) {
      const lineFeed = piece.indexOf(0x0a, start);
      const end = lineFeed < 0 ? piece.length : lineFeed + 1;
      lines.push(this.#decodeLine(piece.subarray(start, end)));
      start = end;
    }
    return encode(lines.join(""));
  }

  #decodeLine(line: Uint8Array): string {
    try {
      return markNuls(this.#strict.decode(line));
    } catch {
      return markNuls(this.#lenient.decode(line)).replaceAll("\ufffd", marks.illFormed);
    }
  }
}

/** Whether nothing has to be looked at character by character: ASCII without NUL. */
function isPlainAscii(bytes: Uint8Array): boolean {
  const aligned = bytes.byteOffset % 4 === 0;
  const words = aligned
    ? new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length >> 2)
    : new Uint32Array(0);
  let high = 0;
  for (let i = 0; i < words.length; i++) high |= words[i] as number; // i < length
  for (let i = 4 * words.length; i < bytes.length; i++) high |= bytes[i] as number;
  return (high & 0x8080_8080) === 0 && !bytes.includes(0);
}

/** Turns UTF-16 in chunks of any sizes into UTF-8. */
export class Utf16Decoder {
  readonly #littleEndian: boolean;
  /** An odd byte at the end of the last chunk. */
  #oddByte: number | undefined;
  /** The first half of a pair at the end of the last chunk. */
  #highHalf = "";

  constructor(encoding: "utf-16le" | "utf-16be") {
    this.#littleEndian = encoding === "utf-16le";
  }

  /** The text of the next chunk as UTF-8, with marks. */
  decode(chunk: Uint8Array): Uint8Array {
    const text = this.#highHalf + this.#unitsOf(chunk);
    const keeps = /[\ud800-\udbff]$/.test(text);
    this.#highHalf = keeps ? text.slice(-1) : "";
    return encode(wellFormed(keeps ? text.slice(0, -1) : text));
  }

  /** What is left at the end of the file: half a character. */
  finish(): Uint8Array {
    const broken = this.#oddByte !== undefined || this.#highHalf !== "";
    return encode(broken ? marks.illFormed : "");
  }

  #unitsOf(chunk: Uint8Array): string {
    const bytes = this.#oddByte === undefined ? chunk : concatBytes(Uint8Array.of(this.#oddByte), chunk);
    const even = bytes.length - (bytes.length % 2);
    this.#oddByte = even < bytes.length ? bytes[even] : undefined;
    return this.#text(bytes.subarray(0, even));
  }

  #text(bytes: Uint8Array): string {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const parts: string[] = [];
    for (let start = 0; start < bytes.length; start += unitsAtOnce * 2) {
      const end = Math.min(bytes.length, start + unitsAtOnce * 2);
      const units: number[] = [];
      for (let at = start; at < end; at += 2) units.push(view.getUint16(at, this.#littleEndian));
      parts.push(String.fromCharCode(...units));
    }
    return parts.join("");
  }
}

/** So many arguments are safe to pass. */
const unitsAtOnce = 8192;

const loneSurrogate = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

function wellFormed(text: string): string {
  return markNuls(text).replace(loneSurrogate, marks.illFormed);
}

function markNuls(text: string): string {
  return text.includes("\0") ? text.replaceAll("\0", marks.nul) : text;
}

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/**
 * The characters of 0x80 to 0x9F; a blank where there is none. Some versions of Node take Windows-1252 for Latin-1, so
 * the platform is not asked.
 */
const windows1252High = "€ ‚ƒ„…†‡ˆ‰Š‹Œ Ž  ‘’“”•–—˜™š›œ žŸ";

function windows1252Text(bytes: Uint8Array): string {
  const parts: string[] = [];
  for (let start = 0; start < bytes.length; start += unitsAtOnce) {
    parts.push(String.fromCharCode(...bytes.subarray(start, start + unitsAtOnce)));
  }
  return markNuls(parts.join("")).replace(/[\x80-\x9f]/g, (character) => {
    const printing = windows1252High[character.charCodeAt(0) - 0x80] ?? " ";
    return printing === " " ? marks.illFormed : printing;
  });
}

/**
 * Checks that a file is UTF-8 text without NUL; a byte order mark is dropped, and UTF-16 is read by its mark.
 *
 * @param content - The file's bytes, or text that somebody has already decoded.
 * @returns The bytes after the byte order mark, as a view where nothing had to change.
 * @throws VeilshareError INVALID_DATA with file and line.
 */
export function checkedUtf8(content: Uint8Array | string, file: string): Uint8Array {
  const marked = typeof content === "string" ? encodedText(content, file) : wholeUtf8(content, file);
  const nul = marked.indexOf(0);
  if (nul < 0) return marked;
  const got =
    marked[nul + 1] === marks.nul.charCodeAt(1)
      ? "a NUL byte (UTF-16 or binary?)"
      : "bytes that are not UTF-8 (Windows-1252 or Latin-1?)";
  throw invalidData({ file, line: lineAt(marked, nul) }, "UTF-8 text", got);
}

/** A whole file as UTF-8, with marks. */
function wholeUtf8(content: Uint8Array, file: string): Uint8Array {
  const { encoding, markBytes } = encodingOf(content.subarray(0, bomBytes), undefined, file);
  const bytes = content.subarray(markBytes);
  if (encoding !== "utf-16le" && encoding !== "utf-16be") return new LineDecoder(encoding).decode(bytes);
  const decoder = new Utf16Decoder(encoding);
  const text = decoder.decode(bytes);
  const rest = decoder.finish();
  return concatBytes(text, rest);
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
 * Text that somebody has decoded, as UTF-8 without its byte order mark, with marks for NULs.
 *
 * @throws VeilshareError INVALID_DATA for half a surrogate pair.
 */
export function encodedText(text: string, file: string): Uint8Array {
  const lone = new RegExp(loneSurrogate, "").exec(text);
  if (lone !== null) {
    const before = encode(text.slice(0, lone.index));
    const line = lineAt(before, before.length);
    throw invalidData({ file, line }, "well-formed text", "half a surrogate pair");
  }
  return encode(markNuls(text.startsWith("\ufeff") ? text.slice(1) : text));
}
