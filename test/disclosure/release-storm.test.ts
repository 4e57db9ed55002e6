import { describe, expect, it } from "vitest";
import { simulate } from "../../dist/channel/index.js";
import { QueryLedger } from "../../dist/disclosure/index.js";
import { VeilshareError } from "../../dist/errors.js";
import { sumStatistics } from "../../dist/statistics/index.js";
import { memoryStore } from "../../dist/store/index.js";
import { generator, stormRuns, stormSeed } from "../support/storms.js";
import { someCombinationIsSmall, type Contribution } from "./oracle.js";

const parties = ["a", "b", "c", "d", "e", "f", "g"];
const groups = ["x", "y", "z"];
const fewest = 3;

/** A number from 0 to sides - 1. */
type Dice = (sides: number) => number;

/** By party and group, a value; none is 0. */
type Table = ReadonlyMap<string, readonly number[]>;

function randomTable(dice: Dice): Table {
  const density = 1 + dice(3); // of 3
  const cell = (): number => (dice(3) < density ? 1 + dice(300) : 0);
  return new Map(parties.map((party) => [party, groups.map(cell)]));
}

/** As it was, mostly; else with one value of one party changed, gone or new. */
function nextTable(table: Table, dice: Dice): Table {
  if (dice(4) > 0) return table;
  const party = parties[dice(parties.length)] ?? "";
  const values = [...(table.get(party) ?? [])];
  values[dice(groups.length)] = dice(2) === 0 ? 0 : 1 + dice(300);
  return new Map(table).set(party, values);
}

/** The first party is in every session, so that somebody has seen all of them; others come and go, but for one. */
function randomMembers(dice: Dice): string[] {
  const [stay, other] = [dice(2) === 0, 1 + dice(parties.length - 1)];
  return parties.filter((_, i) => i === 0 || i === other || stay || dice(4) > 0);
}

interface Session {
  readonly members: readonly string[];
  readonly table: Table;
  readonly isSplit: boolean;
}

/** Runs one session; gives what each total that was shown is made of, or nothing where it was refused. */
async function totalsOf(
  { members, table, isSplit }: Session,
  ledgers: ReadonlyMap<string, QueryLedger>,
): Promise<Contribution[][] | undefined> {
  const rowsOf = (party: string) =>
    (table.get(party) ?? []).flatMap((value, i) =>
      value === 0 ? [] : [isSplit ? { group: groups[i] ?? "", value } : { value }],
    );
  try {
    const [report] = await simulate(
      members.length,
      (party) => {
        const ledger = ledgers.get(party.name);
        return sumStatistics(party, rowsOf(party.name), {
          value: { min: 0, max: 300 },
          maxRows: 3,
          maxShare: 100,
          ...(isSplit ? { groups } : {}),
          ...(ledger === undefined ? {} : { guard: { ledger, series: "days", period: "2026" } }),
        });
      },
      { names: members },
    );
    return (report?.groups ?? []).flatMap(({ status }, i) =>
      status === "shown" ? [contributionsOf({ members, table, isSplit }, i)] : [],
    );
  } catch (thrown) {
    if (!(thrown instanceof VeilshareError) || thrown.code !== "DISCLOSURE_REFUSED") throw thrown;
    return undefined;
  }
}

function contributionsOf({ members, table, isSplit }: Session, group: number): Contribution[] {
  return members.flatMap((party) =>
    (table.get(party) ?? []).flatMap((value, i) =>
      value === 0 || (isSplit && i !== group) ? [] : [{ party, id: `${party} ${groups[i] ?? ""} ${value}` }],
    ),
  );
}

interface Outcome {
  readonly released: number;
  readonly refused: number;
  readonly isUnsafe: boolean;
}

async function storm(seed: number, guarded: boolean): Promise<Outcome> {
  const dice = generator(seed);
  const opened = guarded ? parties : [];
  const ledgers = new Map(
    await Promise.all(
      opened.map(async (party) => {
        const ledger = await QueryLedger.open({ store: memoryStore(), minContributors: fewest });
        return [party, ledger] as const;
      }),
    ),
  );
  let table = randomTable(dice);
  const totals: Contribution[][] = [];
  let [released, refused] = [0, 0];
  for (let i = 0; i < 4; i++) {
    table = nextTable(table, dice);
    const shown = await totalsOf({ members: randomMembers(dice), table, isSplit: dice(2) === 0 }, ledgers);
    if (shown === undefined) refused++;
    else released += shown.length;
    totals.push(...(shown ?? []));
  }
  return { released, refused, isUnsafe: totals.length > 0 && someCombinationIsSmall(totals, fewest) };
}

describe("random sequences of releases", () => {
  const runs = stormRuns();

  it(
    "never let a value of fewer than the minimum follow from all that was shown",
    async () => {
      const first = stormSeed();
      let [released, refused] = [0, 0];
      for (let run = 0; run < runs; run++) {
        const outcome = await storm(first + run, true);
        expect(outcome.isUnsafe, `seed ${first + run}`).toBe(false);
        released += outcome.released;
        refused += outcome.refused;
      }
      expect(Math.min(released, refused)).toBeGreaterThan(0);
    },
    30_000 + runs * 3000,
  );

  it("do without a guard: the oracle finds them", async () => {
    let isUnsafe = false;
    for (let run = 0; run < 10 && !isUnsafe; run++) ({ isUnsafe } = await storm(run, false));
    expect(isUnsafe).toBe(true);
  });
});
