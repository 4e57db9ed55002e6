/**
 * npm run example:risk -- [--guest FILE --host FILE] [--json]
 *
 * A lender (guest: id, y and features) and a platform (host: id and features) train a credit model together, with a
 * dealer of random numbers beside them. Each is an operating-system process that reads its own file only; they
 * talk over encrypted WebSocket links on this machine. Without files: the German credit data, see ../data/README.md.
 */

import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { VeilshareError } from "veilshare";
import { exitWithError, runParties } from "../launcher/index.js";
import type { RiskOptions, RiskOutcome, RiskTask } from "./outcomes.js";
import { readLender, readPlatform } from "./owner-table.js";
import { largestDifference, trainPlain } from "./plain-training.js";
import { jsonSummary, textSummary, weightTolerance, type RunSummary } from "./summary.js";

const usage = "usage: example:risk [--guest FILE --host FILE] [--json]";

/** Ten common rows are enough for an example; the protocol's own default asks for more. */
const options: RiskOptions = { holdout: 0.2, splitSeed: "veilshare example", minimumRows: 10 };

interface Files {
  readonly guest: string;
  readonly host: string;
}

async function run({ guest, host }: Files): Promise<RunSummary> {
  // Read here too, before any process starts: for the check, and so that bad input is told at once.
  const [lender, platform] = await Promise.all([readLender(guest), readPlatform(host)]);
  const tasks: readonly RiskTask[] = [
    { role: "lender", file: guest, options },
    { role: "platform", file: host, options },
    { role: "dealer", options },
  ];
  const started = performance.now();
  const outcomes = (await runParties({
    script: new URL("./party.js", import.meta.url),
    parties: tasks.map((task) => ({ name: task.role, task })),
  })) as RiskOutcome[]; // what party.ts gives back
  const seconds = (performance.now() - started) / 1000;
  const [first, second, third] = outcomes;
  if (first?.role !== "lender" || second?.role !== "platform" || third?.role !== "dealer") {
    throw new VeilshareError("INTERNAL", "expected one outcome for each role");
  }
  const plain = trainPlain(lender, platform, options);
  return {
    lenderFile: guest,
    platformFile: host,
    lenderRows: lender.ids.length,
    platformRows: platform.ids.length,
    lender: first,
    platform: second,
    dealer: third,
    seconds,
    weightDifference: largestDifference(plain, [...first.weights, ...second.weights, first.intercept]),
  };
}

function readArguments(): Files & { readonly json: boolean } {
  try {
    const { values } = parseArgs({
      options: { guest: { type: "string" }, host: { type: "string" }, json: { type: "boolean" } },
    });
    const { guest, host, json = false } = values;
    if (guest !== undefined && host !== undefined) return { guest, host, json };
    if (guest !== undefined || host !== undefined) throw new Error("--guest and --host go together");
    const example = (name: string): string =>
      fileURLToPath(new URL(`../../../examples/data/${name}`, import.meta.url));
    return {
      guest: example("german-credit-lender.csv"),
      host: example("german-credit-platform.csv"),
      json,
    };
  } catch (thrown) {
    const reason = thrown instanceof Error ? thrown.message : "arguments that are not understood";
    throw new VeilshareError("INVALID_ARGUMENT", `${reason}; ${usage}`);
  }
}

try {
  const { json, ...files } = readArguments();
  const summary = await run(files);
  process.stdout.write(json ? `${JSON.stringify(jsonSummary(summary))}\n` : `${textSummary(summary)}\n\n`);
  if (summary.weightDifference > weightTolerance) process.exitCode = 1;
} catch (thrown) {
  exitWithError(thrown);
}
