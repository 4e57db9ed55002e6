/**
 * npm run example:federated -- [--guest FILE --host FILE [options of files, as in example:risk]] [--no-dropout] [--json]
 *
 * Five banks hold rows of the same kind and train one logistic regression: each on its own rows, in a process of its own;
 * a coordinator, this process, gets the sums of their weighted updates and nothing of any one bank's. One bank's process is
 * killed in the middle: the others go on. Without files: the numeric columns of the German credit data.
 */

import { createServer, type Server } from "node:http";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { VeilshareError } from "veilshare";
import {
  planFederatedAveraging,
  serveFederatedAveraging,
  type FederatedPlanOptions,
  type FederatedRound,
} from "veilshare/aggregation";
import { acceptClients, generateIdentity, signingKeysOf } from "veilshare/channel";
import { discrimination } from "veilshare/risk";
import { exitWithError } from "../launcher/index.js";
import { give, startBank } from "./banks.js";
import { descend, scoresOf, type Rows } from "./logistic.js";
import { ownerReading, ownerReadingOptions, ownerReadingUsage } from "../risk/reading-options.js";
import { readRows, rowsOfBank, type RowFiles } from "./rows.js";

const usage = `usage: example:federated [--guest FILE --host FILE ${ownerReadingUsage}] [--no-dropout] [--json]`;
const bankNames = ["Alder Bank", "Birch Bank", "Cedar Bank", "Doum Bank", "Elm Bank"] as const;
const rounds = 12;
const localSteps = 40;

/** The bank that dies, and when. */
const victim = { bank: 3, round: 7 } as const;

interface Outcome {
  readonly rows: Rows;
  readonly rounds: readonly FederatedRound[];
  readonly auc: number;
  readonly centralAuc: number;
  readonly seconds: number;
}

async function run({ dropout, ...files }: Arguments): Promise<Outcome> {
  const rows = await readRows(files);
  const planOptions = {
    clients: bankNames.length,
    rounds,
    length: rows.columns,
    clip: 16,
    maxWeight: 2 ** 20,
    corrupt: 0.2,
    dropout: 0.2,
  };
  const started = performance.now();
  const result = await train(rows, planOptions, dropout);
  const seconds = (performance.now() - started) / 1000;
  const model = result.at(-1)?.model ?? new Float64Array(rows.columns);
  const central = descend(rows, new Float64Array(rows.columns), rounds * localSteps);
  const aucOf = (weights: Float64Array): number =>
    discrimination(scoresOf(rows, weights), rows.labels)?.auc ?? 0.5;
  return { rows, rounds: result, auc: aucOf(model), centralAuc: aucOf(central), seconds };
}

async function train(
  rows: Rows,
  numbers: Omit<FederatedPlanOptions, "signingKeys">,
  dropout: boolean,
): Promise<readonly FederatedRound[]> {
  const banks = bankNames.map((name) => startBank(name));
  const server = createServer();
  try {
    const address = await listen(server);
    const identity = generateIdentity("coordinator");
    const entries = await Promise.all(banks.map(({ entry }) => entry));
    // The banks would have each other's keys from elsewhere: the coordinator is who they are there against.
    const planOptions = { ...numbers, signingKeys: signingKeysOf(entries) };
    for (const [i, bank] of banks.entries()) {
      const dies = dropout && i === victim.bank ? { diesInRound: victim.round } : {};
      const own = rowsOfBank(rows, i, banks.length);
      give(bank, { serverEntry: identity.entry(address), planOptions, localSteps, ...own, ...dies });
    }
    const sessions = await acceptClients({
      identity,
      address,
      server,
      clients: entries,
      limits: { reconnectMs: 1000 },
    });
    const result = await serveFederatedAveraging(
      sessions,
      planFederatedAveraging(planOptions),
      new Float64Array(rows.columns),
    );
    for (const party of sessions) if ("close" in party) await party.close();
    await Promise.all(banks.map(({ exited }) => exited));
    return result;
  } finally {
    for (const bank of banks) bank.process.kill();
    server.close();
  }
}

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const bound = server.address();
  if (bound === null || typeof bound === "string") throw new VeilshareError("INTERNAL", "expected a port");
  return `ws://127.0.0.1:${bound.port}/federated`;
}

function text({ rows, rounds: done, auc, centralAuc, seconds }: Outcome): string {
  const lines = done.map(({ round, included, lost, weight }) => {
    const left = lost.map(({ index }) => `; lost: ${bankNames[index] ?? ""}`).join("");
    return `  round ${String(round + 1).padStart(2)}: ${included.length} banks, ${weight} rows${left}`;
  });
  return [
    `One logistic regression over ${bankNames.length} banks, ${rows.labels.length} rows and ${rows.columns - 1} columns in all`,
    "",
    "What the coordinator learned: in each round the sum of the banks' weighted updates, and who was in it",
    ...lines,
    "",
    `AUC on all rows          ${auc.toFixed(4)}`,
    `the same model, trained in one place: ${centralAuc.toFixed(4)}`,
    `${seconds.toFixed(2)} seconds with starting ${bankNames.length} processes`,
  ].join("\n");
}

function json({ rows, rounds: done, auc, centralAuc, seconds }: Outcome): Record<string, unknown> {
  return {
    rows: rows.labels.length,
    columns: rows.columns - 1,
    banks: bankNames.length,
    rounds: done.length,
    included: done.map(({ included }) => included.length),
    lost: done.flatMap(({ lost }) => lost.map(({ index }) => bankNames[index])),
    auc,
    centralAuc,
    matchesCentral: Math.abs(auc - centralAuc) <= 0.005,
    seconds,
  };
}

interface Arguments extends RowFiles {
  readonly dropout: boolean;
  readonly asJson: boolean;
}

function readArguments(): Arguments {
  try {
    const flag = { type: "boolean", default: false } as const;
    const text = { type: "string" } as const;
    const options = { guest: text, host: text, "no-dropout": flag, json: flag };
    const { values } = parseArgs({ options: { ...ownerReadingOptions(), ...options } });
    const { guest, host } = values;
    if ((guest === undefined) !== (host === undefined)) throw new Error("--guest and --host go together");
    const example = (name: string): string =>
      fileURLToPath(new URL(`../../../examples/data/${name}`, import.meta.url));
    return {
      guest: guest ?? example("german-credit-lender.csv"),
      host: host ?? example("german-credit-platform.csv"),
      guestReading: ownerReading(values, "guest"),
      hostReading: ownerReading(values, "host"),
      dropout: !values["no-dropout"],
      asJson: values.json,
    };
  } catch (thrown) {
    const reason = thrown instanceof Error ? thrown.message : "arguments that are not understood";
    throw new VeilshareError("INVALID_ARGUMENT", `${reason}; ${usage}`);
  }
}

try {
  const given = readArguments();
  const outcome = await run(given);
  process.stdout.write(given.asJson ? `${JSON.stringify(json(outcome))}\n` : `${text(outcome)}\n`);
  if (Math.abs(outcome.auc - outcome.centralAuc) > 0.005) process.exitCode = 1;
} catch (thrown) {
  exitWithError(thrown);
}
