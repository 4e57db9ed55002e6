import { existsSync } from "node:fs";
import { dataPath, readDataJson } from "./data.js";

/**
 * The parts of a vector file: part-a, which must be in the data folder, and part-b, which is held back and may be added.
 *
 * @param stem - E.g. `crypto/oprf-rfc9497`.
 */
export function readDataParts<T>(stem: string): T[] {
  const partB = `${stem}-part-b.json`;
  const first = readDataJson<T>(`${stem}-part-a.json`); // fails where it is missing, so that no test passes on nothing
  return existsSync(dataPath(partB)) ? [first, readDataJson<T>(partB)] : [first];
}
