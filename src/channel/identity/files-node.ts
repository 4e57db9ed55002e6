/** Key files and parties files on disk. Chosen by the package's `imports` map in Node. */

import { open, readFile, unlink, type FileHandle } from "node:fs/promises";
import { VeilshareError } from "../../errors.js";
import type { Identity, PartyEntry } from "./identity.js";
import { formatKeyFile, parseKeyFile } from "./key-file.js";
import { parsePartiesFile } from "./parties-file.js";

/** Both files are small; anything larger is another file. */
const maxFileBytes = 1_048_576;

/**
 * Writes a new key file that only its owner may read (mode 0600). An existing file is never touched, and a file that could
 * not be written whole is removed.
 *
 * @throws VeilshareError INVALID_CONFIG with the file when it exists or cannot be written.
 */
export async function saveIdentity(file: string, identity: Identity): Promise<void> {
  let handle: FileHandle;
  try {
    handle = await open(file, "wx", 0o600);
  } catch (cause) {
    throw fileFault(file, "write", cause);
  }
  try {
    await handle.chmod(0o600); // the mode above is subject to the umask
    await handle.writeFile(formatKeyFile(identity));
    await handle.sync();
  } catch (cause) {
    await unlink(file).catch(() => undefined);
    throw fileFault(file, "write", cause);
  } finally {
    await handle.close();
  }
}

/**
 * Reads a key file.
 *
 * @throws VeilshareError INVALID_CONFIG with file and field when it is not one, or others than its owner may read it.
 */
export async function loadIdentity(file: string): Promise<Identity> {
  return parseKeyFile(await readText(file, true), file);
}

/**
 * Reads a parties file.
 *
 * @throws VeilshareError INVALID_CONFIG with file and field when it is not one.
 */
export async function loadParties(file: string): Promise<PartyEntry[]> {
  return parsePartiesFile(await readText(file, false), file);
}

async function readText(file: string, secret: boolean): Promise<string> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(file, "r");
    const { mode, size } = await handle.stat();
    if (secret && process.platform !== "win32" && !isPrivate(mode)) {
      const got = `mode ${(mode & 0o777).toString(8)}`;
      const text = `${file}: expected a key file that others may not read (mode 600, or 440 for a secret that its group was given), got ${got}`;
      throw new VeilshareError("INVALID_CONFIG", text, { file, field: "mode", expected: "mode 600", got });
    }
    if (size > maxFileBytes) {
      throw new VeilshareError(
        "INVALID_CONFIG",
        `${file}: expected at most ${maxFileBytes} bytes, got ${size}`,
        {
          file,
        },
      );
    }
    return await readFile(handle, "utf8");
  } catch (cause) {
    throw cause instanceof VeilshareError ? cause : fileFault(file, "read", cause);
  } finally {
    await handle?.close();
  }
}

/** Nobody else may read or write it; the group may read what nobody may write: so a cluster mounts secrets for a group (fsGroup). */
function isPrivate(mode: number): boolean {
  return (mode & 0o077) === 0 || (mode & 0o377) === 0o040;
}

const knownFaults: Readonly<Record<string, string>> = {
  EEXIST: "the file exists and is never overwritten",
  ENOENT: "no such file or folder",
  EACCES: "permission denied",
  EISDIR: "it is a folder",
  ENOTDIR: "part of the path is not a folder",
};

function fileFault(file: string, verb: "read" | "write", cause: unknown): VeilshareError {
  const code = (cause as NodeJS.ErrnoException).code ?? "";
  const why = knownFaults[code] ?? (code === "" ? "unknown reason" : code);
  return new VeilshareError("INVALID_CONFIG", `${file}: cannot ${verb} it: ${why}`, { file, cause });
}
