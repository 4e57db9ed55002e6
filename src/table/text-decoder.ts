/** Bytes of a data file to well-formed UTF-8, or an error that says which encoding it looks like and on which line. */

import { invalidData } from "./table.js";

const utf8Bom = [0xef, 0xbb, 0xbf];

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

function checkedText(text: string, file: string): Uint8Array {
  const bytes = new TextEncoder().encode(text.startsWith("\ufeff") ? text.slice(1) : text);
  const loneSurrogate = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/.exec(text);
  if (loneSurrogate !== null) {
    const before = new TextEncoder().encode(text.slice(0, loneSurrogate.index));
    const line = lineAt(before, before.length);
    throw invalidData({ file, line }, "well-formed text", "half a surrogate pair");
  }
  const nul = bytes.indexOf(0);
  if (nul >= 0) throw invalidData({ file, line: lineAt(bytes, nul) }, "text", "a NUL character");
  return bytes;
}

function refuseWideEncodings(bytes: Uint8Array, file: string): void {
  const refuse = (name: string): never => {
    throw invalidData({ file, line: 1 }, "UTF-8 text", `the byte order mark of ${name}`);
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
