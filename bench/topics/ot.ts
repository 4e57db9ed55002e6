import { runParties } from "../../examples/launcher/index.js";
import { round, summarise, type Measurement, type Topic } from "../measurement.js";
import type { OtTask, OtTimes, OtWork } from "../ot/party.js";

interface Piece {
  readonly name: string;
  readonly unit: string;
  readonly items: number;
  readonly work: OtWork;
}

const drawn = (
  name: string,
  unit: string,
  items: number,
  wanted: Extract<OtWork, { kind: "draw" }>["wanted"],
): Piece => ({
  name,
  unit,
  items,
  work: { kind: "draw", wanted },
});

const rows = 2 ** 20;

/** Items are what both parties make together; rows are counted in each direction. */
const pieces: readonly Piece[] = [
  { name: "COT", unit: "rows", items: 2 * rows, work: { kind: "rows", length: rows } },
  drawn("scalar triples", "products", 40_000, { kind: "triple", length: 40_000 }),
  drawn("matrix times vector 1000 x 200", "products", 200_000, {
    kind: "matrixTriple",
    rows: 1000,
    inner: 200,
    columns: 1,
  }),
  drawn("matrix times matrix 50 x 100 x 50", "products", 250_000, {
    kind: "matrixTriple",
    rows: 50,
    inner: 100,
    columns: 50,
  }),
  drawn("bit triples", "ANDs", 64 * 20_000, { kind: "bitTriple", words: 20_000 }),
  drawn("shared bits", "bits", 500_000, { kind: "sharedBit", length: 500_000 }),
];

/** What stands beside each figure: who may deviate how. */
const securityClass = (checked: boolean): string =>
  checked ? "semi-honest, extension checked" : "semi-honest";

/**
 * Correlated randomness by oblivious transfer: two processes on this machine over an encrypted WebSocket, one thread each.
 * Each figure names its security class: products are semi-honest in any case; with the check, a party that deviates in the
 * extension is caught.
 */
export const otTopic: Topic = {
  name: "ot",
  title: "Oblivious transfer, two parties on this machine",
  async run(context) {
    const results: Measurement[] = [];
    const runs = Math.max(1, Math.min(5, Math.round(context.timeMs / 300)));
    for (const checked of [false, true]) {
      context.note(`oblivious transfer, ${securityClass(checked)}`);
      results.push(...(await measureAll(checked, runs)));
    }
    const perSecond = (name: string): number =>
      1e9 /
      (results.find((result) => result.name === `${name}, ${securityClass(false)}`)?.nsPerItem ?? Number.NaN);
    const ratios = {
      "ot-scalars/30k": round(perSecond("scalar triples") / 30_000, 3),
      "ot-vectors/200k": round(perSecond("matrix times vector 1000 x 200") / 200_000, 3),
      "ot-matrices/200k": round(perSecond("matrix times matrix 50 x 100 x 50") / 200_000, 3),
      "ot-cot/5M": round(perSecond("COT") / 5e6, 3),
    };
    return { results, ratios };
  },
};

async function measureAll(checked: boolean, runs: number): Promise<Measurement[]> {
  const task: OtTask = { work: pieces.map(({ work }) => work), checked, runs };
  const parties = ["first", "second"].map((name) => ({ name, task }));
  const script = new URL("../ot/party.js", import.meta.url);
  const times = await runParties({ script, parties });
  const [first, second] = times as unknown as [OtTimes[], OtTimes[]]; // party.ts is what ran, twice
  return pieces.map(({ name, unit, items }, i) => {
    const [own, other] = [first[i], second[i]];
    if (own === undefined || other === undefined) throw new Error("bench: a measurement is missing");
    const cpu = own.cpuSeconds.map((seconds, run) => seconds + (other.cpuSeconds[run] ?? 0));
    return summarise(
      {
        name: `${name}, ${securityClass(checked)}`,
        items,
        unit,
        threads: 2,
        cpuSeconds: round([...cpu].sort((a, b) => a - b)[Math.floor(cpu.length / 2)] ?? 0, 3),
        bytes: Math.round(own.bytesSent + other.bytesSent),
        rounds: Math.round(own.rounds),
      },
      own.ms.map((ms, run) => Math.max(ms, other.ms[run] ?? 0)),
    );
  });
}
