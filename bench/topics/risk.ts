import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { BenchContext } from "../context.js";
import { round, sum, summarise, type Measurement, type Topic } from "../measurement.js";
import type { RiskTask, RiskTimes } from "../risk/party.js";
import { linkLabel, runPartiesOver, slowLink, type LinkSpeed } from "../slow-link.js";

/** Two files of one set, and what logistic regression in the clear reaches on all rows of theirs. */
interface DataSet {
  readonly name: string;
  readonly lender: string;
  readonly platform: string;
  readonly rows: number;
  /** Where somebody else has trained on just these columns. */
  readonly auc?: { readonly of: number; readonly within: number };
  readonly ks?: { readonly of: number; readonly within: number };
}

const example = (name: string): string =>
  fileURLToPath(new URL(`../../../examples/data/${name}`, import.meta.url)); // this file runs from build/bench/topics/

/** Outside data, of which nothing is in the repository. */
const outside = (name: string): string =>
  join(resolve(process.env["VEILSHARE_DATA"] ?? "../shared/data"), "credit", name);

const german: DataSet = {
  name: "German credit",
  lender: example("german-credit-lender.csv"),
  platform: example("german-credit-platform.csv"),
  rows: 1000,
};

const creditDefault: DataSet = {
  name: "credit default",
  lender: outside("default_credit_hetero_guest.csv"),
  platform: outside("default_credit_hetero_host.csv"),
  rows: 30_000,
  auc: { of: 0.7242, within: 0.002 },
  ks: { of: 0.378, within: 0.005 },
};

const settings = [
  { computation: "replicated", label: "3 parties, replicated (semi-honest, 1 corrupted)" },
  { computation: "two-party", label: "2 parties, oblivious transfer (semi-honest, either corrupted)" },
] as const;

type Setting = (typeof settings)[number];

/**
 * The whole joint risk model, from two tables in memory to weights: intersection, correlated randomness and training, on all
 * rows; every party a process on this machine's cores, over encrypted WebSockets. Each run is made over this machine's
 * loopback and with a relay in each connection that delays by 50 ms each way and lets 100 Mbit/s through. A run whose
 * model is worse than what is stated for it fails.
 */
export const riskTopic: Topic = {
  name: "risk",
  title: "Joint risk model, all parties on this machine",
  async run(context) {
    const results: Measurement[] = [];
    for (const set of context.quick ? [german] : [german, creditDefault]) {
      if (!existsSync(set.lender) || !existsSync(set.platform)) {
        context.note(`SKIPPED ${set.name}: not found: ${set.lender}, ${set.platform}`);
        continue;
      }
      for (const setting of settings) {
        for (const speed of [undefined, slowLink])
          results.push(await measure(context, { set, setting, speed }));
      }
    }
    return { results, ratios: {} };
  },
};

interface Run {
  readonly set: DataSet;
  readonly setting: Setting;
  readonly speed: LinkSpeed | undefined;
}

async function measure(context: BenchContext, { set, setting, speed }: Run): Promise<Measurement> {
  const { computation, label } = setting;
  const where = linkLabel(speed);
  context.note(`joint risk model on ${set.name}, ${label}${where}`);
  const task = (role: RiskTask["role"], file: string): { name: string; task: RiskTask } => ({
    name: role,
    task: { role, file, computation },
  });
  const parties = [
    task("lender", set.lender),
    task("platform", set.platform),
    ...(computation === "replicated" ? [task("helper", "")] : []),
  ];
  const script = new URL("../risk/party.js", import.meta.url);
  const all = await runPartiesOver(speed, { script, parties, timeoutMs: 3_600_000 });
  const times = all as unknown as RiskTimes[]; // party.ts is what ran
  const { auc, ks } = checkedQuality(set, times);
  return summarise(
    {
      name: `joint risk model, ${set.name}, ${label}${where}, AUC ${auc.toFixed(4)} KS ${ks.toFixed(4)}`,
      items: set.rows,
      unit: "rows",
      threads: parties.length,
      cpuSeconds: round(sum(times.map(({ cpuSeconds }) => cpuSeconds)), 2),
      bytes: sum(times.map(({ bytesSent }) => bytesSent)),
      rounds: Math.max(...times.map(({ rounds }) => rounds)),
      peakMiB: Math.round(Math.max(...times.map(({ peakMiB }) => peakMiB))),
    },
    [Math.max(...times.map(({ ms }) => ms))],
  );
}

function checkedQuality(set: DataSet, times: readonly RiskTimes[]): NonNullable<RiskTimes["quality"]> {
  const quality = times.find((party) => party.quality !== null)?.quality;
  if (quality === undefined || quality === null) throw new Error(`bench: ${set.name}: no model`);
  const { aligned, auc, ks } = quality;
  if (aligned !== set.rows) throw new Error(`bench: ${set.name}: ${aligned} common rows`);
  if (set.auc !== undefined && Math.abs(auc - set.auc.of) > set.auc.within) {
    throw new Error(`bench: ${set.name}: AUC ${auc}`);
  }
  if (set.ks !== undefined && Math.abs(ks - set.ks.of) > set.ks.within) {
    throw new Error(`bench: ${set.name}: KS ${ks}`);
  }
  return quality;
}
