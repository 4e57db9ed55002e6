/**
 * npm run example:risk -- [--guest FILE --host FILE [options]] [--computation two-party|replicated|dealer] [--folds N]
 *   [--disclose weights] [--out FOLDER] [--json]; arguments.ts has all options
 *
 * A lender (guest: id, y and features) and a platform (host: id and features) train a credit model together, alone or with
 * a third party: a helper that computes with them on shares, or a dealer of random numbers. Each is an operating-system
 * process that reads its own file only; they talk over encrypted WebSocket links on this machine.
 * They train once with a fifth of the rows held back, at random, and once more for each of N parts (3; 0 for none), so that
 * what is said of new people has a mean and a spread. Without files: the German credit data, see ../data/README.md.
 */

import { VeilshareError } from "veilshare";
import { exitWithError, runParties } from "../launcher/index.js";
import { thirdRoles } from "veilshare/risk";
import { readArguments, type Arguments } from "./arguments.js";
import type { RiskOptions, RiskOutcome, RiskTask } from "./outcomes.js";
import { makeFolder } from "./kept-files.js";
import { readLender, readPlatform } from "./owner-table.js";
import { largestDifference, trainPlain } from "./plain-training.js";
import { jsonSummary, matchesPlain, textSummary, type RunSummary } from "./summary.js";

/** Ten common rows are enough for an example, and a platform of one column: the protocol's own defaults ask for more. */
const common = { holdout: 0.2, minimumRows: 10, fewColumns: true } as const;

async function run({
  guest,
  host,
  guestReading,
  hostReading,
  computation,
  folds,
  weights,
  out,
}: Omit<Arguments, "json">): Promise<RunSummary> {
  const options: RiskOptions = {
    ...common,
    computation,
    ...(folds === 0 ? {} : { folds }),
    ...(weights ? { disclose: ["weights"] } : {}),
  };
  if (out !== null) await makeFolder(out);
  // Read here too, before any process starts: for the check, and so that bad input is told at once.
  const [lender, platform] = await Promise.all([
    readLender(guest, guestReading),
    readPlatform(host, hostReading),
  ]);
  const third = thirdRoles[computation];
  const tasks: readonly RiskTask[] = [
    { role: "lender", file: guest, reading: guestReading, options, out },
    { role: "platform", file: host, reading: hostReading, options, out },
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
    lenderColumns: lender.summaries,
    platformColumns: platform.summaries,
    lender: first,
    platform: second,
    ...beside,
    seconds,
    out,
    difference: largestDifference(plain, first.joint),
  };
}

try {
  const { json, ...given } = readArguments();
  if (!json) process.stdout.write("Training between processes that share nothing but messages ...\n\n");
  const summary = await run(given);
  process.stdout.write(json ? `${JSON.stringify(jsonSummary(summary))}\n` : `${textSummary(summary)}\n\n`);
  if (!matchesPlain(summary)) process.exitCode = 1;
} catch (thrown) {
  exitWithError(thrown);
}
