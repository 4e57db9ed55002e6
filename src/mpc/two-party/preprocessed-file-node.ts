/**
 * Preprocessed correlations in a file, with a journal beside it. Node only; subpath `veilshare/mpc/node`.
 *
 * A unit is burnt before it is used: the journal says how far each pool was given out, and is written and flushed to the
 * disk *before* a unit leaves this module. What a crash leaves is a journal that is too far, never one that is behind; and
 * when a session opens, both parties continue at the further of their positions. The journal is advanced by blocks, as a
 * flush takes milliseconds; what is left of a block when a process ends is lost, unless it closes in order.
 *
 * Files: `PATH` (format 1: see {@link preprocessToFile}) and `PATH.journal`, to which records of 16 bytes are appended: pool (u32),
 * position (u64), CRC-32 of these. A record that is torn or does not fit its sum ends the journal: it was not flushed, so
 * nothing of it was given out. `PATH.lock` keeps a second process out.
 *
 * **Security.** The file holds one party's shares in the clear, and whoever reads it and the session's messages learns what
 * the correlations masked: encrypting it at rest, and erasing it, is the caller's affair. A copy of both files put back after use
 * *would* give correlations out twice: leave them out of backups.
 */

import { closeSync, existsSync, fsyncSync, openSync, readFileSync, rmSync, writeSync } from "node:fs";
import { wordsFromBytes } from "../../bytes/encoding.js";
import { printAsRedacted } from "../../bytes/redacted.js";
import type { Party } from "../../channel/party.js";
import { invalidArgument, VeilshareError } from "../../errors.js";
import type { Correlation, CorrelationShares } from "../correlation.js";
import {
  checkDigest,
  encodeRecord,
  poolBytes,
  opened,
  readAll,
  readHeader,
  readJournal,
  recordBytes,
  unusable,
  vectorPlaces,
  writeAll,
  type PreprocessedHeader,
} from "./preprocessed-format-node.js";
import {
  agreePositions,
  poolNames,
  poolVectors,
  unitsOf,
  type PreprocessedCorrelations,
  type PoolCounts,
  type PoolName,
} from "./preprocessed.js";

/** Units that are burnt at once. */
const defaultBlock = 16_384;

/** Options of {@link openPreprocessedFile}. */
export interface OpenPreprocessedOptions {
  /** Units of a pool that the journal burns at once. Default 16,384. */
  readonly block?: number;
}

/**
 * Opens a preprocessed file; pass it to `openTwoPartyEngine` at both parties. One process at a time.
 *
 * @throws VeilshareError INVALID_DATA for a file that is no preprocessed file, or damaged; INVALID_CONFIG when it cannot be read or another
 *   process has it open.
 */
export function openPreprocessedFile(path: string, options: OpenPreprocessedOptions = {}): PreprocessedFile {
  return new PreprocessedFile(path, options.block ?? defaultBlock);
}

/** One party's end of preprocessed correlations in a file; see {@link openPreprocessedFile}. */
export class PreprocessedFile implements PreprocessedCorrelations {
  static {
    printAsRedacted(this);
  }

  readonly #path: string;
  readonly #block: number;
  readonly #header: PreprocessedHeader;
  readonly #headerBytes: number;
  readonly #file: number;
  readonly #journal: number;
  readonly #next: Record<PoolName, number>;
  readonly #burnt: Record<PoolName, number>;
  #journalBytes: number;
  #agreed = false;
  #closed = false;

