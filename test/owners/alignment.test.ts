import { expect, it } from "vitest";
import { simulate } from "../../dist/channel/index.js";
import { alignRows } from "../../dist/owners/alignment.js";

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
