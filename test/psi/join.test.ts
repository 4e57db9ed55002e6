import fc from "fast-check";
import { expect, describe, it } from "vitest";
import { simulate } from "../../dist/channel/index.js";
import {
  join,
  type Join,
  type JoinOptions,
  type JoinRow,
  type NoJoin,
  type PsiItems,
} from "../../dist/psi/index.js";
import { normalizeCompanyName, normalizeCreditCode } from "../../dist/normalizers/index.js";
import { parseTable, textColumn } from "../../dist/table/index.js";
import { describeWithData, readData } from "../support/data.js";

async function joined(
  lists: readonly [PsiItems<JoinRow>, PsiItems<JoinRow>],
  first: JoinOptions,
  second: JoinOptions = first,
): Promise<[Join | NoJoin, Join | NoJoin]> {
  const [atFirst, atSecond] = await simulate(2, (party) =>
    party.index === 0 ? join(party, lists[0], first) : join(party, lists[1], second),
  );
  if (atFirst === undefined || atSecond === undefined) throw new Error("expected two results");
  return [atFirst, atSecond];
}

function known(result: Join | NoJoin): Join {
  if (!result.revealed) throw new Error("expected a party that learned the matches");
  return result;
}

interface Plain {
  readonly match: readonly string[];
  readonly kind: readonly number[];
}

/** The oracle: a text for each own row that says by what it matched, "" for nothing. */
function plainJoin(own: readonly JoinRow[], other: readonly JoinRow[], both: boolean, kinds: number): Plain {
  const match = own.map(() => "");
  const kind = own.map(() => -1);
  const spentOther = other.map(() => false);
  for (let k = 0; k < kinds; k++) {
    const text = (row: JoinRow): string => {
      const key = row[k] ?? "";
      const missing = key === "" || (Array.isArray(key) && key.includes(""));
      return missing ? "" : `${k}:${String(key)}`;
    };
    const there = new Set(other.filter((_, i) => !(both && spentOther[i] === true)).map(text));
    // A row there is spent when a row here, still in play, has its key.
    const here = new Set(own.filter((_, i) => match[i] === "").map(text));
    for (const [i, row] of own.entries()) {
      if (match[i] !== "" || text(row) === "" || !there.has(text(row))) continue;
      match[i] = text(row);
      kind[i] = k;
    }
    for (const [i, row] of other.entries()) if (text(row) !== "" && here.has(text(row))) spentOther[i] = true;
  }
  return { match, kind };
}

const key = fc.constantFrom("a", "b", "c", "", null, undefined);
const table = fc.array(fc.tuple(key, key, key), { maxLength: 7 });

