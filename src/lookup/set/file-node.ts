/** Published sets on disk. Node only; subpath `veilshare/lookup/node`. */

import { randomUUID } from "node:crypto";
import { open, rename, rm, type FileHandle } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { VeilshareError } from "../../errors.js";
import { entriesByteLength, type PublishedSet } from "./published-set.js";
import {
  checkFileLength,
  decodeEntries,
  decodeFileHeader,
  encodeFileHeader,
  fileHeaderBytes,
  type ExpectedSet,
} from "./set-file.js";

const pieceBytes = 2 ** 24;

/**
 * Writes a set whole: into a new file beside it that takes its name at the end. Whoever looks sees the old file or the
 * new one, never half of it.
 *
 * @throws VeilshareError INVALID_DATA with the file when it can't be written.
 */
export async function saveSet(path: string, set: PublishedSet): Promise<void> {
  const draft = join(dirname(path), `.${basename(path)}.${randomUUID()}.part`);
  const rowsPerPiece = Math.ceil(pieceBytes / set.entryBytes);
  try {
    const file = await open(draft, "wx", 0o666);
    try {
      await file.appendFile(encodeFileHeader(set.info));
      for (let start = 0; start < set.info.count; start += rowsPerPiece) {
        await file.appendFile(set.slice(start, start + rowsPerPiece));
      }
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(draft, path);
  } catch (thrown) {
    await rm(draft, { force: true }).catch(() => undefined); // why writing failed is what counts
    throw fileFault(path, "a place to write to", thrown);
  }
}

/**
 * Reads a set. The header is checked against the file's length before memory for the entries is taken.
 *
 * @param expected - What is pinned; the rest is as the file says.
 * @throws VeilshareError INVALID_DATA with the file: unreadable, truncated, longer than it says, another format or
 * version, unsorted, another digest, or not the expected set (with `field`).
 */
export async function loadSet(path: string, expected: ExpectedSet = {}): Promise<PublishedSet> {
  let file: FileHandle | undefined;
  try {
    file = await open(path, "r");
    const { size } = await file.stat();
    const info = decodeFileHeader(await readUpTo(file, fileHeaderBytes), path, expected);
    checkFileLength(info, size, path);
    return await decodeEntries(info, await readUpTo(file, entriesByteLength(info)), path);
  } catch (thrown) {
    throw thrown instanceof VeilshareError ? thrown : fileFault(path, "a file that can be read", thrown);
  } finally {
    await file?.close();
  }
}

/** The next bytes of a file, fewer at its end. */
async function readUpTo(file: FileHandle, byteLength: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(byteLength);
  let filled = 0;
  while (filled < byteLength) {
    const { bytesRead } = await file.read(bytes, filled, Math.min(pieceBytes, byteLength - filled));
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return bytes.subarray(0, filled);
}

const knownFaults: Readonly<Record<string, string>> = {
  ENOENT: "no such file or folder",
  EACCES: "no permission",
  EPERM: "no permission",
  EISDIR: "a folder",
  ENOTDIR: "no such folder",
  ENOSPC: "a full disk",
};

function fileFault(file: string, expected: string, cause: unknown): VeilshareError {
  const code = (cause as NodeJS.ErrnoException).code ?? "an error";
  const got = knownFaults[code] ?? code;
  return new VeilshareError("INVALID_DATA", `${file}: expected ${expected}, got ${got}`, {
    file,
    expected,
    got,
    cause,
  });
}
