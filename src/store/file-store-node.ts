/** Stores in folders. */

import { mkdir } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { bytesToHex } from "../bytes/encoding.js";
import { checkOptions, type RulesOf } from "../checks/options.js";
import { flag, optional } from "../checks/rules.js";
import { invalidArgument, VeilshareError } from "../errors.js";
import { randomBytes } from "../random/csprng.js";
import { Chain } from "./chain.js";
import { checkFileSystem, fileFault } from "./file-fault-node.js";
import { digestInNode, FileMedium, noStore, type StepHook } from "./file-medium-node.js";
import { fileName, listFolder, logName } from "./folder-node.js";
import { markerBytes } from "./frame.js";
import { LogFile, syncFolder } from "./log-file-node.js";
import { encodeLogHeader } from "./log-header.js";
import { storeRules, type StoreOptions } from "./memory-store.js";
import { State } from "./state.js";
import { StoreCore } from "./store-core.js";
import type { StateStore } from "./store.js";

/** Options of a store in a folder. */
export interface FileStoreOptions extends StoreOptions {
  /** True to use a network file system, or one that a program serves, after all. Default false: they are refused. */
  readonly anyFileSystem?: boolean;
}

const fileRules: RulesOf<FileStoreOptions> = { ...storeRules, anyFileSystem: optional(flag) };

/**
 * Makes a new store in a folder, which is made where it is missing, and becomes its owner.
 *
 * @throws VeilshareError INVALID_CONFIG when there is a store already, or the folder can't be used; UNSUPPORTED for a network
 *   file system; STORE_WRITE_FAILED.
 *
 * @example
 * const store = await createFileStore("state"); // once; from then on openFileStore("state")
 */
export async function createFileStore(folder: string, options: FileStoreOptions = {}): Promise<StateStore> {
  checkArguments("createFileStore", folder, options);
  await mkdir(folder, { recursive: true, mode: 0o700 }).catch((thrown: unknown) => {
    throw fileFault("INVALID_CONFIG", folder, "a place for a folder", thrown);
  });
  await checkAllowed(folder, options);
  const { newest } = await listFolder(folder);
  const path = join(folder, logName(newest?.name ?? fileName(1)));
  if (newest !== undefined && newest.generation > 1) throw storeThere(folder);
  const log = await LogFile.create(path, "may-exist").catch((thrown: unknown) => {
    throw fileFault("INVALID_CONFIG", path, "a place for a file", thrown);
  });
  try {
    if ((await log.readHeader(digestInNode)) !== undefined) throw storeThere(folder);
    const id = bytesToHex(randomBytes(16));
    await log.write(encodeLogHeader({ generation: 1, marker: randomBytes(markerBytes), id }, digestInNode));
    await log.sync();
    await syncFolder(folder);
    await syncFolder(dirname(resolve(folder)));
    const written = await log.readHeader(digestInNode);
    if (written?.id !== id) throw storeThere(folder); // somebody else's came first
  } finally {
    await log.close();
  }
  return openFileStore(folder, options);
}

/**
 * Becomes the owner of the store in a folder. Whoever was its owner until now can't write to it any more: its next change
 * fails with STORE_FENCED, before anything is spent.
 *
 * **Security.** See `docs/state.md`: what fencing relies on, and what a restored backup means.
 *
 * **Cost.** Reads the whole store; all of it is in memory while it is open, an id of 16 bytes in about 22.
 *
 * @throws VeilshareError INVALID_CONFIG when there is no store: it is never made by itself, since one that is missing may
 *   have been lost; STORE_FENCED when another began at the same moment; STORE_WRITE_FAILED, UNSUPPORTED, INVALID_DATA.
 */
export function openFileStore(folder: string, options: FileStoreOptions = {}): Promise<StateStore> {
  return openFileStoreWithSteps(folder, options, () => undefined);
}

/** As {@link openFileStore}, for tests that stop a process between two steps. */
export async function openFileStoreWithSteps(
  folder: string,
  options: FileStoreOptions,
  step: StepHook,
): Promise<StateStore> {
  checkArguments("openFileStore", folder, options);
  const { nowMs = Date.now } = options;
  const [state, chain] = [new State(), new Chain()];
  if ((await listFolder(folder)).newest === undefined) throw noStore(folder);
  await checkAllowed(folder, options);
  const medium = await FileMedium.open({ folder, state, chain, nowMs, step });
  return new StoreCore({ id: medium.id, medium, state, chain, clock: nowMs });
}

async function checkAllowed(folder: string, { anyFileSystem = false }: FileStoreOptions): Promise<void> {
  if (!anyFileSystem) await checkFileSystem(folder);
}

function checkArguments(caller: string, folder: string, options: FileStoreOptions): void {
  if (typeof folder !== "string" || folder === "")
    throw invalidArgument(caller, "the path of a folder", "none");
  checkOptions(caller, options, fileRules);
}

function storeThere(folder: string): VeilshareError {
  const text = `createFileStore: ${folder}: expected no store yet, got one; openFileStore opens it`;
  return new VeilshareError("INVALID_CONFIG", text, { file: folder, expected: "no store yet", got: "one" });
}
