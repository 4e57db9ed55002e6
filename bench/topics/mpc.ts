import { multiply } from "veilshare/ring";
import { runParties } from "../../examples/launcher/index.js";
import type { BenchContext } from "../context.js";
import { round, summarise, type Measurement, type Topic } from "../measurement.js";
import { compare } from "../micro.js";
import { runJiff } from "../mpc/jiff.js";
import { expectedSample, type MpcTask, type MpcTimes } from "../mpc/task.js";

/** Who takes part, and against whom it is secure: named beside every figure. */
interface Setting {
  readonly label: string;
  readonly scheme: MpcTask["scheme"];
  /** Processes, the dealer included. */
  readonly processes: number;
}

const settings: readonly Setting[] = [
  { label: "3 parties, replicated (semi-honest, 1 corrupted)", scheme: "replicated", processes: 3 },
  {
    label: "2 parties and a dealer (semi-honest, dealer colludes with none)",
    scheme: "dealer",
    processes: 3,
  },
  {
    label: "3 parties and a dealer (semi-honest, dealer colludes with none)",
    scheme: "dealer",
    processes: 4,
  },
];

interface Work {
  readonly operation: MpcTask["operation"];
  readonly unit: string;
  readonly size: Readonly<Record<MpcTask["scheme"], number>>;
}

const works: readonly Work[] = [
  { operation: "multiply", unit: "64-bit products", size: { replicated: 1_000_000, dealer: 300_000 } },
  { operation: "compare", unit: "32-bit comparisons", size: { replicated: 200_000, dealer: 100_000 } },
  {
    operation: "matrixProduct",
    unit: "products of 200 x 200 matrices",
    size: { replicated: 200, dealer: 200 },
  },
];

/**
 * Computing on shares: every party a process on this machine's cores, over encrypted WebSockets, wall time of the slowest.
 * With a dealer, correlated randomness is dealt while it is used; the dealer's CPU time is an entry of its own (offline).
 * The rival has three parties and its server as dealer, nothing encrypted. `local` is the ring's product beside a plain loop.
 */
export const mpcTopic: Topic = {
  name: "mpc",
  title: "Computing on shares, all parties on this machine",
  async run(context) {
    const results: Measurement[] = [];
    for (const work of works) {
      for (const setting of settings) results.push(...(await measureOurs(context, setting, work)));
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

async function measureOurs(
  context: BenchContext,
  { label, scheme, processes }: Setting,
  { operation, unit, size }: Work,
): Promise<Measurement[]> {
  context.note(`mpc ${operation}, ${label}`);
  const task: MpcTask = { scheme, operation, size: size[scheme], runs: context.quick ? 3 : 7 };
  const items = operation === "matrixProduct" ? 1 : task.size;
  const script = new URL("../mpc/party.js", import.meta.url);
  const parties = Array.from({ length: processes }, (_, i) => ({ name: `party-${i}`, task }));
  const all = (await runParties({ script, parties })) as unknown as MpcTimes[]; // party.ts is what ran
  const computing = all.filter(({ ms }) => ms.length > 0);
  const expected = expectedSample(task);
  for (const { sample } of computing) {
    if (String(sample) !== String(expected)) throw new Error(`bench: mpc ${operation}: a wrong result`);
  }
  const slowest = Array.from({ length: task.runs }, (_, i) =>
    Math.max(...computing.map(({ ms }) => ms[i] ?? 0)),
  );
  let [cpuSeconds, bytes] = [0, 0];
  for (const times of computing) {
    cpuSeconds += times.cpuSeconds;
    bytes += times.bytesSent;
  }
  const common = { items, unit, threads: processes, bytes: Math.round(bytes) };
  const name = `mpc.${operation} ${label} ${task.size.toLocaleString("en")}`;
  const rounds = computing[0]?.rounds ?? 0;
  const online = summarise({ ...common, name, rounds, cpuSeconds: round(cpuSeconds, 4) }, slowest);
  const dealer = all.find(({ ms }) => ms.length === 0);
  if (dealer === undefined) return [online];
  const offline = {
    ...common,
    name: `mpc.${operation} dealer's own work (offline), ${label} ${task.size.toLocaleString("en")}`,
    threads: 1,
    bytes: Math.round(dealer.bytesSent),
    cpuSeconds: round(dealer.cpuSeconds, 4),
  };
  return [online, summarise(offline, [dealer.cpuSeconds * 1000])];
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
