import { multiply } from "veilshare/ring";
import type { BenchContext } from "../context.js";
import { round, sum, summarise, type Measurement, type Topic } from "../measurement.js";
import { compare } from "../micro.js";
import { runJiff } from "../mpc/jiff.js";
import { expectedSample, type MpcComputation, type MpcTask, type MpcTimes } from "../mpc/task.js";
import { linkLabel, runPartiesOver, slowLink, type LinkSpeed } from "../slow-link.js";

/** Who takes part, and against whom it is secure: named beside every figure. */
interface Setting {
  readonly label: string;
  readonly computation: MpcComputation;
  /** Processes, the dealer included. */
  readonly processes: number;
}

const replicated: Setting = {
  label: "3 parties, replicated (semi-honest, 1 corrupted)",
  computation: "replicated",
  processes: 3,
};

const obliviousTransfer: readonly Setting[] = [
  {
    label: "2 parties, oblivious transfer on the fly (semi-honest, either corrupted)",
    computation: "two-party",
    processes: 2,
  },
  {
    label: "2 parties, oblivious transfer ahead of time (semi-honest, either corrupted)",
    computation: "two-party-preprocessed",
    processes: 2,
  },
];

const dealt: readonly Setting[] = [
  {
    label: "2 parties and a dealer (semi-honest, dealer colludes with none)",
    computation: "dealer",
    processes: 3,
  },
  {
    label: "3 parties and a dealer (semi-honest, dealer colludes with none)",
    computation: "dealer",
    processes: 4,
  },
];

const settings: readonly Setting[] = [replicated, ...dealt, ...obliviousTransfer];
/** Without a trusted dealer: what is run over slow links too. */
const undealt: readonly Setting[] = [replicated, ...obliviousTransfer];

interface Work {
  readonly operation: MpcTask["operation"];
  readonly unit: string;
  readonly size: Readonly<Record<MpcComputation, number>>;
}

const products: Work = {
  operation: "multiply",
  unit: "64-bit products",
  size: { replicated: 1_000_000, dealer: 300_000, "two-party": 20_000, "two-party-preprocessed": 20_000 },
};
const comparisons: Work = {
  operation: "compare",
  unit: "32-bit comparisons",
  size: { replicated: 200_000, dealer: 100_000, "two-party": 10_000, "two-party-preprocessed": 10_000 },
};

/** Matrix triples are not kept ahead of time: what is left to measure of them is on the fly. */
const matrixProducts: Work = {
  operation: "matrixProduct",
  unit: "products of square matrices",
  size: { replicated: 200, dealer: 200, "two-party": 50, "two-party-preprocessed": 0 },
};

const works: readonly Work[] = [products, comparisons, matrixProducts];

/**
 * Computing on shares: every party a process on this machine's cores, over encrypted WebSockets, wall time of the slowest.
 * With a dealer, correlated randomness is dealt while it is used; the dealer's CPU time is an entry of its own (offline).
 * Two parties make it on the fly, or ahead of time into a file: then both are entries. All but the dealer's again with a
 * relay in each connection that delays everything by 50 ms each way and lets 100 Mbit/s through. The rival has three
 * parties and its server as dealer, nothing encrypted. `local` is the ring's product beside a plain loop.
 */
export const mpcTopic: Topic = {
  name: "mpc",
  title: "Computing on shares, all parties on this machine",
  async run(context) {
    const results: Measurement[] = [];
    for (const work of works) {
      for (const setting of settings) {
        if (work.size[setting.computation] > 0)
          results.push(...(await measureOurs(context, { setting, work })));
      }
    }
    for (const work of [products, comparisons]) {
      for (const setting of undealt)
        results.push(...(await measureOurs(context, { setting, work, speed: slowLink })));
    }
    const rivals = await measureRivals(context);
    results.push(...rivals);
    const time = (name: string): number =>
      results.find((r) => r.name.startsWith(name))?.nsPerItem ?? Number.NaN;
    const local = await measureLocal(context);
    const times = (rival: string, ours: string): number => round(time(rival) / time(ours), 1);
    return {
      results: [...results, ...local.results],
      ratios: {
        "multiply/jiff": times("jiff-mpc multiply", "mpc.multiply 3 parties, replicated"),
        "multiply-dealer/jiff": times("jiff-mpc multiply", "mpc.multiply 3 parties and a dealer"),
        "compare/jiff": times("jiff-mpc compare", "mpc.compare 3 parties, replicated"),
        "compare-dealer/jiff": times("jiff-mpc compare", "mpc.compare 3 parties and a dealer"),
        "local/loop": local.ratio,
      },
    };
  },
};

/** One piece of work in one setting, over links that may be slow. */
interface Case {
  readonly setting: Setting;
  readonly work: Work;
  readonly speed?: LinkSpeed;
}

