/** What a party has in the groups, for its guard: enough to tell whether its rows are those of an earlier run. */

import type { OwnTable } from "../disclosure/query-ledger.js";
import { scaleValue, type ScaledMeasure } from "./measure.js";

/** Measures and groups of a run. */
export interface TableShape {
  readonly groups: readonly string[];
  readonly value: ScaledMeasure;
  readonly weight: ScaledMeasure | undefined;
}

/** Rows, their sum and their sum of squares by group; with weights, those of the weights too. */
export function ownTable(
  rows: readonly { readonly group?: string; readonly value: number; readonly weight?: number }[],
  { groups, value, weight }: TableShape,
): OwnTable {
  const cells = new Map(groups.map((group) => [group, [0n, 0n, 0n]]));
  const whole = [0n, 0n, 0n];
  const weights = new Map<string, bigint[]>();
  for (const row of rows) {
    const group = row.group ?? "";
    const scaled = scaleValue("sumStatistics", "value", row.value, value);
    for (const sums of [whole, cells.get(group) ?? []]) addTo(sums, scaled, scaled);
    if (weight === undefined) continue;
    const key = `weights of ${group}`;
    const sums = weights.get(key) ?? [0n, 0n, 0n];
    addTo(sums, scaleValue("sumStatistics", "weight", row.weight ?? Number.NaN, weight), scaled);
    weights.set(key, sums);
  }
  return { cells: new Map([...cells, ...weights]), whole, isWhole: groups.length === 1 && groups[0] === "" };
}

function addTo(sums: bigint[], amount: bigint, factor: bigint): void {
  sums[0] = (sums[0] ?? 0n) + 1n;
  sums[1] = (sums[1] ?? 0n) + amount;
  sums[2] = (sums[2] ?? 0n) + amount * factor;
}
