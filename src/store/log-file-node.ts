/** One file of a store, open for appending. */

import { constants } from "node:fs";
import { open, stat, type FileHandle } from "node:fs/promises";
import { MalformedMessage } from "../bytes/codec.js";
import { VeilshareError } from "../errors.js";
import { errnoOf, fileFault } from "./file-fault-node.js";
import type { Digest } from "./frame.js";
import { headerBytes, readLogHeader, type LogHeader } from "./log-header.js";
import type { LogReader } from "./log-reader.js";

/** Read at once, into the same memory again: fresh memory costs more than the reading. */
const pieceBytes = 2 ** 20;
/** Beginnings of headers, cut short one after the other, fit many times. */
const mostHeaderBytes = 64 * headerBytes;

/** A file of a store. */
export class LogFile {
  readonly #file: FileHandle;
  #path: string;
  #header: LogHeader | undefined;
  /** Up to where records were read or are one's own. */
  #position = 0;

  private constructor(file: FileHandle, path: string) {
    this.#file = file;
    this.#path = path;
  }

  /** Opens a file that exists; undefined when there is none. */
  static async open(path: string, mode: "read" | "append"): Promise<LogFile | undefined> {
    const flags = mode === "read" ? constants.O_RDONLY : constants.O_RDWR | constants.O_APPEND;
    try {
      return new LogFile(await open(path, flags), path);
    } catch (thrown) {
      if (errnoOf(thrown) === "ENOENT") return undefined;
      throw fileFault("INVALID_CONFIG", path, "a file of a store that this process may use", thrown);
    }
  }

  /** Makes a file; where it may exist, it is opened then. */
  static async create(path: string, existing: "may-exist" | "must-not-exist"): Promise<LogFile> {
    const exclusive = existing === "must-not-exist" ? constants.O_EXCL : 0;
    const flags = constants.O_RDWR | constants.O_APPEND | constants.O_CREAT | exclusive;
    return new LogFile(await open(path, flags, 0o600), path);
  }

  get path(): string {
    return this.#path;
  }

  get position(): number {
    return this.#position;
  }

  get header(): LogHeader {
    if (this.#header === undefined) throw new VeilshareError("INTERNAL", "LogFile: its header was not read");
    return this.#header;
  }

  /**
   * Reads the header; undefined when there is none yet.
   *
   * @throws VeilshareError INVALID_DATA for another file; UNSUPPORTED for one of a later version.
   */
  async readHeader(digest: Digest): Promise<LogHeader | undefined> {
    const found = readLogHeader(await this.readAt(0, mostHeaderBytes), digest);
    if (found === "partial") return undefined;
    if (found === "version") {
      const text = `StateStore: ${this.#path}: expected a store of format 1, got one of a later version`;
      throw new VeilshareError("UNSUPPORTED", text, { file: this.#path });
    }
    if (found === "other") throw this.#damaged("a file of a store", 0);
    this.#header = found.header;
    this.#position = found.end;
    return found.header;
  }

  /**
   * Gives all records that are not read yet to a reader.
   *
   * @throws VeilshareError INVALID_DATA
   */
  async readOn(reader: LogReader): Promise<void> {
    const total = await this.byteLength();
    let memory = new Uint8Array(pieceBytes);
    for (;;) {
      const bytes = await this.#readInto(memory, this.#position);
      const isLast = bytes.length < memory.length;
      const before = this.#position;
      const used = this.#guarded(() => reader.read({ bytes, isLast, before, total }));
      this.#position += used;
      if (isLast || reader.seal !== undefined) return;
      if (used === 0) memory = new Uint8Array(2 * memory.length); // a record longer than what was read
    }
  }

  /**
   * Appends in one write.
   *
   * @throws VeilshareError STORE_WRITE_FAILED
   */
  async write(bytes: Uint8Array): Promise<void> {
    let written: number;
    try {
      ({ bytesWritten: written } = await this.#file.write(bytes));
    } catch (thrown) {
      throw fileFault("STORE_WRITE_FAILED", this.#path, "room to write to", thrown);
    }
    if (written < bytes.length) {
      const [expected, got] = [`${bytes.length} bytes to be written`, String(written)];
      const text = `StateStore: ${this.#path}: expected ${expected}, got ${got}; the disk is full`;
      throw new VeilshareError("STORE_WRITE_FAILED", text, { file: this.#path, expected, got });
    }
  }

  /** Takes note that so many bytes that follow are one's own. */
  skip(byteLength: number): void {
    this.#position += byteLength;
  }

  /** Waits until everything is on disk. */
  async sync(): Promise<void> {
    try {
      await this.#file.sync();
    } catch (thrown) {
      throw fileFault("STORE_WRITE_FAILED", this.#path, "a disk that keeps what is written", thrown);
    }
  }

  /** True when what follows the position begins with these bytes; then they count as read. */
  async goesOnWith(bytes: Uint8Array): Promise<boolean> {
    const found = await this.readAt(this.#position, bytes.length);
    if (Buffer.compare(found, bytes) !== 0) return false;
    this.#position += bytes.length;
    return true;
  }

  /** Length of the file. */
  async byteLength(): Promise<number> {
    return (await this.#file.stat()).size;
  }

  /** False when another file has the name by now, or none. */
  async hasItsName(): Promise<boolean> {
    const [own, named] = await Promise.all([
      this.#file.stat({ bigint: true }),
      stat(this.#path, { bigint: true }).catch(() => undefined),
    ]);
    return named?.ino === own.ino && named.dev === own.dev;
  }

  /** Takes note that the file was renamed. */
  renamed(path: string): void {
    this.#path = path;
  }

  async close(): Promise<void> {
    await this.#file.close();
  }

  /** Up to so many bytes from an offset; fewer at the end of the file only. */
  readAt(at: number, byteLength: number): Promise<Uint8Array> {
    return this.#readInto(new Uint8Array(byteLength), at);
  }

  /** Fills memory from an offset on; gives what could be filled. */
  async #readInto(bytes: Uint8Array, at: number): Promise<Uint8Array> {
    let filled = 0;
    while (filled < bytes.length) {
      const { bytesRead } = await this.#file
        .read(bytes, filled, bytes.length - filled, at + filled)
        .catch((thrown: unknown) => {
          throw fileFault("STORE_WRITE_FAILED", this.#path, "a disk that can be read", thrown);
        });
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    return bytes.subarray(0, filled);
  }

  #guarded<T>(read: () => T): T {
    try {
      return read();
    } catch (thrown) {
      if (thrown instanceof MalformedMessage) throw this.#damaged(thrown.message, this.#position, thrown);
      throw thrown;
    }
  }

  #damaged(what: string, at: number, cause?: unknown): VeilshareError {
    const text = `StateStore: ${this.#path}, after byte ${at}: ${what.startsWith("expected") ? what : `expected ${what}`}`;
    return new VeilshareError("INVALID_DATA", text, { file: this.#path, cause });
  }
}

/** Makes names in a folder last. */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === "win32") return; // folders can't be opened there
  const handle = await open(folder, constants.O_RDONLY);
  try {
    await handle.sync();
  } catch (thrown) {
    throw fileFault("STORE_WRITE_FAILED", folder, "a disk that keeps what is written", thrown);
  } finally {
    await handle.close();
  }
}
