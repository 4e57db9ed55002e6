/** Reads and checks everything before any process starts: bad input ends with one line and exit code 2. */

import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { VeilshareError } from "veilshare";
import { readEmissionFactors, readFootprints, readProductFootprints, type Footprint } from "veilshare/scope3";
import { readDataFile, readTable } from "veilshare/table/node";
import type { Reading } from "../launcher/reading.js";

/** The files of a run. */
export interface InputFiles {
  readonly suppliers: string;
  readonly factors: string;
  readonly products: string;
}

/** From build/examples/scope3/ back to the sources, which hold the data. */
const dataFolder = new URL("../../../examples/data/", import.meta.url);

/** The files that come with the example. */
export const defaultFiles: InputFiles = {
  suppliers: fileURLToPath(new URL("scope3-suppliers.csv", dataFolder)),
  factors: fileURLToPath(new URL("epa-factors-used.csv", dataFolder)),
  products: fileURLToPath(new URL("scope3-product-footprints.json", dataFolder)),
};

/** What a run is about. */
export interface Inputs {
  /** Every supplier's, by name. */
  readonly footprints: ReadonlyMap<string, Footprint>;
  /** Where the factors are from, in words. */
  readonly factors: string;
  /** What the lines are of. */
  readonly period: string;
}

/** Reads and checks. */
export async function readInputs(files: InputFiles, reading: Reading, period: string): Promise<Inputs> {
  const factors = readEmissionFactors(await readTable(files.factors));
  const products = readProductFootprints(await readDataFile(files.products), { file: files.products });
  const suppliers = await readTable(files.suppliers, reading);
  const footprints = readFootprints(suppliers, { factors, products });
  if (footprints.size < 3 || footprints.size > 100) {
    const text = `${files.suppliers}: expected 3 to 100 suppliers, got ${footprints.size}`;
    throw new VeilshareError("INVALID_DATA", text, { file: files.suppliers });
  }
  for (const [name, { lines }] of footprints) {
    if (/^[\p{L}\p{N}][\p{L}\p{N} ._-]{0,63}$/u.test(name)) continue;
    const place = { file: files.suppliers, line: lines[0]?.origin?.line ?? 1, column: "supplier" };
    const text = `${place.file}:${place.line}: column "supplier": expected a name of 1 to 64 letters, digits, spaces or ._-, got another text`;
    throw new VeilshareError("INVALID_DATA", text, place);
  }
  const [{ currency, priceYear } = { currency: "USD", priceYear: 0 }] = factors.values();
  const source = `${basename(files.factors)}, kg CO2e per ${currency} of ${priceYear}`;
  return { footprints, factors: source, period };
}
