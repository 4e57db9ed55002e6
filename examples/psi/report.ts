/** What the example shows. */

import type { PartyReport } from "./messages.js";

/** A run. */
export interface Outcome {
  readonly invented: boolean;
  readonly columns: readonly string[];
  /** The receiver first. */
  readonly parties: readonly (PartyReport & { readonly name: string; readonly file: string })[];
  readonly common: number;
  /** What plain sets give; only the example, which may read both files, can work it out. */
  readonly plainCommon: number;
  readonly seconds: number;
  /** Sent by both parties together, before encryption. */
  readonly bytes: number;
  readonly rounds: number;
}

/** One JSON object. */
export function jsonReport(outcome: Outcome): string {
  return JSON.stringify({ ...outcome, matchesPlaintext: outcome.common === outcome.plainCommon });
}

/** For people. */
export function textReport(outcome: Outcome): string {
  const { parties, common, plainCommon, seconds, bytes, rounds, invented } = outcome;
  const [receiver, sender] = parties;
  if (receiver === undefined || sender === undefined) return "";
  const lines = [
    "Private set intersection: two processes, each with its own file, one encrypted link between them.",
    "",
    invented ? "The lists are INVENTED: made by a seed, no row is a person." : "",
    "",
    "Who holds what",
    ...parties.map(
      ({ name, file, rows, duplicates, withoutKey, distinct, key }) =>
        `  ${name}: ${count(rows)} rows of ${file}; ${count(distinct)} distinct keys (${key.join(" + ")}), ` +
        `${count(duplicates)} repeated rows, ${count(withoutKey)} rows without a key left out`,
    ),
    "",
    "What was learned",
    `  ${receiver.name} learned that ${count(common)} of its keys are also ${sender.name}'s, and which: the first stand on ` +
      `${receiver.firstLines.length === 0 ? "no line" : `lines ${receiver.firstLines.join(", ")}`} of its file.`,
    `  ${receiver.name} learned that ${sender.name} has ${count(receiver.peerItems)} distinct keys, and nothing about the others.`,
    `  ${sender.name} learned that ${receiver.name} has ${count(sender.peerItems)} distinct keys, and nothing else.`,
    ...(common > 0 ? [] : nothingInCommon(outcome)),
    "",
    "What it took",
    `  ${seconds.toFixed(2)} s, ${count(bytes)} bytes sent by both together, ${rounds} rounds; ` +
      `CPU ${parties.map(({ name, cpuSeconds }) => `${cpuSeconds.toFixed(2)} s (${name})`).join(", ")}`,
    "",
    "Check against plain sets, which only this example may do as it can read both files",
    `  ${count(plainCommon)} common keys: ${common === plainCommon ? "the same" : "NOT THE SAME"}`,
  ];
  return lines.filter((line, i) => line !== "" || lines[i - 1] !== "").join("\n");
}

function nothingInCommon({ parties }: Outcome): string[] {
  const advice = parties.flatMap(({ name, advice: lines }) => lines.map((line) => `    ${name}: ${line}`));
  return [
    `  Nothing in common, of ${parties.map(({ distinct, name }) => `${count(distinct)} keys (${name})`).join(" and ")}. ` +
      "Is it the same column, spelled the same, in the right encoding?",
    ...advice,
  ];
}

function count(value: number): string {
  return value.toLocaleString("en-US");
}
