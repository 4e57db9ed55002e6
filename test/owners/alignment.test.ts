import { expect, it } from "vitest";
import { simulate } from "../../dist/channel/index.js";
import { alignRows } from "../../dist/owners/alignment.js";
import { memoryStore } from "../../dist/store/index.js";

const ids = [
  ["B ", "a", "C"],
  ["c", "x", "b"],
];
const normalize = { trim: true, lowerCase: true } as const;

it("rows are aligned by normalized ids, in one order at both owners", async () => {
  const rows = await simulate(2, (party) => alignRows(party, ids[party.index] ?? [], { normalize }, 0));
  const keys = rows.map((found, i) => [...found].map((row) => ids[i]?.[row]?.trim().toLowerCase()));
  expect(keys).toEqual([
    ["b", "c"],
    ["b", "c"],
  ]);
});

it("own ids that normalization makes equal are refused", async () => {
  const twice = simulate(2, (party) =>
    alignRows(party, ["a", "A"], { normalize }, 0).then(() => party.index),
  );
  await expect(twice).rejects.toMatchObject({ code: "INVALID_DATA" });
});

it("an owner limits how short the other's list may be, and how much it may ask for in all, once for a run", async () => {
  const store = memoryStore({ nowMs: () => 0 });
  const long = Array.from({ length: 20 }, (_, i) => `id-${i}`);
  const peerBudget = { store, perWindow: 35, windowMs: 3_600_000 };
  const align = (asked: readonly string[], minimum: number): Promise<unknown> =>
    simulate(2, (party) =>
      party.index === 0
        ? alignRows(party, asked, {}, minimum)
        : alignRows(party, long, { minPeerItems: 10, peerBudget }, minimum),
    );
  await expect(align(long.slice(0, 9), 0)).rejects.toMatchObject({ code: "DISCLOSURE_REFUSED" });
  await align(long, 5);
  await align(long.slice(0, 15), 0);
  await expect(align(long.slice(0, 10), 5)).rejects.toMatchObject({ code: "BUDGET_SPENT" });
});
