import { describe, expect, it } from "vitest";
import { decideDisclosure, mayShowPart } from "../../dist/scope3/figures/disclosure.js";

describe("decideDisclosure", () => {
  it.each<[string, number[], number, number, string]>([
    ["shows all when all have enough", [3, 4, 0], 5, 3, "R R -"],
    ["withholds a small cell and the smallest other", [2, 5, 4, 6], 8, 3, "s R c R"],
    ["takes the lowest category among equals", [4, 4, 1], 8, 3, "c R s"],
    ["withholds one more even where two are small already", [1, 2, 3, 3], 8, 3, "s s c R"],
    ["gives only the total where no cell has enough", [2, 1, 0], 3, 3, "s s -"],
    ["gives nothing where the total has too few", [2, 2, 0], 2, 3, "s s -"],
    ["respects a larger minimum", [4, 5, 6], 9, 5, "s c R"],
    ["has nothing to do where nobody reports", [0, 0, 0], 0, 3, "- - -"],
  ])("%s", (_, counts, overall, minimum, expected) => {
    const letters: Partial<Record<string, string>> = {
      revealed: "R",
      empty: "-",
      "withheld-small": "s",
      "withheld-complement": "c",
    };
    const decision = decideDisclosure(counts, overall, minimum);
    expect(decision.cells.map((status) => letters[status]).join(" ")).toBe(expected);
    expect(decision.overall).toBe(overall >= minimum);
  });
});

describe("mayShowPart", () => {
  it("wants enough contributors, or none, on both sides", () => {
    expect([mayShowPart(3, 3, 3), mayShowPart(0, 5, 3), mayShowPart(5, 0, 3)]).toEqual([true, true, true]);
    expect([mayShowPart(2, 5, 3), mayShowPart(5, 1, 3), mayShowPart(1, 0, 3)]).toEqual([false, false, false]);
  });
});

/** Exact linear algebra over fractions: does `target` lie in the span of `rows`? */
function inSpan(rows: readonly (readonly number[])[], target: readonly number[]): boolean {
  const rank = (matrix: readonly (readonly number[])[]): number => {
    const m = matrix.map((row) => row.map((x) => BigInt(x)));
    let r = 0;
    for (let column = 0; column < target.length; column++) {
      const pivot = m.findIndex((row, i) => i >= r && row[column] !== 0n);
      const pivotRow = m[pivot];
      if (pivotRow === undefined) continue;
      [m[r], m[pivot]] = [pivotRow, m[r] as bigint[]];
      for (let i = r + 1; i < m.length; i++) {
        const row = m[i] as bigint[];
        const factor = row[column] as bigint;
        if (factor === 0n) continue;
        m[i] = row.map((x, k) => x * (pivotRow[column] as bigint) - factor * (pivotRow[k] as bigint));
      }
      r += 1;
    }
    return r;
  };
  return rank(rows) === rank([...rows, target]);
}

/**
 * All that a coalition can solve for from the shown sums and its own amounts. The unknowns are one amount for every
 * party and category it is in; `members[c]` is a bit set of the parties in category c.
 */
function attack(members: readonly number[], parties: number, minimum: number, coalition: number): string[] {
  const unknowns = members.flatMap((set, cell) =>
    Array.from({ length: parties }, (_, party) => party)
      .filter((party) => (set >> party) & 1)
      .map((party) => ({ party, cell })),
  );
  const row = (wanted: (party: number, cell: number) => boolean): number[] =>
    unknowns.map(({ party, cell }) => (wanted(party, cell) ? 1 : 0));
  const counts = members.map((set) => set.toString(2).replaceAll("0", "").length);
  const everyone = members.reduce((union, set) => union | set, 0);
  const decision = decideDisclosure(counts, everyone.toString(2).replaceAll("0", "").length, minimum);
  const known = unknowns
    .filter(({ party }) => (coalition >> party) & 1)
    .map((own) => row((party, cell) => party === own.party && cell === own.cell));
  const shown = decision.cells.flatMap((status, c) =>
    status === "revealed" ? [row((_, cell) => cell === c)] : [],
  );
  if (decision.overall) shown.push(row(() => true));
  const rows = [...known, ...shown];
  const found: string[] = [];
  const outsiders = Array.from({ length: parties }, (_, party) => party).filter(
    (party) => !((coalition >> party) & 1),
  );
  for (const victim of outsiders) {
    if (!((everyone >> victim) & 1)) continue;
    if (
      inSpan(
        rows,
        row((party) => party === victim),
      )
    )
      found.push(`all of party ${victim}`);
    for (const [c, set] of members.entries()) {
      if (!((set >> victim) & 1)) continue;
      if (
        inSpan(
          rows,
          row((party, cell) => party === victim && cell === c),
        )
      )
        found.push(`party ${victim} in cell ${c}`);
    }
  }
  const complementExists = decision.cells.includes("withheld-complement");
  for (const [c, status] of decision.cells.entries()) {
    // A small cell whose contributors are all in the coalition is no secret to it.
    if (status !== "withheld-small" || !complementExists || ((members[c] ?? 0) & ~coalition) === 0) continue;
    if (
      inSpan(
        rows,
        row((_, cell) => cell === c),
      )
    )
      found.push(`total of small cell ${c}`);
  }
  return found;
}

function* structures(cells: number, parties: number): Generator<number[]> {
  const sets = 2 ** parties;
  for (let code = 0; code < sets ** cells; code++) {
    const members: number[] = [];
    for (let c = 0, rest = code; c < cells; c++, rest = Math.floor(rest / sets)) members.push(rest % sets);
    yield members;
  }
}

describe("a brute-force attacker with exact linear algebra", () => {
  it.each([
    [3, 3, 3],
    [2, 4, 3],
    [2, 4, 4],
    [3, 4, 3],
  ])(
    "of %i categories and %i parties, in every structure, finds no other's amount and no withheld cell (minimum %i)",
    (cells, parties, minimum) => {
      for (const members of structures(cells, parties)) {
        for (let coalition = 0; coalition < 2 ** parties; coalition++) {
          const size = coalition.toString(2).replaceAll("0", "").length;
          if (size > minimum - 2) continue;
          const found = attack(members, parties, minimum, coalition);
          if (found.length > 0)
            expect.fail(`members ${members.join(",")}, coalition ${coalition}: ${found.join("; ")}`);
        }
      }
    },
    60_000,
  );

  it("can find something: minimum - 1 parties that pool what they know get the last one of a cell", () => {
    expect(attack([0b111], 3, 3, 0b011)).toContain("party 2 in cell 0");
  });

  it("would find the small cell if nothing were withheld with it", () => {
    const rows = [
      [0, 0, 1, 1, 1],
      [1, 1, 1, 1, 1],
    ];
    expect(inSpan(rows, [1, 1, 0, 0, 0])).toBe(true);
    expect(inSpan([[1, 1, 1, 1, 1]], [1, 1, 0, 0, 0])).toBe(false);
  });
});