describe("join", () => {
  it("finds what a plain join finds, for any tables, and both number matches alike", async () => {
    await fc.assert(
      fc.asyncProperty(table, table, fc.boolean(), async (a, b, both) => {
        const options = { keys: ["x", "y", "z"], workers: 0, type: "left" } as const;
        const results = await joined([a, b], { ...options, reveal: both ? "both" : "receiver" });
        const matched = new Map<number, string>();
        for (const [me, own, other] of [
          [0, a, b],
          [1, b, a],
        ] as const) {
          const result = results[me];
          expect(result.revealed).toBe(both || me === 0);
          if (!result.revealed) continue;
          const plain = plainJoin(own, other, both, 3);
          expect([...result.rows]).toEqual([...own.keys()]);
          expect([...result.kinds]).toEqual(plain.kind);
          for (const [row, match] of result.matches.entries()) {
            expect(match === -1).toBe(plain.match[row] === "");
            if (match === -1) continue;
            // One number stands for one key, at this party and at the other.
            expect(matched.get(match) ?? plain.match[row]).toBe(plain.match[row]);
            matched.set(match, plain.match[row] ?? "");
          }
        }
        expect(new Set(matched.values()).size).toBe(matched.size);
        expect([...matched.keys()].sort()).toEqual([...matched.keys()].sort().map((_, i) => i));
      }),
      { numRuns: 60 },
    );
  });

  const suppliers: readonly JoinRow[] = [
    ["91350100M000100Y43", ["acme", "fuzhou"]],
    [null, ["umbrella", "wuhan"]],
    [null, ["initech", "austin"]],
    ["91350100M000100Y43", ["acme branch", "xiamen"]],
  ];
  const customers: readonly JoinRow[] = [
    [null, ["umbrella", "wuhan"]],
    ["91350100M000100Y43", ["acme ltd", "fuzhou"]],
  ];
  const keys = ["credit code", "name and city"];

  it("prefers the better key, and lists own rows with match and kind", async () => {
    const [first, second] = (await joined([suppliers, customers], { keys, reveal: "both" })).map(known);
    expect(first).toEqual({
      revealed: true,
      ownRows: 4,
      ownKeys: [1, 2],
      peerKeys: [1, 1],
      rows: Uint32Array.of(0, 1, 3),
      matches: Int32Array.of(0, 1, 0),
      kinds: Int8Array.of(0, 1, 0),
      matchesByKind: [1, 1],
    });
    expect(second).toMatchObject({ rows: Uint32Array.of(0, 1), matches: Int32Array.of(1, 0) });
  });

  it("tells the sender the numbers of keys, which do not depend on what matched", async () => {
    const [, sender] = await joined([suppliers, customers], { keys });
    expect(sender).toEqual({ revealed: false, ownRows: 2, ownKeys: [1, 2], peerKeys: [1, 4] });
  });

  it("keeps all own rows in a left join, and the first of equal keys on request", async () => {
    const left = { keys, reveal: "both", type: "left", duplicates: "first" } as const;
    const [first] = await joined([suppliers, customers], left, { keys, reveal: "both" });
    expect(first).toMatchObject({
      rows: Uint32Array.of(0, 1, 2, 3),
      matches: Int32Array.of(0, 1, -1, -1),
      kinds: Int8Array.of(0, 1, -1, -1),
    });
  });

  it("joins a row by a worse key where the better one finds nothing", async () => {
    const a: JoinRow[] = [["wrong number", ["acme", "fuzhou"]]];
    const b: JoinRow[] = [["91350100M000100Y43", ["acme", "fuzhou"]]];
    expect(known((await joined([a, b], { keys }))[0])).toMatchObject({ kinds: Int8Array.of(1) });
  });

  it("does not match keys of one kind with keys of another", async () => {
    const result = known((await joined([[["x", null]], [[null, "x"]]], { keys, type: "left" }))[0]);
    expect([...result.matches]).toEqual([-1]);
  });

  it("reads a stream, normalized by whoever makes it", async () => {
    function* normalizedRows(rows: readonly (readonly [string, string])[]): Generator<JoinRow> {
      for (const [code, name] of rows) yield [normalizeCreditCode(code), normalizeCompanyName(name)];
    }
    const a = normalizedRows([["91350100-m000100y43", "Acme"]]);
    const b = normalizedRows([
      ["not a code", "ACME."],
      ["９1350100M000100Y43", "other"],
    ]);
    const [, second] = await joined([a, b], { keys, reveal: "both" });
    expect(known(second)).toMatchObject({ rows: Uint32Array.of(1), kinds: Int8Array.of(0) });
  });
});

describe("a key that is blank after normalization, or a placeholder", () => {
  const a: JoinRow[] = [
    ["  ", "Ben Birke"],
    ["\u00a0", "Cy"],
    ["N/A", "Dan"],
  ];
  const b: JoinRow[] = [
    ["\u00a0", "Zoe Zeder"],
    ["T9", "Ben Birke"],
    [" n/a", "Dan"],
  ];

  it.each([{}, { trim: true }, { nfkc: true }])(
    "is no key, so that the row matches by the next one, with normalization %j",
    async (normalize) => {
      const options = { keys: ["tax", "name"], reveal: "both", normalize, placeholders: ["N/A"] } as const;
      const [first, second] = (await joined([a, b], options)).map(known);
      expect(first).toMatchObject({ rows: Uint32Array.of(0, 2), kinds: Int8Array.of(1, 1) });
      expect(second).toMatchObject({ rows: Uint32Array.of(1, 2), ownKeys: [1, 3] });
    },
  );
});

