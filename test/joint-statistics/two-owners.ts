import { simulate, type SimulateOptions } from "../../dist/channel/index.js";
import { Prg } from "../../dist/random/index.js";
import {
  jointStatistics,
  thirdRoles,
  type Answer,
  type JointStatisticsInput,
  type JointStatisticsOptions,
  type JointStatisticsReport,
  type StatisticsOwnerInput,
} from "../../dist/joint-statistics/index.js";
import { plainAnswers } from "../../examples/joint-statistics/plain-answers.js";

export interface Owners {
  readonly first: StatisticsOwnerInput;
  readonly second: StatisticsOwnerInput;
}

/** People whom both owners know, some more at either, in other orders; whole numbers and groups, the same for a seed. */
export function inventOwners(common: number, seed: number): Owners {
  const prg = new Prg(new Uint8Array(32).fill(seed));
  const random = (below: number): number => Number((prg.words(1)[0] ?? 0n) % BigInt(below));
  const people = Array.from({ length: common }, (_, i) => {
    const income = random(5000);
    const kind = random(10);
    return {
      id: `person-${i}`,
      income,
      debt: random(100),
      orders: Math.floor(income / 50) + random(60) - 30,
      region: kind < 5 ? "north" : kind < 9 ? "south" : i < 8 ? "rare" : null,
    };
  });
  const stranger = { id: "", income: 4999, debt: 99, orders: 129, region: "north" };
  const firstRows = [...people, { ...stranger, id: "only-first" }];
  const secondRows = [{ ...stranger, id: "only-second" }, ...people].reverse();
  return {
    first: {
      role: "first",
      ids: firstRows.map(({ id }) => id),
      columns: [
        { kind: "numeric", name: "income", values: firstRows.map(({ income }) => income) },
        { kind: "numeric", name: "debt", values: firstRows.map(({ debt }) => debt) },
        { kind: "numeric", name: "constant", values: firstRows.map(() => 3) },
      ],
    },
    second: {
      role: "second",
      ids: secondRows.map(({ id }) => id),
      columns: [
        { kind: "numeric", name: "orders", values: secondRows.map(({ orders }) => orders) },
        { kind: "category", name: "region", values: secondRows.map(({ region }) => region) },
      ],
    },
  };
}

/** Of the columns that {@link inventOwners} gives. */
export const declarations = {
  "first.income": { kind: "numeric", least: 0, greatest: 5000 },
  "first.debt": { kind: "numeric", least: 0, greatest: 100 },
  "first.constant": { kind: "numeric", least: 0, greatest: 10 },
  "second.orders": { kind: "numeric", least: -30, greatest: 130 },
  "second.region": { kind: "category", groups: ["north", "south", "rare", "nowhere"] },
} as const satisfies JointStatisticsOptions["columns"];

/** All parties in one process; with a helper unless another computation is named, as that is the quickest. */
export function askTogether(
  owners: Owners,
  given: JointStatisticsOptions,
  session: SimulateOptions = {},
): Promise<JointStatisticsReport[]> {
  const options = { computation: "replicated", ...given } as const;
  const third = thirdRoles[options.computation];
  const names = ["first", "second", ...(third === undefined ? [] : [third])];
  const inputs: readonly JointStatisticsInput[] = [owners.first, owners.second, { role: third ?? "helper" }];
  return simulate(
    names.length,
    (party) => jointStatistics(party, inputs[party.index] ?? { role: "helper" }, options),
    { names, ...session },
  );
}

/** The answers, which both owners must have alike. */
export async function answersOf(owners: Owners, options: JointStatisticsOptions): Promise<readonly Answer[]> {
  const [first, second] = await askTogether(owners, options);
  if (first?.role !== "first" || second?.role !== "second") throw new Error("expected reports of two owners");
  if (JSON.stringify(first.answers) !== JSON.stringify(second.answers)) throw new Error("other answers");
  return first.answers;
}

/** The answers in the clear. */
export function answersInTheClear(owners: Owners, options: JointStatisticsOptions): Answer[] {
  const groups: Record<string, readonly string[]> = {};
  for (const [name, declaration] of Object.entries(options.columns)) {
    if (declaration?.kind === "category") groups[name] = declaration.groups;
  }
  const { minimumRows = 20 } = options;
  return plainAnswers(options.questions, { ...owners, minimumRows, groups });
}