  /** For {@link openPreprocessedFile}. */
  constructor(path: string, block: number) {
    if (!Number.isSafeInteger(block) || block < 1) {
      throw invalidArgument("openPreprocessedFile", "a block of at least one unit", String(block));
    }
    this.#path = path;
    this.#block = block;
    lock(path);
    try {
      this.#file = opened(path, "r");
      const { header, headerBytes } = readHeader(path, this.#file);
      this.#header = header;
      this.#headerBytes = headerBytes;
      checkDigest(path, this.#file, headerBytes, header.counts);
      this.#journal = opened(`${path}.journal`, existsSync(`${path}.journal`) ? "r+" : "w+");
      const { positions, byteLength } = readJournal(path, this.#journal, header.counts);
      this.#next = { ...positions };
      this.#burnt = { ...positions };
      this.#journalBytes = byteLength;
    } catch (thrown) {
      rmSync(`${path}.lock`, { force: true });
      throw thrown;
    }
  }

  /** Units of each pool that are left. */
  get left(): PoolCounts {
    const { counts } = this.#header;
    const left = { triple: 0, bitTriple: 0, sharedBit: 0 };
    for (const pool of poolNames) left[pool] = counts[pool] - this.#next[pool];
    return left;
  }

  async open(party: Party, peer: number): Promise<void> {
    const { id, own, peer: other, counts } = this.#header;
    const peerName = party.names[peer] ?? "";
    if (party.name !== own || peerName !== other) {
      throw invalidArgument(
        "openPreprocessedFile",
        `a session of "${own}" with "${other}"`,
        `"${party.name}" with "${peerName}"`,
      );
    }
    const agreed = await agreePositions(party, peer, { id, positions: { ...this.#next } }, counts);
    for (const pool of poolNames) {
      this.#next[pool] = agreed[pool];
      if (this.#burnt[pool] < agreed[pool]) this.#burn(pool, agreed[pool]);
    }
    this.#agreed = true;
  }

  take(wanted: Correlation): Omit<CorrelationShares, "number"> | undefined {
    if (!this.#agreed || this.#closed)
      throw new VeilshareError("CLOSED", "take: the preprocessed file is not open in a session");
    const asked = unitsOf(wanted);
    if (asked === undefined) return undefined;
    const { pool, units } = asked;
    const count = this.#header.counts[pool];
    const from = this.#next[pool];
    const to = from + units;
    if (to > count) return undefined;
    if (to > this.#burnt[pool]) this.#burn(pool, Math.min(count, Math.max(to, from + this.#block)));
    this.#next[pool] = to;
    const vectors = this.#read(pool, from, units);
    const masks = vectors.slice(0, poolVectors[pool].masks.length);
    const dependent = vectors.slice(masks.length);
    if (wanted.kind === "sharedBit") dependent[0] = (dependent[0] as BigUint64Array).slice(0, wanted.length);
    return { masks, dependent: () => Promise.resolve(dependent) };
  }

  /** Gives back what was burnt but not given out, and lets other processes in. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const pool of poolNames)
      if (this.#burnt[pool] > this.#next[pool]) this.#burn(pool, this.#next[pool]);
    closeSync(this.#journal);
    closeSync(this.#file);
    rmSync(`${this.#path}.lock`, { force: true });
  }

  /** Writes and flushes how far a pool may be given out; nothing beyond leaves before. */
  #burn(pool: PoolName, position: number): void {
    writeAll(this.#journal, this.#journalBytes, encodeRecord(pool, position));
    fsyncSync(this.#journal);
    this.#journalBytes += recordBytes;
    this.#burnt[pool] = position;
  }

  #read(pool: PoolName, from: number, units: number): BigUint64Array[] {
    const { counts } = this.#header;
    let start = this.#headerBytes;
    for (const name of poolNames) {
      if (name === pool) break;
      start += poolBytes(name, counts[name]);
    }
    return vectorPlaces(pool, counts[pool]).map(({ offset, perUnit }) =>
      wordsFromBytes(
        readAll(this.#path, this.#file, start + 8 * (offset + from * perUnit), 8 * units * perUnit),
      ),
    );
  }
}

function lock(path: string): void {
  const name = `${path}.lock`;
  for (let attempt = 0; attempt < 2; attempt++) {
    try {
      const file = openSync(name, "wx", 0o600);
      writeSync(file, String(process.pid));
      closeSync(file);
      return;
    } catch (thrown) {
      if (!isCode(thrown, "EEXIST")) throw unusable(path, "a place to write", thrown);
      if (isAlive(Number(readFileSync(name, "utf8"))))
        throw unusable(path, "a preprocessed file that no other process has open");
      rmSync(name, { force: true }); // who held it died
    }
  }
  throw unusable(path, "a preprocessed file that no other process has open");
}

function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid < 1) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (thrown) {
    return isCode(thrown, "EPERM");
  }
}

function isCode(thrown: unknown, code: string): boolean {
  return thrown instanceof Error && "code" in thrown && thrown.code === code;
}
