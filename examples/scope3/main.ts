/**
 * npm run example:scope3 -- [--suppliers FILE] [--factors FILE] [--products FILE] [--json]
 *
 * A consortium of suppliers computes its Scope 3 total. Each supplier is an operating-system process that is given its
 * own lines only; the processes talk to each other over encrypted WebSocket links on this machine.
 */

import { parseArgs } from "node:util";
import { VeilshareError } from "veilshare";
import { exitWithError, runParties, type Json } from "../launcher/index.js";
import { defaultFiles, readInputs, type InputFiles } from "./inputs.js";
import { plainGrams } from "./plain-total.js";
import { jsonSummary, textSummary, type RunSummary, type SupplierOutcome } from "./summary.js";

const usage = "usage: example:scope3 [--suppliers FILE] [--factors FILE] [--products FILE] [--json]";

async function run(files: InputFiles): Promise<RunSummary> {
  const footprints = await readInputs(files);
  const started = performance.now();
  const results = await runParties({
    script: new URL("./supplier.js", import.meta.url),
    // A footprint is plain data: what JSON keeps, each process gets its own only.
    parties: [...footprints].map(([name, footprint]) => ({ name, task: footprint as unknown as Json })),
  });
  const outcomes = results as unknown as SupplierOutcome[]; // supplier.ts gives these
  const seconds = (performance.now() - started) / 1000;
  const [first] = outcomes;
  if (first === undefined) throw new VeilshareError("INTERNAL", "no party gave a result");
  const { report, text } = first;
  const plain = plainGrams(footprints.values());
  const total = plain.reduce((sum, grams) => sum + grams, 0n);
  const cellsMatch = report.categories.every(
    ({ category, kg }) => kg === null || BigInt(kg.replace(".", "")) === plain[category - 1],
  );
  const totalMatches = report.totalGrams === null || BigInt(report.totalGrams) === total;
  const sameEverywhere = outcomes.every(
    (outcome) => JSON.stringify(outcome.report) === JSON.stringify(report),
  );
  return {
    names: [...footprints.keys()],
    lineCounts: [...footprints.values()].map(({ lines }) => lines.length),
    report,
    text,
    seconds,
    bytes: outcomes.reduce((sum, { bytesSent }) => sum + bytesSent, 0),
    rounds: Math.max(...outcomes.map(({ rounds }) => rounds)),
    matchesPlain: totalMatches && cellsMatch && sameEverywhere,
  };
}

function readArguments(): { readonly files: InputFiles; readonly json: boolean } {
  const text = { type: "string" } as const;
  try {
    const { values } = parseArgs({
      options: { suppliers: text, factors: text, products: text, json: { type: "boolean", default: false } },
    });
    const { json, ...files } = values;
    return { files: { ...defaultFiles, ...files }, json };
  } catch (thrown) {
    throw new VeilshareError("INVALID_ARGUMENT", usage, { cause: thrown });
  }
}

try {
  const { files, json } = readArguments();
  const summary = await run(files);
  process.stdout.write(json ? `${JSON.stringify(jsonSummary(summary))}\n` : `${textSummary(summary)}\n`);
  if (!summary.matchesPlain) process.exitCode = 1;
} catch (thrown) {
  exitWithError(thrown);
}
