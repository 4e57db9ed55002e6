/** A party's part of a model on disk, sealed with its own key file: who has the file only can't read it. */

import { randomUUID } from "node:crypto";
import { open, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { wipe } from "../bytes/wipe.js";
import type { Identity } from "../channel/identity/identity.js";
import { VeilshareError } from "../errors.js";
import { deriveKey } from "../random/hkdf.js";
import { openModelPart, sealModelPart } from "../risk/sealed-part.js";
import type { RiskModelPart } from "../risk/model.js";
import { readDataFile } from "../table/file-node.js";

const keyBytes = 32;
const maxFileBytes = 64 * 2 ** 20;

function keyOf(identity: Identity): Uint8Array {
  const secret = identity.keys.exportSecretKey();
  try {
    return deriveKey({
      secret,
      label: "veilshare/cli/model-part",
      context: new Uint8Array(0),
      byteLength: keyBytes,
    });
  } finally {
    wipe(secret);
  }
}

/** Writes the own part whole or not at all, mode 0600; a file of the name is replaced. */
export async function writeModelFile(path: string, part: RiskModelPart, identity: Identity): Promise<void> {
  const key = keyOf(identity);
  const draft = join(dirname(path), `.${basename(path)}.${randomUUID()}.part`);
  try {
    const file = await open(draft, "wx", 0o600);
    try {
      await file.writeFile(sealModelPart(part, key));
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(draft, path);
  } catch (cause) {
    await rm(draft, { force: true }).catch(() => undefined); // why writing failed is what counts
    if (cause instanceof VeilshareError) throw cause;
    const message = `${path}: expected a place to write the own part of the model to`;
    throw new VeilshareError("INVALID_DATA", message, { file: path, cause });
  } finally {
    wipe(key);
  }
}

/** Reads it back. */
export async function readModelFile(path: string, identity: Identity): Promise<RiskModelPart> {
  const bytes = await readDataFile(path, { maxBytes: maxFileBytes });
  const key = keyOf(identity);
  try {
    return openModelPart(bytes, key);
  } catch (cause) {
    if (!(cause instanceof VeilshareError)) throw cause;
    throw new VeilshareError("INVALID_DATA", `${path}: ${cause.message}`, { file: path, cause });
  } finally {
    wipe(key);
  }
}
