import { simulate, type Party } from "../../dist/channel/index.js";
import { compute, type Engine, type InputOptions, type SecretMatrix } from "../../dist/mpc/index.js";

/** One party's view of a test computation. */
export interface Desk {
  readonly engine: Engine;
  readonly party: Party;
  /** An input whose values every party of the test knows, but only its owner hands in. */
  readonly own: (
    owner: number,
    values: NonNullable<InputOptions["values"]>,
    options: Omit<InputOptions, "owner" | "values">,
  ) => SecretMatrix;
}

/** Names of n computing parties and their dealer, who comes last. */
export function partyNames(n: number): string[] {
  return [...Array.from({ length: n }, (_, i) => `party-${i}`), "dealer"];
}

/** Runs a program at n computing parties, with a dealer beside them; gives the computing parties' results. */
export async function computeInMemory<T>(
  n: number,
  program: (desk: Desk) => Promise<T>,
  wrap: (party: Party) => Party = (party) => party,
): Promise<T[]> {
  const results = await simulate(
    n + 1,
    (party) => compute(wrap(party), { dealer: "dealer" }, (engine) => program(deskOf(party, engine))),
    { names: partyNames(n) },
  );
  return results.slice(0, n) as T[]; // only the dealer, the last, has no result
}

export function deskOf(party: Party, engine: Engine): Desk {
  return {
    engine,
    party,
    own: (owner, values, options) =>
      engine.input({ ...options, owner, ...(party.index === owner ? { values } : {}) }),
  };
}
