/**
 * Marks in text for what is not text: NUL and a letter. Every NUL of a file is marked too, so no mark can be forged.
 */

/** What a cell may have in it that is not text. */
export const marks = {
  /** Bytes that are no character of the encoding. */
  illFormed: "\0e",
  nul: "\0n",
  /** A byte order mark anywhere but at the file's start. */
  byteOrderMark: "\0m",
  /** The end mark of CP/M and DOS (0x1A), before the end. */
  endOfFile: "\0z",
} as const;

/**
 * What is wrong with marked text, for an error.
 *
 * @param encodingName - What the file was read as, as sentences have it.
 */
export function describeMark(
  text: string,
  encodingName: string,
): { readonly expected: string; readonly got: string } {
  const at = text.indexOf("\0");
  const mark = text.slice(at, at + 2);
  const expected = `${encodingName} text`;
  switch (mark) {
    case marks.byteOrderMark:
      return { expected, got: "a byte order mark inside (two files joined?)" };
    case marks.endOfFile:
      return { expected, got: "the end mark 0x1A inside (two files joined?)" };
    case marks.nul:
      return { expected, got: "a NUL byte (UTF-16 or binary?)" };
    default: {
      const looksLike = encodingName === "UTF-8" ? "Windows-1252, Latin-1 or GB 18030?" : "UTF-8?";
      return { expected, got: `bytes that are not ${encodingName} (${looksLike})` };
    }
  }
}
