import { simulate, type Party } from "../../dist/channel/index.js";
import { DealerRandomness } from "../../dist/mpc/dealer-randomness.js";
import { Engine } from "../../dist/mpc/engine.js";
import {
  compute,
  serveDealer,
  type CorrelatedRandomness,
  type InputOptions,
  type SecretMatrix,
} from "../../dist/mpc/index.js";
import { PairSeeds } from "../../dist/mpc/pair-seeds.js";

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

function deskOf(party: Party, engine: Engine): Desk {
  return {
    engine,
    party,
    own: (owner, values, options) =>
      engine.input({ ...options, owner, ...(party.index === owner ? { values } : {}) }),
  };
}

/** What a broken build would do to the correlated randomness. */
export type Tamper = (source: CorrelatedRandomness) => CorrelatedRandomness;

/** An engine whose source is tampered with, at computing party `run.index` of n. */
export async function openTampered(run: Party, n: number, tamper: Tamper): Promise<Engine> {
  const members = Array.from({ length: n }, (_, i) => i);
  const [source, pairs] = await Promise.all([
    DealerRandomness.open(run, n),
    PairSeeds.exchange(run, members),
  ]);
  return new Engine({ party: run, members, source: tamper(source), pairs });
}

/** As {@link computeInMemory}, with a source that is tampered with at all parties. */
export async function computeTampered<T>(
  n: number,
  tamper: Tamper,
  program: (desk: Desk) => Promise<T>,
): Promise<T[]> {
  const results = await simulate(
    n + 1,
    (party) =>
      party.run({ name: "test/tampered", version: 1 }, async (run) => {
        await run.agree({});
        if (run.index === n) {
          await serveDealer(run);
          return undefined;
        }
        const engine = await openTampered(run, n, tamper);
        const result = await program(deskOf(run, engine));
        await engine.close();
        return result;
      }),
    { names: partyNames(n) },
  );
  return results.slice(0, n) as T[]; // only the dealer, the last, has no result
}
