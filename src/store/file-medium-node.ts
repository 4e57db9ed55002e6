/**
 * A store's records in files of one folder. Exclusion is by fencing: an owner begins with a record of the next epoch, and
 * whatever it appends counts only if nobody else has begun before it in the file. `docs/state.md` argues why that holds,
 * also while a snapshot takes the place of a log.
 */

import { createHash } from "node:crypto";
import { sha256 } from "@noble/hashes/sha2.js";
import { basename, join } from "node:path";
import { bytesToHex, equalBytes } from "../bytes/encoding.js";
import { toVeilshareError, VeilshareError } from "../errors.js";
import { randomBytes } from "../random/csprng.js";
import { Chain } from "./chain.js";
import { fileFault } from "./file-fault-node.js";
import { fileName, listFolder, logName, partName, removeFiles, renamePart } from "./folder-node.js";
import { encodeFrame, markerBytes, sorts, type Digest } from "./frame.js";
import { LogFile, syncFolder } from "./log-file-node.js";
import { encodeLogHeader } from "./log-header.js";
import { encodeSeal, LogReader, type Seal } from "./log-reader.js";
import type { Medium } from "./medium.js";
import { snapshotFrames } from "./snapshot.js";
import { State } from "./state.js";

/** Below, a call of OpenSSL costs more than it saves. */
const shortBytes = 512;
const ownerTokenBytes = 16;
/** A log is compacted when it has grown by so much, and has doubled. */
const leastGrowthBytes = 2 ** 22;
/** What reading a record costs beside its bytes, in bytes of ids. */
const recordBytes = 512;
/** How often a new owner tries to come in between the writes of the old one. */
const mostTries = 200;

/** SHA-256 in Node. */
export const digestInNode: Digest = (bytes) =>
  bytes.length < shortBytes ? sha256(bytes) : createHash("sha256").update(bytes).digest();

/** Called between any two steps that touch the disk. Tests stop and kill processes there. */
export type StepHook = (step: string) => void;

/** What a medium is for. */
export interface FileMediumParts {
  readonly folder: string;
  readonly state: State;
  readonly chain: Chain;
  readonly nowMs: () => number;
  readonly step: StepHook;
}

/** See the head of this file. */
export class FileMedium implements Medium {
  readonly digest: Digest = digestInNode;
  readonly #folder: string;
  readonly #nowMs: () => number;
  readonly #step: StepHook;
  #log: LogFile;
  #fenced: VeilshareError | undefined;
  /** Length of the log when it was last compact. */
  #compactBytes = 0;
  /** Records since. */
  #records = 0;

  private constructor({ folder, nowMs, step }: FileMediumParts, log: LogFile) {
    this.#folder = folder;
    this.#nowMs = nowMs;
    this.#step = step;
    this.#log = log;
  }

