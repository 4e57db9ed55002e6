/** Looks at a store without becoming its owner. */

import { join } from "node:path";
import { VeilshareError } from "../errors.js";
import { Chain, type StoreHead } from "./chain.js";
import { digestInNode, noStore } from "./file-medium-node.js";
import { listFolder, logName, partName } from "./folder-node.js";
import { sorts } from "./frame.js";
import type { Kind } from "./kind.js";
import { LogFile } from "./log-file-node.js";
import { LogReader } from "./log-reader.js";
import { shapeOf, State, type Restore } from "./state.js";

/** What a store has of one kind. */
export interface KindReport {
  readonly kind: string;
  readonly shape: Kind["shape"];
  readonly keys: number;
  /** Values of cells and logs, expired ones too, or ids of sets. */
  readonly values: number;
}

/** What a store is like. */
export interface StoreReport {
  readonly id: string;
  readonly head: StoreHead;
  /** One more after each snapshot. */
  readonly generation: number;
  readonly byteLength: number;
  /** Owners that began since the last snapshot. */
  readonly owners: number;
  /** Records that came too late to count. */
  readonly voidRecords: number;
  /** Bytes of records that were cut short. */
  readonly tornBytes: number;
  readonly restores: readonly Restore[];
  readonly kinds: readonly KindReport[];
}

/**
 * Reads a store as it is now. Its owner goes on being that.
 *
 * @throws VeilshareError INVALID_CONFIG when there is none; INVALID_DATA where it is damaged, UNSUPPORTED.
 */
export async function inspectFileStore(folder: string): Promise<StoreReport> {
  for (let tries = 0; tries < 20; tries++) {
    const { newest } = await listFolder(folder);
    if (newest === undefined) throw noStore(folder);
    const report = await inspectLog(folder, newest.name);
    if (report !== undefined) return report; // else it was compacted away meanwhile
  }
  throw new VeilshareError(
    "INVALID_DATA",
    `inspectFileStore: ${folder}: expected a file where the log goes on, got none`,
    {
      file: folder,
    },
  );
}

async function inspectLog(folder: string, name: string): Promise<StoreReport | undefined> {
  const log =
    (await LogFile.open(join(folder, logName(name)), "read")) ??
    (await LogFile.open(join(folder, partName(name)), "read"));
  if (log === undefined) return undefined;
  try {
    const header = await log.readHeader(digestInNode);
    if (header === undefined) throw noStore(folder);
    const [state, chain] = [new State(), new Chain()];
    const reader = new LogReader({ marker: header.marker, digest: digestInNode, state, chain });
    let owners = 0;
    reader.onRecord = ({ sort }) => {
      if (sort === sorts.owner) owners++;
    };
    await log.readOn(reader);
    if (reader.seal !== undefined) return await inspectLog(folder, reader.seal.file);
    const byteLength = await log.byteLength();
    return {
      id: header.id,
      head: chain.head,
      generation: header.generation,
      byteLength,
      owners,
      voidRecords: reader.voidRecords,
      tornBytes: reader.tornBytes + byteLength - log.position,
      restores: state.restored,
      kinds: kindsOf(state),
    };
  } finally {
    await log.close();
  }
}

function kindsOf(state: State): KindReport[] {
  const kinds = new Map<string, KindReport>();
  for (const slot of state.slots()) {
    const { kind } = slot.place;
    const { keys, values } = kinds.get(kind) ?? { keys: 0, values: 0 };
    const here = slot.set?.size ?? slot.log.length + (slot.cell === undefined ? 0 : 1);
    kinds.set(kind, { kind, shape: shapeOf(slot), keys: keys + 1, values: values + here });
  }
  return [...kinds.values()].sort((a, b) => (a.kind < b.kind ? -1 : 1));
}
