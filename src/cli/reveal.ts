/** Who learns what an intersection or a join finds. */

import type { Command } from "commander";
import { optionFault, textOption, wordOption } from "./option-values.js";
import type { VerbOptions } from "./verb.js";

/** Adds the two options. */
export function declareReveal(command: Command): void {
  command
    .option("--reveal <who>", "receiver or both; the same at both sides. Default: receiver")
    .option("--receiver <name>", "who learns the result; the same at both sides. Default: the first party");
}

/** What they say. */
export function revealValues(options: VerbOptions): {
  readonly reveal: "receiver" | "both";
  readonly receiver?: string;
} {
  const receiver = textOption(options, "receiver");
  const reveal = wordOption(options, "reveal", ["receiver", "both"], "receiver");
  if (reveal === "both" && receiver !== undefined)
    throw optionFault("--receiver", "none with --reveal both", "one");
  return { reveal, ...(receiver === undefined ? {} : { receiver }) };
}