  /**
   * Becomes the owner of the store in a folder, and reads it.
   *
   * @throws VeilshareError INVALID_CONFIG when there is none; STORE_FENCED when somebody else began at the same moment;
   *   STORE_WRITE_FAILED; INVALID_DATA.
   */
  static async open(parts: FileMediumParts): Promise<FileMedium> {
    for (let tries = 0; tries < mostTries; tries++) {
      // Listed before the own beginning: only what older owners left may be removed.
      const contents = await listFolder(parts.folder);
      if (contents.newest === undefined) throw noStore(parts.folder);
      const log = await LogFile.open(join(parts.folder, logName(contents.newest.name)), "append");
      if (log === undefined) continue; // it was compacted away meanwhile
      const medium = new FileMedium(parts, log);
      try {
        if (!(await medium.#begin(parts.state, parts.chain, "take-over"))) {
          await medium.#log.close();
          continue;
        }
      } catch (thrown) {
        await medium.#log.close();
        throw thrown;
      }
      parts.state.loaded();
      parts.step("begin/remove");
      await removeFiles(parts.folder, leftBehind([...contents.older, ...contents.parts], medium.#log.path));
      return medium;
    }
    throw fenced(parts.folder, "others began or compacted the store all the while");
  }

  get marker(): Uint8Array {
    return this.#log.header.marker;
  }

  get id(): string {
    return this.#log.header.id;
  }

  async append(frames: Uint8Array, before: Chain, after: Chain): Promise<void> {
    if (this.#fenced !== undefined) throw this.#fenced;
    this.#step("append/write");
    await this.#log.write(frames);
    this.#step("append/sync");
    await this.#synced();
    this.#step("append/read-back");
    if (!(await this.#log.goesOnWith(frames))) await this.#lookBetween(before, after.hash);
    await this.#checkName();
    this.#records += after.length - before.length;
  }

  async check(before: Chain): Promise<void> {
    if (this.#fenced !== undefined) throw this.#fenced;
    if ((await this.#log.byteLength()) !== this.#log.position) await this.#lookBetween(before, undefined);
    await this.#checkName();
  }

  async recover(state: State, chain: Chain): Promise<void> {
    if (this.#fenced !== undefined) throw this.#fenced;
    if (!(await this.#begin(state, chain, "go-on")))
      throw this.#fence("the store was compacted by another owner");
  }

  wantsSnapshot(): boolean {
    const grown = this.#log.position - this.#compactBytes + this.#records * recordBytes;
    return grown > Math.max(leastGrowthBytes, this.#compactBytes);
  }

  async compact(state: State, chain: Chain, nowMs: number): Promise<void> {
    await this.check(chain);
    this.#compactBytes = this.#log.position; // also if it fails: not to be tried again at once
    this.#records = 0;
    const name = fileName(this.#log.header.generation + 1, bytesToHex(randomBytes(16)));
    const place = {
      epoch: chain.epoch,
      sequence: chain.length + 1,
      timeMs: Math.max(0, Math.floor(nowMs)),
      previous: chain.hash,
    };
    const { log, hash } = await this.#writeSnapshot(name, state, place);
    const seal = { ...place, sort: sorts.seal, links: [], payload: encodeSeal({ file: name, hash }) };
    const { frame, hash: sealHash } = encodeFrame(seal, this.marker, this.digest);
    const sealed = chain.clone();
    sealed.goTo({ epoch: place.epoch, length: place.sequence, hash: sealHash });
    try {
      await this.append(frame, chain, sealed);
    } catch (thrown) {
      await log.close();
      // Only where the seal is known not to count may the snapshot go.
      if (this.#fenced !== undefined) await removeFiles(this.#folder, [partName(name)]);
      throw thrown;
    }
    const old = this.#log;
    this.#log = log;
    this.#compactBytes = log.position;
    this.#records = 0;
    chain.goTo({ epoch: place.epoch, length: place.sequence, hash });
    this.#step("compact/rename");
    await this.#finishRename(name);
    await old.close();
    this.#step("compact/remove");
    await removeFiles(this.#folder, [basename(old.path)]);
  }

  async close(): Promise<void> {
    await this.#log.close();
  }

  /** A snapshot under a name that nobody else has and that counts for nothing yet. */
  async #writeSnapshot(
    name: string,
    state: State,
    place: { epoch: number; sequence: number; timeMs: number; previous: Uint8Array },
  ): Promise<{ log: LogFile; hash: Uint8Array }> {
    const path = join(this.#folder, partName(name));
    this.#step("compact/create");
    let log: LogFile | undefined;
    try {
      log = await LogFile.create(path, "must-not-exist");
      const marker = randomBytes(markerBytes);
      const generation = this.#log.header.generation + 1;
      await log.write(encodeLogHeader({ generation, marker, id: this.id }, this.digest));
      await log.readHeader(this.digest);
      const frames = snapshotFrames(state, place, { marker, digest: this.digest });
      let next = frames.next();
      for (; next.done !== true; next = frames.next()) {
        this.#step("compact/write");
        await log.write(next.value);
        log.skip(next.value.length);
      }
      this.#step("compact/sync");
      await log.sync();
      await syncFolder(this.#folder);
      return { log, hash: next.value };
    } catch (thrown) {
      await log?.close();
      await removeFiles(this.#folder, [partName(name)]);
      throw fileFault("STORE_WRITE_FAILED", path, "room for a snapshot", thrown);
    }
  }

  /**
   * Reads what is not read yet, and begins as its owner.
   *
   * @returns false when the log goes on in a file that is not there any more: somebody was faster.
   */
  async #begin(state: State, chain: Chain, how: "take-over" | "go-on"): Promise<boolean> {
    let reader = how === "take-over" ? await this.#readAnew(state, chain) : this.#readerOf(state, chain);
    for (let tries = 0; tries < mostTries; tries++) {
      const { epoch } = chain;
      await this.#log.readOn(reader);
      if (how === "go-on" && chain.epoch !== epoch) throw this.#fence("another owner has begun");
      if (reader.seal === undefined) {
        if (reader.isInSnapshot) throw damaged(this.#log.path, "a whole snapshot");
        if (await this.#tryToOwn(reader, chain)) return true;
      }
      if (reader.seal !== undefined) {
        const next = await this.#follow(reader.seal, state, chain);
        if (next === undefined) return false;
        reader = next;
      } else await pause(tries);
    }
    throw this.#fence("the owner before wrote all the while");
  }

  /** Writes the record of a beginning; false when the owner before, or its snapshot, came in between. */
  async #tryToOwn(reader: LogReader, chain: Chain): Promise<boolean> {
    const epoch = chain.epoch + 1;
    const { frame, hash } = encodeFrame(
      {
        sort: sorts.owner,
        epoch,
        sequence: chain.length + 1,
        timeMs: Math.max(0, Math.floor(this.#nowMs())),
        previous: chain.hash,
        links: [],
        payload: randomBytes(ownerTokenBytes),
      },
      this.marker,
      this.digest,
    );
    this.#step("begin/write");
    await this.#log.write(frame);
    this.#step("begin/sync");
    await this.#synced();
    await syncFolder(this.#folder);
    this.#step("begin/read-back");
    const own = { counts: false };
    reader.onRecord = (record) => {
      if (equalBytes(record.hash, hash)) own.counts = true;
    };
    await this.#log.readOn(reader);
    reader.onRecord = undefined;
    if (own.counts && chain.epoch === epoch) return true;
    if (chain.epoch >= epoch) throw this.#fence("another owner began at the same moment");
    return false;
  }

  async #readAnew(state: State, chain: Chain): Promise<LogReader> {
    const header = await this.#log.readHeader(this.digest);
    if (header === undefined) throw noStore(this.#folder);
    state.clear();
    chain.goTo(new Chain());
    const reader = this.#readerOf(state, chain);
    await this.#log.readOn(reader);
    this.#compactBytes = reader.snapshotBytes;
    this.#records = chain.length - reader.snapshotLength;
    return reader;
  }

  /** Goes on in the file that a seal names; undefined when there is none. */
  async #follow(seal: Seal, state: State, chain: Chain): Promise<LogReader | undefined> {
    const [part, whole] = [partName(seal.file), logName(seal.file)].map((name) => join(this.#folder, name));
    const next = (await LogFile.open(part ?? "", "append")) ?? (await LogFile.open(whole ?? "", "append"));
    if (next === undefined) return undefined;
    const old = this.#log;
    this.#log = next;
    await old.close();
    const reader = await this.#readAnew(state, chain);
    if (reader.snapshotHash === undefined || !equalBytes(reader.snapshotHash, seal.hash)) {
      throw damaged(next.path, "the snapshot that its log was sealed with");
    }
    await this.#finishRename(seal.file);
    return reader;
  }

  async #finishRename(name: string): Promise<void> {
    await renamePart(this.#folder, name);
    await syncFolder(this.#folder);
    this.#log.renamed(join(this.#folder, logName(name)));
  }

  #readerOf(state: State, chain: Chain): LogReader {
    return new LogReader({ marker: this.marker, digest: this.digest, state, chain });
  }

  /** Something lies before one's own records, or instead of them: have they counted, and has anybody else begun? */
  async #lookBetween(before: Chain, own: Uint8Array | undefined): Promise<void> {
    const chain = before.clone();
    const reader = this.#readerOf(new State(), chain);
    const seen = { own: false, owner: false };
    reader.onRecord = ({ sort, hash }) => {
      if (sort === sorts.owner) seen.owner = true;
      if (own !== undefined && equalBytes(hash, own)) seen.own = true;
    };
    reader.readsChainOnly();
    await this.#log.readOn(reader);
    const fence = seen.owner ? this.#fence("another owner has begun") : undefined;
    if (seen.own) return; // it counts, even if somebody began after it
    if (fence !== undefined) throw fence;
    if (own !== undefined) throw damaged(this.#log.path, "the records that were written, to be there");
  }

  /**
   * Waits until what was written is on disk. Where that fails, nobody can tell any more what is: whoever reads gets what is
   * in memory, and the next call may succeed without having written it. So nothing succeeds from then on.
   */
  async #synced(): Promise<void> {
    try {
      await this.#log.sync();
    } catch (thrown) {
      this.#fenced = toVeilshareError(thrown);
      throw thrown;
    }
  }

  async #checkName(): Promise<void> {
    if (await this.#log.hasItsName()) return;
    if (this.#fenced === undefined) throw this.#fence("its file was replaced or removed");
  }

  #fence(why: string): VeilshareError {
    this.#fenced = fenced(this.#folder, why);
    return this.#fenced;
  }
}

function leftBehind(files: readonly string[], current: string): string[] {
  return files.filter((file) => file !== basename(current));
}

/** A short wait of random length, so that two do not go on in step. */
async function pause(tries: number): Promise<void> {
  const [byte = 0] = randomBytes(1);
  const ms = Math.min(50, 1 + (byte * (tries + 1)) / 256);
  await new Promise((resolve) => setTimeout(resolve, ms));
}

function fenced(folder: string, why: string): VeilshareError {
  const text = `StateStore: ${folder}: expected to be its only owner, but ${why}; what was asked for is not recorded`;
  return new VeilshareError("STORE_FENCED", text, {
    file: folder,
    expected: "to be its only owner",
    got: why,
  });
}

/** The error where there is no store. */
export function noStore(folder: string): VeilshareError {
  const text =
    `StateStore: ${folder}: expected a store, got none. A store that is gone is not a new one: ` +
    "call createFileStore if nothing was ever kept here";
  return new VeilshareError("INVALID_CONFIG", text, { file: folder, expected: "a store", got: "none" });
}

function damaged(file: string, expected: string): VeilshareError {
  return new VeilshareError("INVALID_DATA", `StateStore: ${file}: expected ${expected}`, { file, expected });
}
