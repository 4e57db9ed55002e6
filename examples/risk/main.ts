/**
 * npm run example:risk -- [--guest FILE --host FILE] [--computation two-party|replicated|dealer] [--json]
 *
 * A lender (guest: id, y and features) and a platform (host: id and features) train a credit model together, alone or with
 * a third party: a helper that computes with them on shares, or a dealer of random numbers. Each is an operating-system
 * process that reads its own file only; they talk over encrypted WebSocket links on this machine.
 * Without files: the German credit data, see ../data/README.md.
 */

import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { VeilshareError } from "veilshare";
import { exitWithError, runParties } from "../launcher/index.js";
import { computations, defaultComputation, thirdRoles, type Computation } from "veilshare/risk";
import type { RiskOptions, RiskOutcome, RiskTask } from "./outcomes.js";
import { readLender, readPlatform } from "./owner-table.js";
import { largestDifference, trainPlain } from "./plain-training.js";
import { jsonSummary, textSummary, weightTolerance, type RunSummary } from "./summary.js";

const usage =
  "usage: example:risk [--guest FILE --host FILE] [--computation two-party|replicated|dealer] [--json]";

/** Ten common rows are enough for an example; the protocol's own default asks for more. */
const common = { holdout: 0.2, splitSeed: "veilshare example", minimumRows: 10 } as const;

interface Arguments {
  readonly computation: Computation;
  readonly guest: string;
  readonly host: string;
}

async function run({ guest, host, computation }: Arguments): Promise<RunSummary> {
  const options: RiskOptions = { ...common, computation };
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
  const plain = trainPlain(lender, platform, options);
  return {
    lenderFile: guest,
    platformFile: host,
    lenderRows: lender.ids.length,
    platformRows: platform.ids.length,
    lender: first,
    platform: second,
    ...beside,
    seconds,
    weightDifference: largestDifference(plain, [...first.weights, ...second.weights, first.intercept]),
  };
}

function readArguments(): Arguments & { readonly json: boolean } {
  try {
    const { values } = parseArgs({
      options: {
        guest: { type: "string" },
        host: { type: "string" },
        computation: { type: "string", default: defaultComputation },
        json: { type: "boolean" },
      },
    });
    const { guest, host, json = false } = values;
    const computation = computations.find((name) => name === values.computation);
    if (computation === undefined) throw new Error(`--computation is ${computations.join(" or ")}`);
    if (guest !== undefined && host !== undefined) return { guest, host, computation, json };
    if (guest !== undefined || host !== undefined) throw new Error("--guest and --host go together");
    const example = (name: string): string =>
      fileURLToPath(new URL(`../../../examples/data/${name}`, import.meta.url));
    return {
      guest: example("german-credit-lender.csv"),
      host: example("german-credit-platform.csv"),
      computation,
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
  if (summary.weightDifference > weightTolerance) process.exitCode = 1;
} catch (thrown) {
  exitWithError(thrown);
}
