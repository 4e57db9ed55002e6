/**
 * npm run example:risk -- [--guest FILE --host FILE] [--computation two-party|replicated|dealer] [--folds N] [--json]
 *
 * A lender (guest: id, y and features) and a platform (host: id and features) train a credit model together, alone or with
 * a third party: a helper that computes with them on shares, or a dealer of random numbers. Each is an operating-system
 * process that reads its own file only; they talk over encrypted WebSocket links on this machine.
 * They train once with a fifth of the rows held back, at random, and once more for each of N parts (3; 0 for none), so that
 * what is said of new people has a mean and a spread. Without files: the German credit data, see ../data/README.md.
 */

import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { VeilshareError } from "veilshare";
import { exitWithError, runParties } from "../launcher/index.js";
import { computations, defaultComputation, thirdRoles, type Computation } from "veilshare/risk";
import type { RiskOptions, RiskOutcome, RiskTask } from "./outcomes.js";
import { readLender, readPlatform } from "./owner-table.js";
import { largestDifference, trainPlain } from "./plain-training.js";
import { jsonSummary, matchesPlain, textSummary, type RunSummary } from "./summary.js";

const usage =
  "usage: example:risk [--guest FILE --host FILE] [--computation two-party|replicated|dealer] [--folds N] [--json]";

/** Ten common rows are enough for an example, and a platform of one column: the protocol's own defaults ask for more. */
const common = { holdout: 0.2, minimumRows: 10, fewColumns: true } as const;

const defaultFolds = "3";

interface Arguments {
  readonly computation: Computation;
  readonly guest: string;
  readonly host: string;
  readonly folds: number;
}

async function run({ guest, host, computation, folds }: Arguments): Promise<RunSummary> {
  const options: RiskOptions = { ...common, computation, ...(folds === 0 ? {} : { folds }) };
  // Read here too, before any process starts: for the check, and so that bad input is told at once.
  const [lender, platform] = await Promise.all([readLender(guest), readPlatform(host)]);
  const third = thirdRoles[computation];
  const tasks: readonly RiskTask[] = [
    { role: "lender", file: guest, options },
    { role: "platform", file: host, options },
    ...(third === undefined ? [] : [{ role: third, options } as const]),
  ];
  const started = performance.now();
  const outcomes = (await runParties({
    script: new URL("./party.js", import.meta.url),
    parties: tasks.map((task) => ({ name: task.role, task })),
  })) as RiskOutcome[]; // what party.ts gives back
  const seconds = (performance.now() - started) / 1000;
  const [first, second, other] = outcomes;
  if (first?.role !== "lender" || second?.role !== "platform") {
    throw new VeilshareError("INTERNAL", "expected one outcome for each role");
  }
  const beside = other?.role === "helper" || other?.role === "dealer" ? { third: other } : {};
  const plain = trainPlain(lender, platform, { lender: first, platform: second });
  return {
    lenderFile: guest,
    platformFile: host,
    lenderRows: lender.ids.length,
    platformRows: platform.ids.length,
    lender: first,
    platform: second,
    ...beside,
    seconds,
    difference: largestDifference(plain, first.joint),
  };
}

function readArguments(): Arguments & { readonly json: boolean } {
  try {
    const { values } = parseArgs({
      options: {
        guest: { type: "string" },
        host: { type: "string" },
        computation: { type: "string", default: defaultComputation },
        folds: { type: "string", default: defaultFolds },
        json: { type: "boolean" },
      },
    });
    const { guest, host, json = false } = values;
    const computation = computations.find((name) => name === values.computation);
    if (computation === undefined) throw new Error(`--computation is ${computations.join(" or ")}`);
    const folds = Number(values.folds);
    if (![0, 2, 3, 4, 5, 6, 7, 8, 9, 10].includes(folds)) throw new Error("--folds is 0, or from 2 to 10");
    if (guest !== undefined && host !== undefined) return { guest, host, computation, folds, json };
    if (guest !== undefined || host !== undefined) throw new Error("--guest and --host go together");
    const example = (name: string): string =>
      fileURLToPath(new URL(`../../../examples/data/${name}`, import.meta.url));
    return {
      guest: example("german-credit-lender.csv"),
      host: example("german-credit-platform.csv"),
      computation,
      folds,
      json,
    };
  } catch (thrown) {
    const reason = thrown instanceof Error ? thrown.message : "arguments that are not understood";
    throw new VeilshareError("INVALID_ARGUMENT", `${reason}; ${usage}`);
  }
}

try {
  const { json, ...given } = readArguments();
  const summary = await run(given);
  process.stdout.write(json ? `${JSON.stringify(jsonSummary(summary))}\n` : `${textSummary(summary)}\n\n`);
  if (!matchesPlain(summary)) process.exitCode = 1;
} catch (thrown) {
  exitWithError(thrown);
}
