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

/** The runs of a session in the order in which they ended. */
export class Transcript {
  readonly #entries: TranscriptEntry[] = [];

  get entries(): readonly TranscriptEntry[] {
    return [...this.#entries];
  }

  add(entry: TranscriptEntry): void {
    this.#entries.push(Object.freeze(entry));
  }

  toJSON(): readonly TranscriptEntry[] {
    return this.entries;
  }
}
