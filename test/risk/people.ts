import { Prg } from "../../dist/random/index.js";
import type { LenderInput, PlatformInput } from "../../dist/risk/index.js";

/** Invented people, the same for the same seed: a label that both owners' columns say something about. */
export function inventPeople(rows: number, seed = 1): { lender: LenderInput; platform: PlatformInput } {
  const prg = new Prg(new Uint8Array(32).fill(seed));
  const uniform = (): number => Number(prg.words(1)[0] ?? 0n) / 2 ** 64;
  const people = Array.from({ length: rows }, (_, i) => {
    const debt = uniform() - 0.5;
    const orders = uniform() - 0.5;
    return {
      id: `person-${String(i).padStart(5, "0")}`,
      debt,
      orders,
      age: uniform() < 0.1 ? NaN : 20 + Math.floor(50 * uniform()),
      visits: Math.floor(30 * uniform()),
      device: ["phone", "desktop", "tablet", null][Math.floor(4 * uniform())] ?? null,
      label: debt + orders + 0.5 * (uniform() - 0.5) > 0 ? 1 : 0,
    };
  });
  const shuffled = [...people].reverse();
  return {
    lender: {
      role: "lender",
      ids: people.map(({ id }) => id),
      labels: people.map(({ label }) => label),
      columns: [
        { kind: "numeric", name: "debt", values: people.map(({ debt }) => 1000 * debt) },
        { kind: "numeric", name: "age", values: people.map(({ age }) => age) },
        { kind: "numeric", name: "country", values: people.map(() => 49) },
      ],
    },
    platform: {
      role: "platform",
      ids: shuffled.map(({ id }) => id),
      columns: [
        { kind: "numeric", name: "orders", values: shuffled.map(({ orders }) => orders) },
        { kind: "numeric", name: "visits", values: shuffled.map(({ visits }) => visits) },
        { kind: "category", name: "device", values: shuffled.map(({ device }) => device) },
      ],
    },
  };
}

/** Some rows of an owner. */
export function pick<T extends LenderInput | PlatformInput>(input: T, wanted: (row: number) => boolean): T {
  const keep = <V>(values: ArrayLike<V>): V[] => Array.from(values).filter((_, row) => wanted(row));
  const columns = input.columns.map((column) =>
    column.kind === "numeric"
      ? { ...column, values: keep(column.values) }
      : { ...column, values: keep(column.values) },
  );
  const labels = input.role === "lender" ? { labels: keep(input.labels) } : {};
  return { ...input, ids: keep(input.ids), columns, ...labels };
}