describe("join with conflict: refuse", () => {
  const acme: JoinRow[] = [["t1", "acme"]];

  it("does not join rows that differ in a better key which both have, and joins all others", async () => {
    const options = { keys: ["tax", "name"], reveal: "both", conflict: "refuse" } as const;
    const other = async (b: JoinRow[]): Promise<number> =>
      known((await joined([acme, b], { ...options }))[0]).rows.length;
    expect(await other([["t7", "acme"]])).toBe(0);
    expect(await other([[null, "acme"]])).toBe(1);
    expect(await other([["t1", "other"]])).toBe(1);
    expect(
      await other([
        ["t7", "acme"],
        [" ", "acme"],
      ]),
    ).toBe(1);
    const ignoring = await joined([acme, [["t7", "acme"]]], { keys: ["tax", "name"] });
    expect(known(ignoring[0]).rows.length).toBe(1);
  });

  it("joins, for any tables, only rows that share a key and differ in no better one, and numbers matches alike", async () => {
    await fc.assert(
      fc.asyncProperty(table, table, fc.boolean(), async (a, b, both) => {
        const options = { keys: ["x", "y", "z"], workers: 0, type: "left", conflict: "refuse" } as const;
        const results = await joined([a, b], { ...options, reveal: both ? "both" : "receiver" });
        const has = (row: JoinRow, k: number): boolean => (row[k] ?? "") !== "";
        const mayJoin = (own: JoinRow, other: JoinRow, kind: number): boolean =>
          has(own, kind) &&
          own[kind] === other[kind] &&
          [...Array(kind).keys()].every((k) => !has(own, k) || !has(other, k) || own[k] === other[k]);
        for (const [me, own, other] of [
          [0, a, b],
          [1, b, a],
        ] as const) {
          const result = results[me];
          if (!result.revealed) continue;
          for (const [row, kind] of result.kinds.entries()) {
            const mine = own[row] ?? [];
            if (kind >= 0) expect(other.some((there) => mayJoin(mine, there, kind))).toBe(true);
            // Where the other side's rows are never spent, what could be joined is, by the best kind.
            else if (!both)
              expect([0, 1, 2].some((k) => other.some((there) => mayJoin(mine, there, k)))).toBe(false);
          }
        }
        const [first, second] = results;
        if (!first.revealed || !second.revealed) return;
        const partners = (match: number): boolean =>
          [...first.matches.keys()].some(
            (i) =>
              first.matches[i] === match &&
              [...second.matches.keys()].some(
                (j) =>
                  second.matches[j] === match &&
                  mayJoin(a[i] ?? [], b[j] ?? [], first.kinds[i] ?? -1) &&
                  first.kinds[i] === second.kinds[j],
              ),
          );
        for (const match of new Set([...first.matches, ...second.matches])) {
          if (match >= 0) expect(partners(match)).toBe(true);
        }
      }),
      { numRuns: 40 },
    );
  });

  it("shows nobody that two rows conflict: the messages of both tables are of one length", async () => {
    const bytes = async (name: string): Promise<number[]> =>
      simulate(2, async (party) => {
        const rows: JoinRow[] = party.index === 0 ? acme : [["t7", name]];
        await join(party, rows, { keys: ["tax", "name"], reveal: "both", conflict: "refuse", workers: 0 });
        return party.traffic.bytesReceived;
      });
    expect(await bytes("acme")).toEqual(await bytes("umbrella"));
  });

  it("counts the keys of all kinds together against the limits", async () => {
    const rows = (count: number): JoinRow[] => Array.from({ length: count }, (_, i) => [`t${i}`, `n${i}`]);
    const options = { keys: ["tax", "name"], workers: 0, reveal: "both" } as const;
    const limited = (most: number): Promise<unknown> =>
      joined([rows(3), rows(4)], { ...options, maxPeerItems: most }, options);
    await expect(limited(8)).resolves.toBeDefined();
    await expect(limited(7)).rejects.toMatchObject({
      code: "PEER_FLOODED",
      got: "8",
      message: expect.stringContaining("option maxPeerItems") as string,
    });
  });
});

