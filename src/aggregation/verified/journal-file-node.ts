/** A journal in a file that is only appended to. Node only; subpath `veilshare/aggregation/node`. */

import { open, readFile, type FileHandle } from "node:fs/promises";
import { bytesFromHex, bytesToHex, copyBytes } from "../../bytes/encoding.js";
import { VeilshareError } from "../../errors.js";
import type { ReportJournal, SealedRelease } from "./journal.js";

const header = "veilshare report journal v2";
const reportLine = /^r ([0-9a-f]{32})$/;
const releaseLine = /^b ("(?:[^"\\]|\\.)*") ("(?:[^"\\]|\\.)*") ((?:[0-9a-f]{2})*)$/;
const acknowledgedLine = /^a ("(?:[^"\\]|\\.)*")$/;

type Batches = Map<string, SealedRelease | "acknowledged">;

/**
 * A journal that survives the process: one line a report or batch, flushed to disk before it counts. One process at a
 * time.
 *
 * **Security.** What a released batch owes its collector, one share of the sum, is in the file in the clear, also after the
 * collector has said that it has it.
 *
 * **Cost.** All ids are in memory while it is open, about 100 bytes a report.
 */
export class FileJournal implements ReportJournal {
  readonly #file: FileHandle;
  readonly #ids: Set<string>;
  readonly #batches: Batches;
  #writing: Promise<unknown> = Promise.resolve();

  private constructor(file: FileHandle, ids: Set<string>, batches: Batches) {
    this.#file = file;
    this.#ids = ids;
    this.#batches = batches;
  }

  /**
   * Opens a journal, or begins one where there is no file. A last line that a crash cut short is dropped: what it would
   * have said was not yet acted on.
   *
   * @throws VeilshareError INVALID_DATA with file and line for anything else that is no journal.
   */
  static async open(path: string): Promise<FileJournal> {
    const text = await readFile(path, "utf8").catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return ""; // a file system error has a code
      throw new VeilshareError("INVALID_DATA", `${path}: expected a file that can be read`, { file: path });
    });
    const ids = new Set<string>();
    const batches: Batches = new Map();
    const whole = text.slice(0, text.lastIndexOf("\n") + 1);
    for (const [i, line] of whole.split("\n").slice(0, -1).entries()) {
      if ((i === 0 && line === header) || readLine(line, ids, batches)) continue;
      const text = `${path}, line ${i + 1}: expected a line of a report journal, got another`;
      throw new VeilshareError("INVALID_DATA", text, { file: path, line: i + 1 });
    }
    const file = await open(path, "a");
    if (whole.length < text.length) await file.truncate(Buffer.byteLength(whole));
    const journal = new FileJournal(file, ids, batches);
    if (whole === "") await journal.#append([header]);
    return journal;
  }

  async claim(ids: readonly Uint8Array[]): Promise<boolean[]> {
    const lines: string[] = [];
    const fresh = ids.map((id) => {
      const hex = bytesToHex(id);
      if (this.#ids.has(hex)) return false;
      this.#ids.add(hex);
      lines.push(`r ${hex}`);
      return true;
    });
    await this.#append(lines);
    return fresh;
  }

  released(batch: string): Promise<"never" | "acknowledged" | SealedRelease> {
    return Promise.resolve(this.#batches.get(batch) ?? "never");
  }

  async release(batch: string, { collector, message }: SealedRelease): Promise<boolean> {
    if (this.#batches.has(batch)) return false;
    this.#batches.set(batch, { collector, message: copyBytes(message) });
    await this.#append([`b ${JSON.stringify(batch)} ${JSON.stringify(collector)} ${bytesToHex(message)}`]);
    return true;
  }

  async acknowledge(batch: string): Promise<void> {
    if (this.#batches.get(batch) === "acknowledged") return;
    this.#batches.set(batch, "acknowledged");
    await this.#append([`a ${JSON.stringify(batch)}`]);
  }

  /** Waits for what is being written, and closes the file. */
  async close(): Promise<void> {
    await this.#writing;
    await this.#file.close();
  }

  async #append(lines: readonly string[]): Promise<void> {
    if (lines.length === 0) return;
    const write = async (): Promise<void> => {
      await this.#file.appendFile(`${lines.join("\n")}\n`);
      await this.#file.datasync();
    };
    const written = this.#writing.then(write);
    this.#writing = written.catch(() => undefined); // the caller of this write learns of it
    await written;
  }
}

/** Takes in a line; false for one that is none. */
function readLine(line: string, ids: Set<string>, batches: Batches): boolean {
  const report = reportLine.exec(line)?.[1];
  const acknowledged = acknowledgedLine.exec(line)?.[1];
  const [, batch, collector, message] = releaseLine.exec(line) ?? [];
  if (report !== undefined) ids.add(report);
  else if (acknowledged !== undefined) batches.set(textOf(acknowledged), "acknowledged");
  else if (batch !== undefined && collector !== undefined && message !== undefined) {
    batches.set(textOf(batch), { collector: textOf(collector), message: bytesFromHex(message, "message") });
  } else return false;
  return true;
}

/** The pattern of a line is that of a JSON string. */
function textOf(json: string): string {
  return JSON.parse(json) as string;
}
