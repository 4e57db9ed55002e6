/** The secret of a lookup server: one seed in a file, from which the key of each epoch comes. */

import { open, type FileHandle } from "node:fs/promises";
import { bytesFromHex, bytesToHex } from "../bytes/encoding.js";
import { wipe } from "../bytes/wipe.js";
import { VeilshareError } from "../errors.js";
import type { voprf } from "../group/index.js";
import { deriveLookupKey } from "../lookup/set/publish.js";
import { randomSeed } from "../random/prg.js";

const seedBytes = 32;
const maxFileBytes = 1024;

/**
 * The key of an epoch. Where there is no file, a new seed is made and written, mode 0600; with `make` false that is an error.
 *
 * @throws VeilshareError INVALID_CONFIG with the file when it can't be read or written, is no seed, or others may read it.
 */
export async function lookupKey(file: string, epoch: number, make: boolean): Promise<voprf.OprfKey> {
  const seed = (await readSeed(file)) ?? (make ? await makeSeed(file) : undefined);
  if (seed === undefined) throw fault(file, "the secret of `lookup publish`, got no such file");
  try {
    return deriveLookupKey(seed, epoch);
  } finally {
    wipe(seed);
  }
}

async function readSeed(file: string): Promise<Uint8Array | undefined> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(file, "r");
    const { mode, size } = await handle.stat();
    if (process.platform !== "win32" && (mode & 0o077) !== 0)
      throw fault(file, "a file that others may not read (mode 600)");
    if (size > maxFileBytes) throw fault(file, "64 hexadecimal digits, got more");
    return bytesFromHex((await handle.readFile("utf8")).trim(), file, seedBytes);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw cause instanceof VeilshareError && cause.code === "INVALID_CONFIG"
      ? cause
      : fault(file, "64 hexadecimal digits", cause);
  } finally {
    await handle?.close();
  }
}

async function makeSeed(file: string): Promise<Uint8Array> {
  const seed = randomSeed();
  try {
    const handle = await open(file, "wx", 0o600);
    try {
      await handle.chmod(0o600); // the mode above is subject to the umask
      await handle.writeFile(`${bytesToHex(seed)}\n`);
      await handle.sync();
    } finally {
      await handle.close();
    }
    return seed;
  } catch (cause) {
    throw fault(file, "a place to write to", cause);
  }
}

function fault(file: string, expected: string, cause?: unknown): VeilshareError {
  const message = `${file}: expected ${expected}`;
  return new VeilshareError("INVALID_CONFIG", message, {
    file,
    expected,
    ...(cause === undefined ? {} : { cause }),
  });
}