describe("join refuses", () => {
  it.each<[string, object]>([
    ["no keys", { keys: [] }],
    ["a key twice", { keys: ["a", "a"] }],
    ["a name that is none", { keys: [""] }],
    ["keys that are no list", { keys: "ab" }],
    ["too many keys", { keys: Array.from({ length: 17 }, (_, i) => `k${i}`) }],
    ["another type", { keys: ["a"], type: "outer" }],
    ["another rule for duplicates", { keys: ["a"], duplicates: "last" }],
    ["another reveal", { keys: ["a"], reveal: "none" }],
    ["another rule for conflicts", { keys: ["a"], conflict: "maybe" }],
    ["four keys with conflict: refuse", { keys: ["a", "b", "c", "d"], conflict: "refuse" }],
  ])("%s", async (_, options) => {
    await expect(joined([[["x"]], [["x"]]], options as JoinOptions)).rejects.toMatchObject({
      code: "INVALID_ARGUMENT",
    });
  });

  it.each<[string, readonly unknown[]]>([
    ["a row that is no array", [["a", "b"], "ab"]],
    ["a row with a key too few", [["a", "b"], ["a"]]],
    [
      "a key of another number of fields",
      [
        ["a", "b"],
        ["a", ["b", "c"]],
      ],
    ],
    [
      "a key that is a number",
      [
        ["a", "b"],
        [5, "b"],
      ],
    ],
  ])("%s, with its number", async (_, rows) => {
    const run = joined([rows as JoinRow[], [["a", "b"]]], { keys: ["x", "y"] });
    await expect(run).rejects.toMatchObject({ code: "INVALID_ARGUMENT", field: "items[1]" });
  });

  it("a repeated key on request", async () => {
    const options = { keys: ["x"], duplicates: "refuse" } as const;
    const run = joined([[["a"], ["b"], ["a"]], [["a"]]], options);
    await expect(run).rejects.toMatchObject({ code: "INVALID_ARGUMENT", field: "items[2]" });
  });

  it("a party with another rule for conflicts", async () => {
    const run = joined([[["a"]], [["a"]]], { keys: ["x"] }, { keys: ["x"], conflict: "refuse" });
    await expect(run).rejects.toMatchObject({ code: "PEER_MISMATCH", field: "parameters.conflict" });
  });

  it("a party with other keys", async () => {
    const run = joined([[["a"]], [["a"]]], { keys: ["tax"] }, { keys: ["name"] });
    await expect(run).rejects.toMatchObject({ code: "PEER_MISMATCH", field: "parameters.keys" });
  });
});

describeWithData("febrl", ["psi/febrl4a.csv", "psi/febrl4b.csv"], () => {
  const rowsOf = (name: string): JoinRow[] => {
    const read = parseTable(readData(name), { file: name, trim: true });
    const cells = (column: string): readonly string[] => textColumn(read, column);
    const people = ["given_name", "surname", "date_of_birth"].map(cells);
    const numbers = cells("soc_sec_id");
    return numbers.map((number, row) => [number, people.map((column) => column[row] ?? "")]);
  };

  it("matches 4,561 people by number, more of the 5,000 by names and birth date, 2,079 by the latter alone", async () => {
    const [a, b] = [rowsOf("psi/febrl4a.csv"), rowsOf("psi/febrl4b.csv")];
    const options = { keys: ["number", "names"], reveal: "both", workers: 1 } as const;
    const [first, second] = (await joined([a, b], options)).map(known);
    const plain = plainJoin(a, b, true, 2);
    const byName = plain.kind.filter((kind) => kind === 1).length;
    expect(first?.matchesByKind[0]).toBe(4561);
    expect(first?.kinds.filter((kind) => kind === 1).length).toBe(byName);
    expect(byName).toBeGreaterThan(100);
    expect(second?.matchesByKind).toEqual(first?.matchesByKind);
    const names = (rows: readonly JoinRow[]): JoinRow[] => rows.map(([, name]) => [name]);
    const [alone] = await joined([names(a), names(b)], { keys: ["names"], workers: 1 });
    expect(known(alone).matchesByKind).toEqual([2079]);
  });
});
