/** Invented borrowers of the topic `calibration`, the same at all parties for the same case. */

import type { LenderInput, PlatformInput } from "veilshare/risk";

/** What is invented. */

export type CalibrationCase =
  | {
      /** Three normal columns at each owner; log-odds of the sum of the j-th ones by j, and of `odds`. */
      readonly kind: "rate";
      readonly odds: number;
      readonly rows: number;
      readonly seed: number;
    }
  | {
      /** One column of each owner goes with one of the other's; what matters is their difference. */
      readonly kind: "correlated";
      readonly correlation: number;
      readonly rows: number;
      readonly seed: number;
    };

/** Rows that are trained on, and as many for measuring. */
export interface InventedOwners {
  readonly training: { readonly lender: LenderInput; readonly platform: PlatformInput };
  readonly test: { readonly lender: LenderInput; readonly platform: PlatformInput };
}

/** Invents both halves. */
export function inventOwners(of: CalibrationCase): InventedOwners {
  const random = mulberry(of.seed);
  const normal = (): number => Math.sqrt(-2 * Math.log(random() + 1e-300)) * Math.cos(2 * Math.PI * random());
  const fresh = (): Float64Array => Float64Array.from({ length: of.rows }, normal);
  const { lender, platform, logits } =
    of.kind === "rate" ? rateColumns(of.odds, fresh) : correlated(of, fresh, normal);
  const labels = Uint8Array.from(logits, (logit) => (random() < 1 / (1 + Math.exp(-logit)) ? 1 : 0));
  const half = of.rows / 2;
  const cut = (from: number, to: number): InventedOwners["training"] => ({
    lender: {
      role: "lender",
      ids: idsOf(from, to),
      labels: labels.slice(from, to),
      columns: named("l", lender, from, to),
    },
    platform: { role: "platform", ids: idsOf(from, to), columns: named("p", platform, from, to) },
  });
  return { training: cut(0, half), test: cut(half, of.rows) };
}

interface Columns {
  readonly lender: readonly Float64Array[];
  readonly platform: readonly Float64Array[];
  readonly logits: Float64Array;
}

function rateColumns(odds: number, fresh: () => Float64Array): Columns {
  const lender = [fresh(), fresh(), fresh()];
  const platform = [fresh(), fresh(), fresh()];
  const logits = new Float64Array(lender[0]?.length ?? 0).fill(Math.log(odds));
  for (const columns of [lender, platform]) {
    for (const [j, column] of columns.entries()) {
      for (const [i, x] of column.entries()) logits[i] = (logits[i] ?? NaN) + x / (j + 1);
    }
  }
  return { lender, platform, logits };
}

function correlated(
  { correlation }: { readonly correlation: number },
  fresh: () => Float64Array,
  normal: () => number,
): Columns {
  const a = fresh();
  const b = a.map((x) => correlation * x + Math.sqrt(1 - correlation ** 2) * normal());
  const c = fresh();
  const logits = a.map(
    (x, i) => ((b[i] ?? NaN) - x) / Math.sqrt(2 - 2 * correlation) + 0.5 * (c[i] ?? NaN) - 1.3,
  );
  return { lender: [a, c], platform: [b], logits };
}

function idsOf(from: number, to: number): string[] {
  return Array.from({ length: to - from }, (_, i) => `id${String(from + i).padStart(7, "0")}`);
}

function named(
  prefix: string,
  columns: readonly Float64Array[],
  from: number,
  to: number,
): LenderInput["columns"] {
  return columns.map((column, j) => ({
    kind: "numeric",
    name: `${prefix}${j}`,
    values: column.slice(from, to),
  }));
}

/** Numbers from 0 up to 1 from a seed; not for secrets. */
function mulberry(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
