/** The files of a store in its folder, by name. */

import { readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { errnoOf, fileFault } from "./file-fault-node.js";

const namePattern = /^(store-(\d{8})(?:-[0-9a-f]{32})?)\.(log|part)$/;

/** What is in a folder. */
export interface FolderContents {
  /** The file that counts, without its ending: the newest; undefined when there is none. */
  readonly newest: { readonly name: string; readonly generation: number } | undefined;
  /** Files that counted before. */
  readonly older: readonly string[];
  /** Snapshots that were begun; one of them counts if the newest file says that it goes on there. */
  readonly parts: readonly string[];
}

/**
 * Lists a folder.
 *
 * @throws VeilshareError INVALID_CONFIG when it can't be read.
 */
export async function listFolder(folder: string): Promise<FolderContents> {
  const names = await readdir(folder).catch((thrown: unknown) => {
    throw fileFault("INVALID_CONFIG", folder, "the folder of a store", thrown);
  });
  let newest: FolderContents["newest"];
  const [older, parts]: [string[], string[]] = [[], []];
  for (const file of names) {
    const match = namePattern.exec(file);
    const [, name, digits, ending] = match ?? [];
    if (name === undefined) continue;
    if (ending === "part") {
      parts.push(file);
      continue;
    }
    const generation = Number(digits);
    if (newest !== undefined && generation <= newest.generation) {
      older.push(file);
      continue;
    }
    if (newest !== undefined) older.push(logName(newest.name));
    newest = { name, generation };
  }
  return { newest, older, parts };
}

/** The name, without its ending, of a file of a generation; all but the first have a random part of their own. */
export function fileName(generation: number, token?: string): string {
  const digits = String(generation).padStart(8, "0");
  return token === undefined ? `store-${digits}` : `store-${digits}-${token}`;
}

/** The name of a file that counts. */
export function logName(name: string): string {
  return `${name}.log`;
}

/** The name of the same file before it counts. */
export function partName(name: string): string {
  return `${name}.part`;
}

/** Gives a snapshot that counts its name, unless somebody did so already. */
export async function renamePart(folder: string, name: string): Promise<void> {
  await rename(join(folder, partName(name)), join(folder, logName(name))).catch((thrown: unknown) => {
    if (errnoOf(thrown) === "ENOENT") return;
    throw fileFault("STORE_WRITE_FAILED", folder, "a folder to rename files in", thrown);
  });
}

/** Removes files; what can't be removed stays and does no harm. */
export async function removeFiles(folder: string, files: readonly string[]): Promise<void> {
  for (const file of files) await rm(join(folder, file), { force: true }).catch(() => undefined);
}
