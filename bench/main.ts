/**
 * npm run bench -- [TOPIC...] [--json] [--time MS] [--large | --quick] [--repeats N] [--readme]
 *
 * Measures the topics that are named, or all. With --json, standard output is one JSON object with `machine`, `results`,
 * `ratios` and `figures`; without, Markdown tables. Progress goes to standard error. --large adds what takes many
 * minutes, --quick leaves out what takes more than one, --repeats says how often what takes long is repeated (calibration: 3). --readme writes the table of docs/psi-performance.md where the topic
 * psi is measured, and the README's where more is.
 */

import { parseArgs } from "node:util";
import { createContext } from "./context.js";
import { describeMachine } from "./machine.js";
import type { Measurement, Topic } from "./measurement.js";
import { writePsiPage } from "./psi/table.js";
import { writeReadme } from "./readme.js";
import { machineLine, topicTables } from "./report.js";
import { aggregationResilientTopic } from "./topics/aggregation-resilient.js";
import { calibrationTopic } from "./topics/calibration.js";
import { channelTopic } from "./topics/channel.js";
import { groupTopic } from "./topics/group.js";
import { heTopic } from "./topics/he.js";
import { lookupTopic } from "./topics/lookup.js";
import { mpcTopic } from "./topics/mpc.js";
import { otTopic } from "./topics/ot.js";
import { poolTopic } from "./topics/pool.js";
import { prio3Topic } from "./topics/prio3.js";
import { psiTopic } from "./topics/psi.js";
import { randomTopic } from "./topics/random.js";
import { riskTopic } from "./topics/risk.js";
import { ringTopic } from "./topics/ring.js";
import { sharingTopic } from "./topics/sharing.js";
import { storeTopic } from "./topics/store.js";
import { timingTopic } from "./topics/timing.js";

const topics: readonly Topic[] = [
  randomTopic,
  ringTopic,
  sharingTopic,
  groupTopic,
  heTopic,
  poolTopic,
  otTopic,
  channelTopic,
  psiTopic,
  lookupTopic,
  mpcTopic,
  riskTopic,
  calibrationTopic,
  prio3Topic,
  aggregationResilientTopic,
  storeTopic,
  timingTopic,
];

const defaultTimeMs = 1000;

interface Settings {
  readonly chosen: readonly Topic[];
  readonly json: boolean;
  readonly readme: boolean;
  readonly timeMs: number;
  readonly large: boolean;
  readonly quick: boolean;
  readonly repeats: number | undefined;
}

function readSettings(): Settings {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      json: { type: "boolean", default: false },
      time: { type: "string" },
      repeats: { type: "string" },
      large: { type: "boolean", default: false },
      quick: { type: "boolean", default: false },
      readme: { type: "boolean", default: false },
    },
  });
  const unknown = positionals.filter((name) => !topics.some((topic) => topic.name === name));
  const timeMs = Number(values.time ?? defaultTimeMs);
  const repeats = values.repeats === undefined ? undefined : Number(values.repeats);
  const repeatsFit = repeats === undefined || (Number.isInteger(repeats) && repeats >= 1);
  if (unknown.length > 0 || !(timeMs > 0) || !repeatsFit) {
    const names = topics.map((topic) => topic.name).join(", ");
    throw new Error(
      `usage: npm run bench -- [TOPIC...] [--json] [--time MS] [--large | --quick] [--repeats N] [--readme]; topics: ${names}`,
    );
  }
  const chosen =
    positionals.length === 0 ? topics : topics.filter((topic) => positionals.includes(topic.name));
  const { json, large, quick, readme } = values;
  return { chosen, json, timeMs, large, quick, repeats, readme };
}

async function main({ chosen, json, readme, ...settings }: Settings): Promise<void> {
  const machine = describeMachine();
  const context = createContext(settings);
  const results: (Measurement & { readonly topic: string })[] = [];
  let ratios: Record<string, number> = {};
  let figures: Record<string, number> = {};
  if (!json) process.stdout.write(`${machineLine(machine)}\n`);
  for (const topic of chosen) {
    const result = await topic.run(context);
    results.push(...result.results.map((measurement) => ({ topic: topic.name, ...measurement })));
    ratios = { ...ratios, ...result.ratios };
    figures = { ...figures, ...result.figures };
    if (!json) process.stdout.write(`\n${topicTables(topic, result)}\n`);
  }
  if (readme) {
    const command = ["npm run bench --", ...process.argv.slice(2)].join(" ");
    if (chosen.includes(psiTopic)) writePsiPage({ machine, command, results });
    if (chosen.some((topic) => topic !== psiTopic)) writeReadme({ machine, command, results });
  }
  if (json) process.stdout.write(`${JSON.stringify({ machine, results, ratios, figures })}\n`);
}

try {
  await main(readSettings());
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 2;
}