async function measureOurs(context: BenchContext, one: Case): Promise<Measurement[]> {
  const { label, computation, processes } = one.setting;
  const { operation, unit, size } = one.work;
  const where = `${label}${linkLabel(one.speed)}`;
  context.note(`mpc ${operation}, ${where}`);
  const runs = context.quick || one.speed !== undefined ? 3 : 7;
  const task: MpcTask = { computation, operation, size: size[computation], runs };
  const all = await runTask(task, processes, one.speed);
  const computing = all.filter(({ ms }) => ms.length > 0);
  const expected = expectedSample(task);
  for (const { sample } of computing) {
    if (String(sample) !== String(expected)) throw new Error(`bench: mpc ${operation}: a wrong result`);
  }
  const slowest = Array.from({ length: runs }, (_, i) => Math.max(...computing.map(({ ms }) => ms[i] ?? 0)));
  const items = operation === "matrixProduct" ? 1 : task.size;
  const common = { items, unit, threads: processes };
  const what = `${where} ${task.size.toLocaleString("en")}`;
  const online = summarise(
    {
      ...common,
      name: `mpc.${operation} ${what}`,
      rounds: computing[0]?.rounds ?? 0,
      bytes: Math.round(sum(computing.map(({ bytesSent }) => bytesSent))),
      cpuSeconds: round(sum(computing.map(({ cpuSeconds }) => cpuSeconds)), 4),
    },
    slowest,
  );
  const dealer = all.find(({ ms }) => ms.length === 0);
  const ahead = computing.flatMap(({ offline }) => (offline === undefined ? [] : [offline]));
  const offline: Measurement[] = [];
  if (dealer !== undefined) {
    const name = `mpc.${operation} dealer's own work (offline), ${what}`;
    const { bytesSent, cpuSeconds } = dealer;
    const work = {
      ...common,
      name,
      threads: 1,
      bytes: Math.round(bytesSent),
      cpuSeconds: round(cpuSeconds, 4),
    };
    offline.push(summarise(work, [cpuSeconds * 1000]));
  }
  if (ahead.length > 0) {
    const name = `mpc.${operation} making the preprocessed file (offline), ${what}`;
    const bytes = Math.round(sum(ahead.map(({ bytesSent }) => bytesSent)));
    const cpuSeconds = round(sum(ahead.map((party) => party.cpuSeconds)), 4);
    offline.push(summarise({ ...common, name, bytes, cpuSeconds }, [Math.max(...ahead.map(({ ms }) => ms))]));
  }
  return [online, ...offline];
}

async function runTask(task: MpcTask, processes: number, speed: LinkSpeed | undefined): Promise<MpcTimes[]> {
  const script = new URL("../mpc/party.js", import.meta.url);
  const parties = Array.from({ length: processes }, (_, i) => ({ name: `party-${i}`, task }));
  return (await runPartiesOver(speed, { script, parties })) as unknown as MpcTimes[]; // party.ts is what ran
}

async function measureRivals(context: BenchContext): Promise<Measurement[]> {
  const measured: Measurement[] = [];
  for (const { operation, operations } of [
    { operation: "multiply", operations: 1000 },
    { operation: "compare", operations: 5 },
  ] as const) {
    context.note(`jiff-mpc ${operation}`);
    const { ms, cpuSeconds } = await runJiff(context, { parties: 3, operation, operations });
    const unit = operation === "multiply" ? "24-bit products" : "24-bit comparisons";
    const name = `jiff-mpc ${operation} 3 parties and its server, nothing encrypted (semi-honest) ${operations}`;
    measured.push(
      summarise({ name, items: operations, unit, threads: 4, cpuSeconds: round(cpuSeconds, 3) }, [ms]),
    );
  }
  return measured;
}

const localLength = 1_000_000;

async function measureLocal(context: BenchContext) {
  const prg = context.input("mpc");
  const [a, b] = [prg.words(localLength), prg.words(localLength)];
  const { results } = await compare(context, [
    {
      unit: "64-bit products",
      ours: { name: "ring.multiply", items: localLength, run: () => multiply(a, b) },
      rivals: [{ name: "plain BigUint64Array loop", items: localLength, run: () => plainProduct(a, b) }],
    },
  ]);
  const [ours, loop] = results;
  return { results, ratio: round((loop?.nsPerItem ?? Number.NaN) / (ours?.nsPerItem ?? Number.NaN), 3) };
}

function plainProduct(a: BigUint64Array, b: BigUint64Array): BigUint64Array {
  const result = new BigUint64Array(a.length);
  for (let i = 0; i < a.length; i++) result[i] = BigInt.asUintN(64, (a[i] as bigint) * (b[i] as bigint)); // i < both
  return result;
}
