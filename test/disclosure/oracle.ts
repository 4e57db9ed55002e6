/** What can be computed from released totals, by somebody who knows all contributions: written apart from the package. */

const prime = 2n ** 61n - 1n;

/** Rank modulo a large prime. */
export function rank(rows: readonly (readonly bigint[])[]): number {
  const left = rows.map((row) => [...row]);
  let found = 0;
  const columns = left[0]?.length ?? 0;
  for (let column = 0; column < columns; column++) {
    const at = left.findIndex((row, i) => i >= found && (row[column] ?? 0n) % prime !== 0n);
    const pivot = left[at];
    if (pivot === undefined) continue;
    left.splice(at, 1);
    left.splice(found, 0, pivot);
    for (let i = found + 1; i < left.length; i++) {
      const row = left[i] ?? [];
      const [a, b] = [pivot[column] ?? 0n, row[column] ?? 0n];
      left[i] = row.map((value, j) => (((value * a - (pivot[j] ?? 0n) * b) % prime) + prime) % prime);
    }
    found++;
  }
  return found;
}

/** One value of one party. */
export interface Contribution {
  readonly party: string;
  /** The same for the same value, another for another one. */
  readonly id: string;
}

/** Every set of fewer than `fewest` parties: do the totals lose rank without them? Then a combination has only them. */
export function someCombinationIsSmall(
  totals: readonly (readonly Contribution[])[],
  fewest: number,
): boolean {
  const all = new Map(totals.flat().map((one) => [one.id, one.party]));
  const ids = [...all.keys()];
  const rows = totals.map((total) => {
    const inside = new Set(total.map(({ id }) => id));
    return ids.map((id) => (inside.has(id) ? 1n : 0n));
  });
  const parties = [...new Set(all.values())];
  const whole = rank(rows);
  for (let set = 1; set < 2 ** parties.length; set++) {
    const without = new Set(parties.filter((_, i) => (set & (1 << i)) !== 0));
    if (without.size >= fewest) continue;
    const outside = rows.map((row) => row.filter((_, i) => !without.has(all.get(ids[i] ?? "") ?? "")));
    if (rank(outside) < whole) return true;
  }
  return false;
}
