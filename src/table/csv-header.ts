/** The header of a CSV file: names that are distinct, columns without a name, and those that somebody reads. */

import { invalidData, missingColumn, type Place } from "./table.js";

/** Which columns of a file are read. */
export interface CsvHeader {
  /** All columns of the file; a name is empty where the file has none. */
  readonly names: readonly string[];
  /** The names of those that are read. */
  readonly read: readonly string[];
  /** Their places. */
  readonly places: readonly number[];
  /** The places of columns without a name that must be empty, as nobody could ask for them. */
  readonly empty: readonly number[];
}

/**
 * Understands a header.
 *
 * @param select - The columns to read; undefined for all.
 * @throws VeilshareError INVALID_DATA for a name that is there twice, and for a chosen one that is not there.
 */
export function readHeader(
  names: readonly string[],
  select: readonly string[] | undefined,
  place: { readonly file: string; readonly line: number },
): CsvHeader {
  checkDistinct(names, place);
  if (names.every((name) => name === "")) {
    throw invalidData({ ...place, column: "1" }, "a column name", "an empty one");
  }
  if (select === undefined) {
    const places = [...names.keys()].filter((at) => names[at] !== "");
    const empty = [...names.keys()].filter((at) => names[at] === "");
    return { names, read: places.map((at) => names[at] as string), places, empty }; // places are of names
  }
  const places = select.map((name) => {
    const at = names.indexOf(name);
    if (at >= 0 && name !== "") return at;
    throw missingColumn({ file: place.file, line: Math.max(1, place.line) }, name, names);
  });
  return { names, read: select, places, empty: [] };
}

function checkDistinct(names: readonly string[], place: Place): void {
  const positions = new Map<string, number>();
  for (const [i, name] of names.entries()) {
    if (name === "") continue;
    const before = positions.get(name);
    if (before !== undefined) {
      const expected = "distinct column names";
      throw invalidData({ ...place, column: `${i + 1}` }, expected, `the name of column ${before} again`);
    }
    positions.set(name, i + 1);
  }
}
