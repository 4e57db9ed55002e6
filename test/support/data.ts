import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, it } from "vitest";

/** The folder of outside vectors and data sets that are never part of this repository. */
export const dataFolder: string = resolve(process.env["VEILSHARE_DATA"] ?? "../shared/data");

/** The full path of a data file, e.g. `dataPath("psi/febrl4a.csv")`. */
export function dataPath(name: string): string {
  return join(dataFolder, name);
}

/** The text of a data file. */
export function readData(name: string): string {
  return readFileSync(dataPath(name), "utf8");
}

/** A parsed JSON data file; the caller states the shape that the file's documentation gives. */
export function readDataJson<T>(name: string): T {
  return JSON.parse(readData(name)) as T;
}

const inCi = process.env["CI"] === "true" || process.env["CI"] === "1";

/**
 * `describe` for tests that need files of the data folder: runs where they exist, says loudly that it skipped
 * where they do not, and fails where they do not exist in CI.
 */
export function describeWithData(name: string, files: readonly string[], body: () => void): void {
  const missing = files.filter((file) => !existsSync(dataPath(file)));
  if (missing.length === 0 || inCi) {
    describe(name, body);
    return;
  }
  process.stderr.write(`SKIPPED ${name}: not found under ${dataFolder}: ${missing.join(", ")}\n`);
  // Not describe.skip(name, body): that still runs the body, which may read the files.
  describe(name, () => {
    it.skip(`needs ${missing.join(", ")}`);
  });
}
