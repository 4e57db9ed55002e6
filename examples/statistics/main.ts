/**
 * npm run example:statistics -- [--data FILE [--firm COLUMN] [--by COLUMN] [--mean COLUMN] [options of files]] [--json]
 *
 * An association's firms learn mean, spread and quartiles by group, and no firm's own figure. Each firm is a process that is
 * given its own rows only. --data takes a file with the columns firm, industry, days, or those named; without it, eight lenders hold a
 * thousand real loans. With --json, standard output is one JSON object.
 */

import { parseArgs } from "node:util";
import { VeilshareError } from "veilshare";
import { exitWithError, runParties } from "../launcher/index.js";
import { listOf, readingOf, readingOptions, readingUsage, type Reading } from "../launcher/reading.js";
import { loanInputs, paymentInputs, type Inputs, type PaymentColumns } from "./inputs.js";
import type { FirmOutcome, GroupLine } from "./messages.js";
import { matchesPlain } from "./plain-statistics.js";

const usage = `usage: example:statistics [--data FILE [--firm COLUMN] [--by COLUMN] [--mean COLUMN] [--missing TEXT,...] ${readingUsage}] [--json]`;

interface Outcome {
  readonly inputs: Inputs;
  readonly groups: readonly GroupLine[];
  readonly matchesPlain: boolean;
  readonly seconds: number;
  readonly bytes: number;
  readonly rounds: number;
}

async function run(inputs: Inputs): Promise<Outcome> {
  const started = performance.now();
  const results = await runParties({
    script: new URL("./firm.js", import.meta.url),
    parties: [...inputs.firms].map(([name, rows]) => ({ name, task: { rows, question: inputs.question } })),
  });
  const outcomes = results as unknown as FirmOutcome[]; // firm.ts gives these
  const [first] = outcomes;
  if (first === undefined) throw new VeilshareError("INTERNAL", "no party gave a result");
  const same = outcomes.every(({ groups }) => JSON.stringify(groups) === JSON.stringify(first.groups));
  return {
    inputs,
    groups: first.groups,
    matchesPlain: same && matchesPlain(first.groups, inputs.firms),
    seconds: (performance.now() - started) / 1000,
    bytes: outcomes.reduce((sum, { bytesSent }) => sum + bytesSent, 0),
    rounds: Math.max(...outcomes.map(({ rounds }) => rounds)),
  };
}

function json({ inputs, ...outcome }: Outcome): string {
  return JSON.stringify({ title: inputs.title, unit: inputs.unit, parties: inputs.firms.size, ...outcome });
}

function text({ inputs, groups, ...outcome }: Outcome): string {
  const held = [...inputs.firms].map(
    ([name, rows]) => `  ${name.padEnd(24)} ${String(rows.length).padStart(5)} rows`,
  );
  const learned = groups.map((line) => {
    const start = `  ${line.group.padEnd(22)} ${String(line.contributors).padStart(3)} firms`;
    if (line.mean === null) return `${start}  ${explanations[line.status] ?? line.status}`;
    const quartiles = line.quartiles.map(({ lower, upper }) => `${lower}-${upper}`).join(", ");
    const spread = Math.sqrt(line.variance ?? 0).toFixed(1);
    return `${start}  mean ${line.mean.toFixed(2).padStart(6)}  deviation ${spread.padStart(5)}  quartiles within ${quartiles}`;
  });
  const check = outcome.matchesPlain ? "the same" : "DIFFERENT";
  return [
    `${inputs.title} (${inputs.unit})`,
    inputs.note,
    "",
    "Who holds what, each in a process of its own:",
    ...held,
    "",
    "What all of them learned, and nothing else but how many rows a shown group has:",
    ...learned,
    "",
    `${outcome.rounds} rounds, ${outcome.bytes.toLocaleString("en-US")} bytes sent by all together, ${outcome.seconds.toFixed(2)} seconds with starting the processes`,
    `Check against the figures in the clear, which only this example can compute: ${check}`,
  ].join("\n");
}

const explanations: Readonly<Record<string, string>> = {
  empty: "nobody has rows",
  "withheld-small": "withheld: too few firms, its values were never added up",
  "withheld-dominated": "withheld: one firm has more than half of the rows",
};

interface Arguments {
  readonly data: string | undefined;
  readonly reading: Reading;
  readonly columns: PaymentColumns;
  readonly asJson: boolean;
}

function readArguments(): Arguments {
  const text = { type: "string" } as const;
  try {
    const { values } = parseArgs({
      options: {
        data: text,
        firm: { ...text, default: "firm" },
        by: { ...text, default: "industry" },
        mean: { ...text, default: "days" },
        missing: { ...text, default: "" },
        json: { type: "boolean", default: false },
        ...readingOptions(),
      },
    });
    const { data, firm, by, mean, missing } = values;
    const columns = { firm, by, mean, missing: missing === "" ? [] : listOf(missing) };
    return { data, reading: readingOf(values), columns, asJson: values.json };
  } catch (thrown) {
    const reason = thrown instanceof Error ? thrown.message : "arguments that are not understood";
    throw new VeilshareError("INVALID_ARGUMENT", `${reason}; ${usage}`, { cause: thrown });
  }
}

try {
  const { data, reading, columns, asJson } = readArguments();
  const inputs = data === undefined ? await loanInputs() : await paymentInputs(data, reading, columns);
  const outcome = await run(inputs);
  process.stdout.write(`${asJson ? json(outcome) : text(outcome)}\n`);
  if (!outcome.matchesPlain) process.exitCode = 1;
} catch (thrown) {
  exitWithError(thrown);
}
