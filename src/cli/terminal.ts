/**
 * What the command shows: the result on standard output, as text or as one JSON object, and how far it is on standard
 * error: one line that changes on a terminal, plain lines otherwise.
 */

import type { Progress } from "../channel/party.js";

/** Streams that the command writes to. */
export interface TerminalStreams {
  readonly out: { write(text: string): unknown };
  readonly error: { write(text: string): unknown; readonly isTTY?: boolean };
}

/** Between two changes of the line. */
const refreshMs = 100;

/** Shows results and progress. */
export class Terminal {
  readonly json: boolean;
  readonly #streams: TerminalStreams;
  #lastStep = "";
  #lastMs = 0;
  #lineOpen = false;

  constructor(json: boolean, streams: TerminalStreams) {
    this.json = json;
    this.#streams = streams;
  }

  /** The result: lines for people, or an object for programs. */
  result(lines: readonly string[], object: object): void {
    this.#endLine();
    this.#streams.out.write(this.json ? `${JSON.stringify(object)}\n` : `${lines.join("\n")}\n`);
  }

  /** Something to know that is no result. */
  note(line: string): void {
    this.#endLine();
    this.#streams.error.write(`${line}\n`);
  }

  /** How far a run is: one fraction. */
  readonly progress = ({ step, done, total }: Progress): void => {
    const share = total > 0 ? Math.floor((100 * done) / total) : 0;
    if (this.#streams.error.isTTY === true) {
      const now = performance.now();
      if (step === this.#lastStep && done < total && now - this.#lastMs < refreshMs) return;
      this.#streams.error.write(`\r\u001b[K${step} ${share} %`);
      this.#lineOpen = true;
      this.#lastMs = now;
    } else if (step !== this.#lastStep) {
      this.#streams.error.write(`${step}\n`);
    }
    this.#lastStep = step;
  };

  #endLine(): void {
    if (this.#lineOpen) this.#streams.error.write("\r\u001b[K");
    this.#lineOpen = false;
  }
}
