/** What ran in a session, in public terms: no inputs, no messages, no results. */

/** One protocol run. */
export interface TranscriptEntry {
  readonly protocol: string;
  readonly version: number;
  /** Names of the parties of the run. */
  readonly parties: readonly string[];
  /** The run's session id, hexadecimal. */
  readonly sessionId: string;
  /** SHA-256 of the canonical JSON of the parameters that all parties agreed on, hexadecimal. */
  readonly parametersDigest: string;
  readonly outcome: "completed" | "failed";
  /** The error's code where the run failed. */
  readonly errorCode?: string;
  /** Each message once; what was sent again after a cut is in `bytesReplayed`. */
  readonly bytesSent: number;
  readonly bytesReceived: number;
  readonly bytesReplayed: number;
  readonly rounds: number;
}

/** So many of the latest runs are kept, so that a server that runs for months does not grow with its runs. */
export const maxTranscriptEntries = 10_000;

/** The runs of a session in the order in which they ended; the latest 10,000. */
export class Transcript {
  readonly #entries: TranscriptEntry[] = [];

  get entries(): readonly TranscriptEntry[] {
    return [...this.#entries];
  }

  add(entry: TranscriptEntry): void {
    const { sessionId, parametersDigest } = entry;
    // Text that was put together letter by letter is kept by engines as a chain of its letters: twenty times its length.
    const flat = { sessionId: flattened(sessionId), parametersDigest: flattened(parametersDigest) };
    this.#entries.push(Object.freeze({ ...entry, ...flat }));
    if (this.#entries.length > maxTranscriptEntries) this.#entries.shift();
  }

  toJSON(): readonly TranscriptEntry[] {
    return this.entries;
  }
}

function flattened(text: string): string {
  return Array.from(text).join("");
}
