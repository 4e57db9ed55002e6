/**
 * What a run leaves behind with --out: the lender's scores in bands, and each party's part of the model, sealed. Here all of it
 * is in one folder, as all parties are on one machine; between companies each has its own, and keeps the key elsewhere.
 */

import { mkdir, open, readFile } from "node:fs/promises";
import { join } from "node:path";
import { VeilshareError } from "veilshare";
import { randomSeed } from "veilshare/random";
import { sealModelPart, type LenderReport, type RiskModelPart } from "veilshare/risk";
import { writeDataFile, writeTable } from "veilshare/table/node";

/** Makes the folder where there is none. */
export async function makeFolder(out: string): Promise<void> {
  try {
    await mkdir(out, { recursive: true });
  } catch (cause) {
    throw new VeilshareError("INVALID_ARGUMENT", `--out: expected a folder that can be made: ${out}`, {
      cause,
    });
  }
}

/** The lender's share, and the band of each common id. */
export async function keepLender(
  out: string,
  { model, rows, bands, bandCount, heldBack }: LenderReport,
  ids: readonly string[],
): Promise<void> {
  const lines = Array.from(rows, (row, k) => [
    ids[row] ?? "",
    String((bands[k] ?? 0) + 1),
    String(bandCount),
    String(heldBack[k] ?? 0),
  ]);
  await writeTable(join(out, "scores.csv"), ["id", "band", "bands", "held_back"], lines);
  await keepPart(out, model);
}

/** A party's share, sealed with a key that is made where there is none. */
export async function keepPart(out: string, part: RiskModelPart): Promise<void> {
  const key = await keyIn(join(out, `${part.role}.key`));
  await writeDataFile(join(out, `${part.role}.model`), sealModelPart(part, key));
}

async function keyIn(path: string): Promise<Uint8Array> {
  try {
    const key = randomSeed();
    const file = await open(path, "wx", 0o600);
    try {
      await file.writeFile(key);
    } finally {
      await file.close();
    }
    return key;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "EEXIST") return new Uint8Array(await readFile(path));
    throw new VeilshareError("INVALID_DATA", `${path}: expected a place to write a key to`, { cause });
  }
}
