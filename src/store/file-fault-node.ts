/** Errors of the file system, and file systems that a store can't be trusted to, in the package's words. */

import { statfs } from "node:fs/promises";
import { VeilshareError, type ErrorCode } from "../errors.js";

const knownFaults: Readonly<Record<string, string>> = {
  ENOENT: "no such file or folder",
  EEXIST: "one that exists",
  EACCES: "no permission",
  EPERM: "no permission",
  EROFS: "a read-only place",
  EISDIR: "a folder",
  ENOTDIR: "no folder",
  ENOSPC: "a full disk",
  EDQUOT: "a full quota",
  EFBIG: "a file that may not grow",
  EIO: "a disk that fails",
  EMFILE: "too many open files",
};

/** The code of an error of the file system. */
export function errnoOf(thrown: unknown): string | undefined {
  const code = thrown instanceof Error && "code" in thrown ? thrown.code : undefined;
  return typeof code === "string" ? code : undefined;
}

/** What a failed call on a file becomes; errors of this package stay as they are. */
export function fileFault(code: ErrorCode, file: string, expected: string, thrown: unknown): VeilshareError {
  if (thrown instanceof VeilshareError) return thrown;
  const errno = errnoOf(thrown) ?? "an error";
  const got = knownFaults[errno] ?? errno;
  const text = `StateStore: ${file}: expected ${expected}, got ${got}`;
  return new VeilshareError(code, text, { file, expected, got, cause: thrown });
}

/** Numbers by which Linux tells file systems where what one machine appends, another may not see at once. */
const sharedFileSystems: ReadonlyMap<number, string> = new Map([
  [0x6969, "NFS"],
  [0xff534d42, "CIFS"],
  [0xfe534d42, "SMB"],
  [0x517b, "SMB"],
  [0x65735546, "FUSE"],
  [0x01021997, "9P"],
  [0x5346414f, "AFS"],
  [0x6b414653, "AFS"],
  [0x00c36400, "Ceph"],
  [0x0bd00bd0, "Lustre"],
  [0x47504653, "GPFS"],
  [0x7461636f, "OCFS2"],
  [0x01161970, "GFS2"],
  [0x73757245, "Coda"],
  [0x19830326, "BeeGFS"],
]);

/**
 * Refuses a folder on a file system of several machines, or of a program.
 *
 * @throws VeilshareError UNSUPPORTED
 */
export async function checkFileSystem(folder: string): Promise<void> {
  if (process.platform !== "linux") return; // the numbers are Linux's; docs/state.md says what holds elsewhere
  const { type } = await statfs(folder);
  const name = sharedFileSystems.get(type >>> 0);
  if (name === undefined) return;
  const expected = "a folder on a disk of this machine";
  const text =
    `StateStore: ${folder}: expected ${expected}, got ${name}: there, two owners can miss each other. ` +
    "Say `anyFileSystem: true` only if this one appends in one order for all who use the folder";
  throw new VeilshareError("UNSUPPORTED", text, {
    field: "anyFileSystem",
    file: folder,
    expected,
    got: name,
  });
}
