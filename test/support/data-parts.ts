import { existsSync } from "node:fs";
import { dataPath, readDataJson } from "./data.js";

/**
 * The parts of a vector file that are there: part-a is in the data folder, part-b is held back and may be added.
 *
 * @param stem - E.g. `crypto/oprf-rfc9497`.
 */
export function readDataParts<T>(stem: string): T[] {
  return ["a", "b"]
    .map((part) => `${stem}-part-${part}.json`)
    .filter((name) => existsSync(dataPath(name)))
    .map((name) => readDataJson<T>(name));
}
