/** Making preprocessed correlations in a file, ahead of time. Node only; subpath `veilshare/mpc/node`. */

import { createHash } from "node:crypto";
import { closeSync, fsyncSync, rmSync } from "node:fs";
import { bytesFromWords, bytesToHex } from "../../bytes/encoding.js";
import type { Party } from "../../channel/party.js";
import { invalidArgument } from "../../errors.js";
import { randomBytes } from "../../random/csprng.js";
import type { StateStore } from "../../store/index.js";
import type { Correlation } from "../correlation.js";
import { OtRandomness, type OtRandomnessOptions } from "./ot-randomness.js";
import {
  createFile,
  digestOf,
  encodeHeader,
  poolBytes,
  vectorPlaces,
  writeAll,
} from "./preprocessed-format-node.js";
import { poolNames, usedUnits, type PoolCounts, type PoolName } from "./preprocessed.js";

/** Units that are made at once, so that memory stays bounded. */
const unitsAtOnce = 65_536;
const idBytes = 32;

/** How much a preprocessed file is to hold. */
export interface PreprocessOptions extends Omit<OtRandomnessOptions, "preprocessed"> {
  /** Path of a file that does not exist. */
  readonly path: string;
  /** Takes note that the file is new: only in this store can it be opened, and how far it was used is kept there. */
  readonly store: StateStore;
  /** Elements of triples. Default 0. */
  readonly triples?: number;
  /** Words of 64 bit triples. Default 0. */
  readonly bitTripleWords?: number;
  /** Words of 64 shared bits. Default 0. */
  readonly sharedBitWords?: number;
}

/**
 * Makes a preprocessed file with the other party, inside a protocol run of the two; both ask for the same numbers. The file, format 1:
 * `veilshare stock`, version (u8), length of the header (u32), header (id of 32 bytes, own name, other name, units of each
 * pool as u64), the pools' vectors as 64-bit words, pool after pool and vector after vector, and the SHA-256 of all before.
 *
 * @throws VeilshareError INVALID_CONFIG when the file exists or cannot be written; as `openTwoPartyEngine` and
 *   `StateStore.transact`.
 */
export async function preprocessToFile(party: Party, options: PreprocessOptions): Promise<void> {
  if (party.size !== 2) throw invalidArgument("preprocessToFile", "two parties", `${party.size}`);
  const { path, store, triples = 0, bitTripleWords = 0, sharedBitWords = 0, ...settings } = options;
  const counts: PoolCounts = { triple: triples, bitTriple: bitTripleWords, sharedBit: sharedBitWords };
  for (const pool of poolNames) checkUnits(pool, counts[pool]);
  const peer = 1 - party.index;
  const id = await agreeId(party, peer);
  const header = encodeHeader({ id, own: party.name, peer: party.names[peer] ?? "", counts });
  const file = createFile(path);
  try {
    writeAll(file, 0, header);
    const source = await OtRandomness.open(party, peer, settings);
    let at = header.length;
    for (const pool of poolNames) {
      await makeHeap(source, file, { pool, at, units: counts[pool] });
      at += poolBytes(pool, counts[pool]);
    }
    await source.close();
    writeAll(file, at, digestOf(file, at));
    fsyncSync(file);
    await store.transact((draft) => {
      draft.put(usedUnits, bytesToHex(id), { triple: 0, bitTriple: 0, sharedBit: 0, session: 0 });
    });
  } catch (thrown) {
    rmSync(path, { force: true });
    throw thrown;
  } finally {
    closeSync(file);
  }
}

/** Both parties' random bytes make it: two files of one run have two. */
async function agreeId(party: Party, peer: number): Promise<Uint8Array> {
  const own = randomBytes(idBytes);
  const [theirs] = await Promise.all([
    party.receive(peer, "mpc/preprocess/id", { byteLength: idBytes }),
    party.send(peer, "mpc/preprocess/id", own),
  ]);
  const both = party.index < peer ? [own, theirs] : [theirs, own];
  const hash = createHash("sha256").update("veilshare/mpc/stock/v2").update(party.sessionId);
  for (const part of both) hash.update(part);
  return hash.digest();
}

function checkUnits(pool: PoolName, units: number): void {
  if (!Number.isSafeInteger(units) || units < 0 || units > 2 ** 40) {
    throw invalidArgument("preprocessToFile", `a number of units of ${pool}`, String(units));
  }
}

/** The part of a file that one pool takes. */
interface HeapPlace {
  readonly pool: PoolName;
  /** Offset of its first byte. */
  readonly at: number;
  readonly units: number;
}

async function makeHeap(source: OtRandomness, file: number, { pool, at, units }: HeapPlace): Promise<void> {
  for (let done = 0; done < units; done += unitsAtOnce) {
    const here = Math.min(unitsAtOnce, units - done);
    const { masks, dependent } = source.draw(correlationOf(pool, here));
    const vectors = [...masks, ...(await dependent())];
    for (const { vector, offset } of vectorPlaces(pool, units)) {
      const words = vectors[vector] as BigUint64Array; // the pools' vectors are those of their kinds
      const perUnit = words.length / here;
      writeAll(file, at + 8 * (offset + done * perUnit), bytesFromWords(words));
    }
  }
}

/** The correlation that so many units of a pool are. */
function correlationOf(pool: PoolName, units: number): Correlation {
  switch (pool) {
    case "triple":
      return { kind: "triple", length: units };
    case "bitTriple":
      return { kind: "bitTriple", words: units };
    case "sharedBit":
      return { kind: "sharedBit", length: 64 * units };
  }
}
