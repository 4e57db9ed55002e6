/** Which character stands between the cells of a CSV file: what its first line `sep=;` says, or what its rows look like. */

/** So much of a file's start decides, however it arrives. */
export const sampleBytes: number = 2 ** 16;

/** What is looked for, most likely first. */
export const candidates: readonly string[] = [",", ";", "\t", "|"];
/** Rows beyond the header that are looked at. */
const sampleRows = 20;

/** What the start of a file says. */
export interface DelimiterLine {
  readonly delimiter: string;
  /** Bytes of the line, its line end included. */
  readonly byteLength: number;
}

/** The line `sep=;` that Excel writes and reads, if the file starts with it. */
export function delimiterLine(start: Uint8Array): DelimiterLine | undefined {
  const text = new TextDecoder().decode(start.subarray(0, 16));
  const found = /^sep=([\t\x20-\x7e])(?:\r\n|\r|\n|$)/i.exec(text);
  const delimiter = found?.[1];
  if (found === null || delimiter === undefined || delimiter === '"') return undefined;
  return { delimiter, byteLength: found[0].length };
}

/**
 * The delimiter that the rows look like: one that the first row has outside quotes, and with which the rows after it have
 * as many cells; a comma where that says nothing.
 *
 * @param start - The first rows, whole.
 * @param width - How many columns there are, where that is known.
 */
export function findDelimiter(start: Uint8Array, width: number | undefined): string {
  const text = new TextDecoder().decode(start.subarray(0, sampleBytes));
  const counts = candidates.map((delimiter) => ({ delimiter, cells: cellCounts(text, delimiter) }));
  const first = (cells: readonly number[]): number => cells[0] ?? 0;
  if (width !== undefined) {
    return counts.find(({ cells }) => first(cells) === width)?.delimiter ?? ",";
  }
  const several = counts.filter(({ cells }) => first(cells) > 1);
  const even = several.find(({ cells }) => cells.every((count) => count === cells[0]));
  const [widest] = [...several].sort((a, b) => first(b.cells) - first(a.cells));
  return (even ?? widest)?.delimiter ?? ",";
}

/** How many cells each of the first rows has; the last one, which may be cut, does not count unless it is the only one. */
function cellCounts(text: string, delimiter: string): readonly number[] {
  const counts: number[] = [];
  let cells = 1;
  let quoted = false;
  let empty = true;
  for (let at = 0; at < text.length && counts.length <= sampleRows; at++) {
    const character = text[at];
    if (character === '"') quoted = !quoted;
    else if (quoted) continue;
    else if (character === delimiter) cells += 1;
    else if (character === "\n" || character === "\r") {
      if (!empty) counts.push(cells);
      cells = 1;
      empty = true;
      continue;
    }
    empty = false;
  }
  return counts.length === 0 ? [cells] : counts;
}
