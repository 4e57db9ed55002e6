/**
 * npm run example:joint-statistics -- [--computation two-party|replicated|dealer] [--json]
 *
 * A lender and a platform ask how the lender's loans go with what the platform knows of the same debtors: correlations,
 * means by group, and measures of a sum of both sides' columns. Beside them a helper computes with them on shares, or a
 * dealer gives them random numbers, or they are alone. Each is an operating-system process that reads its own file only; they talk over
 * encrypted WebSocket links on this machine. The data are the German credit data, see ../data/README.md.
 */

import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { VeilshareError } from "veilshare";
import {
  computations,
  defaultComputation,
  thirdRoles,
  type Answer,
  type Computation,
} from "veilshare/joint-statistics";
import { exitWithError, runParties } from "../launcher/index.js";
import type { StatisticsOutcome, StatisticsTask } from "./messages.js";
import { readFirst, readSecond } from "./owner-rows.js";
import { plainAnswers } from "./plain-answers.js";
import { asked, declaredGroups, minimumRows } from "./questions.js";

const usage = "usage: example:joint-statistics [--computation two-party|replicated|dealer] [--json]";

interface Outcome {
  readonly computation: Computation;
  readonly rows: number;
  readonly answers: readonly Answer[];
  readonly matchesPlain: boolean;
  readonly seconds: number;
  readonly bytes: number;
  readonly rounds: number;
}

const file = (name: string): string =>
  fileURLToPath(new URL(`../../../examples/data/${name}`, import.meta.url));
const files = {
  first: file("german-credit-lender.csv"),
  second: file("german-credit-platform.csv"),
} as const;

async function run(computation: Computation): Promise<Outcome> {
  const third = thirdRoles[computation];
  const tasks: readonly StatisticsTask[] = [
    { role: "first", file: files.first, computation },
    { role: "second", file: files.second, computation },
    ...(third === undefined ? [] : [{ role: third, computation } as const]),
  ];
  const started = performance.now();
  const outcomes = (await runParties({
    script: new URL("./party.js", import.meta.url),
    parties: tasks.map((task) => ({ name: task.role, task })),
  })) as unknown as StatisticsOutcome[]; // what party.ts gives back
  const seconds = (performance.now() - started) / 1000;
  const [first, second] = outcomes;
  if (first === undefined || second === undefined) {
    throw new VeilshareError("INTERNAL", "an owner gave no result");
  }
  const [firstRows, secondRows] = await Promise.all([readFirst(files.first), readSecond(files.second)]);
  const questions = asked.map(({ question }) => question);
  const input = { first: firstRows, second: secondRows, minimumRows, groups: declaredGroups() };
  const plain = plainAnswers(questions, input);
  const same = JSON.stringify(first.answers) === JSON.stringify(second.answers);
  return {
    computation,
    rows: first.rows ?? 0,
    answers: first.answers,
    matchesPlain: same && matches(first.answers, plain),
    seconds,
    bytes: outcomes.reduce((sum, { bytesSent }) => sum + bytesSent, 0),
    rounds: Math.max(...outcomes.map(({ rounds }) => rounds)),
  };
}

/** Whether two values are alike: texts and nulls the same, numbers to a thousandth, or a ten-thousandth of their size. */
function matches(got: unknown, plain: unknown): boolean {
  if (typeof got === "number" && typeof plain === "number") {
    return Math.abs(got - plain) <= Math.max(1e-3, 1e-4 * Math.abs(plain));
  }
  if (typeof got !== "object" || typeof plain !== "object" || got === null || plain === null) {
    return got === plain;
  }
  const [own, other] = [Object.entries(got), new Map(Object.entries(plain))];
  return own.length === other.size && own.every(([key, value]) => matches(value, other.get(key)));
}

function text(outcome: Outcome): string {
  const third = thirdRoles[outcome.computation];
  return [
    `Statistics of a lender's and a platform's columns, ${third === undefined ? "alone" : `with a ${third}`}`,
    "",
    "Who holds what, each in a process of its own:",
    "  lender    ids, amounts, durations and which loans went bad",
    "  platform  ids, ages, jobs, checking accounts and years at the address",
    ...(third === undefined ? [] : [`  ${third.padEnd(9)} nothing`]),
    "",
    `What both owners learned of their ${outcome.rows} common debtors, besides who these are:`,
    ...outcome.answers.flatMap((answer, i) => lines(asked[i]?.title ?? "", answer)),
    "",
    `${outcome.rounds} rounds, ${outcome.bytes} bytes sent by all together, ${outcome.seconds.toFixed(2)} seconds with starting the processes`,
    "Check against both files in the clear, which only this example can do:",
    `  ${outcome.matchesPlain ? "the same answers" : "DIFFERENT ANSWERS"}`,
  ].join("\n");
}

function lines(title: string, answer: Answer): string[] {
  const withheld = "withheld";
  switch (answer.kind) {
    case "groupMeans":
      return [
        `  ${title}:`,
        ...answer.groups.map(({ group, rows, mean }) => {
          const figure =
            rows === null || mean === null
              ? `${withheld}: fewer than ${minimumRows} debtors, or told by subtraction`
              : `${mean.toFixed(2)} of ${rows}`;
          return `    ${group.padEnd(36)} ${figure}`;
        }),
      ];
    case "histogram":
      return [`  ${title}: ${answer.counts.map((count) => count ?? withheld).join(", ")}`];
    case "sum":
    case "mean":
    case "variance":
    case "percentile":
    case "correlation":
      return [`  ${title}: ${answer.value?.toFixed(4) ?? withheld}`];
  }
}

function readArguments(): { readonly computation: Computation; readonly json: boolean } {
  try {
    const { values } = parseArgs({
      options: { computation: { type: "string", default: defaultComputation }, json: { type: "boolean" } },
    });
    const computation = computations.find((name) => name === values.computation);
    if (computation === undefined) throw new Error(`--computation is ${computations.join(" or ")}`);
    return { computation, json: values.json ?? false };
  } catch (thrown) {
    const reason = thrown instanceof Error ? thrown.message : "arguments that are not understood";
    throw new VeilshareError("INVALID_ARGUMENT", `${reason}; ${usage}`);
  }
}

try {
  const { computation, json } = readArguments();
  const outcome = await run(computation);
  const questions = asked.map(({ title }) => title);
  process.stdout.write(json ? `${JSON.stringify({ questions, ...outcome })}\n` : `${text(outcome)}\n`);
  if (!outcome.matchesPlain) process.exitCode = 1;
} catch (thrown) {
  exitWithError(thrown);
}
