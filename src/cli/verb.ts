/** What every verb of the command is: a name, its options, and what it does for one party on its own machine. */

import type { Command } from "commander";
import type { Terminal } from "./terminal.js";

/** One verb of the command. */
export interface Verb {
  readonly name: string;
  /** One line for the list of verbs. */
  readonly summary: string;
  /** A command line that works, shown by `--help`. */
  readonly example: string;
  /** Adds the verb's options and arguments. */
  readonly declare: (command: Command) => void;
  /**
   * Does it.
   *
   * @param options - As commander gives them, for the verb's own strict reading.
   * @param operands - The arguments that are no options.
   */
  readonly run: (options: VerbOptions, terminal: Terminal, operands: readonly string[]) => Promise<void>;
}

/** Options of a command line, by their names in camel case. */
export type VerbOptions = Readonly<Record<string, unknown>>;
