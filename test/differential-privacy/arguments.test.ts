import { expect, it } from "vitest";
import {
  BudgetLedger,
  deltaOfZcdp,
  discreteGaussianDelta,
  exactSum,
  noisySum,
  planNoise,
  rhoOf,
  rhoOfSum,
} from "../../dist/differential-privacy/index.js";
import { simulate } from "../../dist/channel/index.js";
import { memoryStore } from "../../dist/store/index.js";

const vector = new BigInt64Array(1);
const loss = { epsilon: 1, delta: 1e-6 };
const plan = { ...loss, length: 1, maxAbs: 1n, fewestSurvivors: 2, maxColluders: 0 };
const noisy = { ...loss, maxAbs: 1n, maxColluders: 0, burn: () => undefined };
const summed = { variance: 1, summands: 2, length: 1, l2: 1 };
const shape = { variance: 1, sensitivity: 1, epsilon: 1 };
const ledger = BudgetLedger.open(memoryStore(), [{ dataSet: "a", ...loss }]);
const spend = (spending: unknown): Promise<void> => ledger.then((open) => open.spend(spending as never));
const atNoisySum = (options: unknown): Promise<unknown> =>
  simulate(2, (party) => noisySum(party, vector, options as never));
const atExactSum = (options: unknown): Promise<unknown> =>
  simulate(2, (party) => exactSum(party, vector, options as never));

/** Entries with an unknown option, a wrong kind, and no plain object. */
const mistakes: readonly (readonly [string, () => unknown, string])[] = [
  ["planNoise", () => planNoise({ ...plan, neighbors: "replace" } as never), "neighbors"],
  ["planNoise", () => planNoise({ ...plan, neighbours: "other" } as never), "neighbours"],
  ["planNoise", () => planNoise({ ...plan, maxAbs: 1 } as never), "maxAbs"],
  ["planNoise", () => planNoise({ ...plan, maxSquares: null } as never), "maxSquares"],
  ["planNoise", () => planNoise({ ...plan, epsilon: NaN }), "epsilon"],
  ["rhoOfSum", () => rhoOfSum({ ...summed, l3: 1 } as never), "l3"],
  ["rhoOfSum", () => rhoOfSum({ ...summed, l1: "1" } as never), "l1"],
  ["rhoOf", () => rhoOf({ ...loss, epsilon: "1" } as never), "epsilon"],
  ["rhoOf", () => rhoOf({ ...loss, delta: NaN }), "delta"],
  ["deltaOfZcdp", () => deltaOfZcdp("1" as never, 1), "rho"],
  ["discreteGaussianDelta", () => discreteGaussianDelta({ ...shape, sigma: 1 } as never), "sigma"],
  ["discreteGaussianDelta", () => discreteGaussianDelta({ ...shape, variance: "1" } as never), "variance"],
  ["noisySum", () => atNoisySum({ ...noisy, length: 1 }), "length"],
  ["noisySum", () => atNoisySum({ ...noisy, burn: 1 }), "burn"],
  ["noisySum", () => atNoisySum(null), "options"],
  ["exactSum", () => atExactSum({ maxAbs: 1n, epsilon: 1 }), "epsilon"],
  ["exactSum", () => atExactSum({ maxAbs: 1 }), "maxAbs"],
  ["BudgetLedger.spend", () => spend({ dataSet: "a", rho: 0.1, purpose: "b", note: "" }), "note"],
  ["BudgetLedger.spend", () => spend({ dataSet: "a", rho: NaN, purpose: "b" }), "rho"],
  [
    "BudgetLedger.open",
    () => BudgetLedger.open(memoryStore(), [{ dataSet: "a", ...loss, eps: 1 }] as never),
    "budgets.eps",
  ],
];

it.each(mistakes)("%s refuses a mistake of case %# by name", async (caller, call, field) => {
  const error = await Promise.resolve()
    .then(call)
    .catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: "INVALID_ARGUMENT", field });
  expect((error as Error).message.startsWith(`${caller}: `)).toBe(true);
});
