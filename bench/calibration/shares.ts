/**
 * Figures of arithmetic on shares: how long three parties take to sort, and how far quotients, means and percentiles are off
 * over the whole range of what can be declared.
 */

import { simulate } from "veilshare";
import { compute, divide, mean, percentile, type Engine, type SecretMatrix } from "veilshare/mpc";
import { Prg } from "veilshare/random";
import { runParties } from "../../examples/launcher/index.js";
import { round, summarise, sum, type Measurement } from "../measurement.js";
import type { SortTimes } from "./sort-party.js";

const rows = 30_000;

/** What came of it: measurements, and figures by their names. */
export interface ShareFigures {
  readonly results: readonly Measurement[];
  readonly figures: Readonly<Record<string, number>>;
}

/** Sorts 30,000 rows of 31 bits in three processes over encrypted WebSockets, and sweeps 120 declarations. */
export async function shareFigures(options: { readonly quick?: boolean } = {}): Promise<ShareFigures> {
  const sort = await sortTimes(options.quick === true ? 1 : 3);
  const worst = await worstUnits(options.quick === true ? 30 : 120);
  return {
    results: [sort],
    figures: { sortSecondsThree: round(sort.medianMs / 1000, 3), divideWorstUnits: round(worst, 4) },
  };
}

async function sortTimes(runs: number): Promise<Measurement> {
  const script = new URL("sort-party.js", import.meta.url);
  const parties = ["a", "b", "c"].map((name) => ({ name, task: { rows, runs } }));
  const times = (await runParties({ script, parties })) as SortTimes[]; // what sort-party.ts returns
  if (!times.every(({ ordered }) => ordered)) throw new Error("the rows are not in order");
  const slowest = Array.from({ length: runs }, (_, i) => Math.max(...times.map(({ ms }) => ms[i] ?? NaN)));
  const name = "three parties sort rows by a secret key of 31 bits";
  const bytes = sum(times.map(({ bytesSent }) => bytesSent));
  return summarise({ name, items: rows, unit: "rows", threads: 3, bytes }, slowest);
}

/** A case of the sweep: values on the grid of their fractional bits. */
interface Case {
  readonly bits: number;
  readonly bound: number;
  readonly least: number;
  readonly numerators: readonly number[];
  readonly divisors: readonly number[];
  readonly where: number;
}

const length = 40;

function caseOf(number: number): Case {
  const prg = new Prg(new Uint8Array(32).fill(number));
  const real = (): number => Number((prg.words(1)[0] ?? 0n) >> 11n) * 2 ** -53;
  const integer = (from: number, to: number): number => from + Math.floor(real() * (to - from + 1));
  const bits = integer(2, 28);
  const bound = 2 ** integer(-bits + 2, 54 - bits);
  const unit = 2 ** -bits;
  const least = Math.max(unit, bound * 2 ** -integer(0, 40));
  const sized = (from: number): number =>
    Math.min(bound, Math.max(unit, Math.round((from * (bound / from) ** real()) / unit) * unit, from));
  const divisors = Array.from({ length }, () => sized(least));
  const numerators = Array.from({ length }, () => sized(unit) * (real() < 0.3 ? -1 : 1));
  return { bits, bound, least, numerators, divisors, where: real() };
}

/** The largest error over max(2 units, 2^-20 of the result); refusals are none. */
async function worstUnits(cases: number): Promise<number> {
  let worst = 0;
  for (let number = 0; number < cases; number++) {
    const one = caseOf(number);
    const quotients = one.numerators.map((a, i) => a / (one.divisors[i] ?? NaN));
    const atMost = 1.01 * Math.max(...quotients.map(Math.abs));
    worst = Math.max(
      worst,
      await off(one, quotients, (engine, a, b) => divide(engine, a, b, { least: one.least, atMost })),
      await off(one, [meanOf(one)], (engine, a) => mean(engine, a)),
      await off(one, [percentileOf(one)], (engine, a) => percentile(engine, a, one.where)),
    );
  }
  return worst;
}

/** Exact in integers: values are on a grid. */
function meanOf({ numerators, bits }: Case): number {
  const units = numerators.reduce((total, value) => total + BigInt(Math.round(value * 2 ** bits)), 0n);
  return (Number(units) * 2 ** -bits) / length;
}

function percentileOf({ numerators, where }: Case): number {
  const sorted = [...numerators].sort((a, b) => a - b);
  const position = (length - 1) * where;
  const below = Math.floor(position);
  const [low = NaN, high = low] = sorted.slice(below, below + 2);
  return low + (high - low) * (position - below);
}

async function off(
  { bits, bound, numerators, divisors }: Case,
  expected: readonly number[],
  operation: (engine: Engine, a: SecretMatrix, b: SecretMatrix) => Promise<SecretMatrix>,
): Promise<number> {
  const shape = { rows: length, bound, fractionalBits: bits };
  const [values] = await simulate(3, (party) =>
    compute(party, { computation: "replicated" }, async (engine) => {
      const own = (owner: number, list: readonly number[]): Promise<SecretMatrix> =>
        engine.input({ ...shape, owner, ...(party.index === owner ? { values: list } : {}) });
      const [a, b] = await Promise.all([own(0, numerators), own(1, divisors)]);
      try {
        return [...(await engine.reveal(await operation(engine, a, b)))];
      } catch (error) {
        if ((error as { code?: string }).code === "BOUND_EXCEEDED") return []; // nothing was computed
        throw error;
      }
    }),
  );
  const allowed = (want: number): number => Math.max(2 * 2 ** -bits, Math.abs(want) * 2 ** -20);
  return Math.max(
    0,
    ...(values ?? []).map((got, i) => Math.abs(got - (expected[i] ?? NaN)) / allowed(expected[i] ?? NaN)),
  );
}
