/**
 * npm run example:scope3 -- [--verified] [--suppliers FILE] [--factors FILE] [--products FILE] [--period TEXT]
 *   [--delimiter CHARACTER] [--encoding NAME] [--columns NAME,...] [--sheet NAME] [--trim] [--json]
 *
 * A consortium of suppliers computes its Scope 3 total. Each supplier is an operating-system process that is given its
 * own lines only; the processes talk to each other over encrypted WebSocket links on this machine. With --verified, two
 * aggregators check that every figure is in range, and a buyer gets the total; these are processes too.
 */

import { parseArgs } from "node:util";
import { VeilshareError } from "veilshare";
import { exitWithError } from "../launcher/index.js";
import { readingOf, readingOptions, readingUsage, type Reading } from "../launcher/reading.js";
import { runConsortium } from "./consortium-run.js";
import { defaultFiles, readInputs, type InputFiles } from "./inputs.js";
import { plainGrams } from "./plain-total.js";
import { jsonSummary, textSummary, type RunSummary } from "./summary.js";
import { runVerified } from "./verified-run.js";

const usage = `usage: example:scope3 [--verified] [--suppliers FILE] [--factors FILE] [--products FILE] [--period TEXT] ${readingUsage} [--json]`;

async function run({ files, verified, reading, period }: Arguments): Promise<RunSummary> {
  const inputs = await readInputs(files, reading, period);
  const { footprints } = inputs;
  const started = performance.now();
  const { reports, text, traffic, proved } = await (verified ? runVerified : runConsortium)(inputs);
  const seconds = (performance.now() - started) / 1000;
  const [report] = reports;
  if (report === undefined) throw new VeilshareError("INTERNAL", "no party gave a report");
  const plain = plainGrams(footprints.values());
  const total = plain.reduce((sum, grams) => sum + grams, 0n);
  const cellsMatch = report.categories.every(
    ({ category, kg }) => kg === null || BigInt(kg.replace(".", "")) === plain[category - 1],
  );
  const totalMatches = report.totalGrams === null || BigInt(report.totalGrams) === total;
  const sameEverywhere = reports.every((other) => JSON.stringify(other) === JSON.stringify(report));
  return {
    names: [...footprints.keys()],
    lineCounts: [...footprints.values()].map(({ lines }) => lines.length),
    report,
    text,
    seconds,
    processes: traffic.length,
    bytes: traffic.reduce((sum, { bytesSent }) => sum + bytesSent, 0),
    rounds: Math.max(...traffic.map(({ rounds }) => rounds)),
    matchesPlain: totalMatches && cellsMatch && sameEverywhere,
    ...(proved === undefined ? {} : { proved }),
  };
}

interface Arguments {
  readonly files: InputFiles;
  readonly json: boolean;
  readonly verified: boolean;
  readonly reading: Reading;
  readonly period: string;
}

function readArguments(): Arguments {
  const text = { type: "string" } as const;
  const flag = { type: "boolean", default: false } as const;
  try {
    const { values } = parseArgs({
      options: {
        suppliers: text,
        factors: text,
        products: text,
        period: text,
        json: flag,
        verified: flag,
        ...readingOptions(),
      },
    });
    const { suppliers, factors, products, period = "2026", json, verified } = values;
    const given = { suppliers, factors, products };
    const files = {
      ...defaultFiles,
      ...Object.fromEntries(Object.entries(given).filter(([, file]) => file)),
    };
    return { files, json, verified, period, reading: readingOf(values) };
  } catch (thrown) {
    const reason = thrown instanceof Error ? thrown.message : "arguments that are not understood";
    throw new VeilshareError("INVALID_ARGUMENT", `${reason}; ${usage}`, { cause: thrown });
  }
}

try {
  const given = readArguments();
  const summary = await run(given);
  process.stdout.write(
    given.json ? `${JSON.stringify(jsonSummary(summary))}\n` : `${textSummary(summary)}\n`,
  );
  if (!summary.matchesPlain) process.exitCode = 1;
} catch (thrown) {
  exitWithError(thrown);
}
