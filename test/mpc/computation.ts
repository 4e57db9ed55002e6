import { simulate, type Party } from "../../dist/channel/index.js";
import { DealerRandomness } from "../../dist/mpc/dealer-randomness.js";
import { openAdditiveEngine } from "../../dist/mpc/open-engine.js";
import {
  compute,
  serveDealer,
  type CorrelatedRandomness,
  type Engine,
  type InputOptions,
  type SecretMatrix,
} from "../../dist/mpc/index.js";

/** One party's view of a test computation. */
export interface Desk {
  readonly engine: Engine;
  readonly party: Party;
  /** An input whose values every party of the test knows, but only its owner hands in. */
  readonly own: (
    owner: number,
    values: NonNullable<InputOptions["values"]>,
    options: Omit<InputOptions, "owner" | "values">,
  ) => Promise<SecretMatrix>;
}

/** A way of sharing, as a row of the test matrix: its name, how many compute, and how an engine is opened. */
export interface SchemeCase {
  readonly name: string;
  /** Computing parties. */
  readonly n: number;
  /** Runs a program at all computing parties; gives their results. */
  readonly compute: <T>(program: (desk: Desk) => Promise<T>, wrap?: (party: Party) => Party) => Promise<T[]>;
}

/** n computing parties, and a dealer beside them. */
export function withDealer(n: number): SchemeCase {
  return {
    name: `${n} parties and a dealer`,
    n,
    compute: (program, wrap) => computeInMemory(n, program, wrap),
  };
}

/** Three parties with replicated shares. */
export const replicated: SchemeCase = {
  name: "three parties, replicated",
  n: 3,
  compute: (program, wrap = (party) => party) =>
    simulate(3, (party) =>
      compute(wrap(party), { computation: "replicated" }, (engine) => program(deskOf(party, engine))),
    ).then((results) => results as Exclude<(typeof results)[number], undefined>[]), // nobody is a dealer
};

/** Two parties alone: as `withDealer(2)`, but with oblivious transfer, which takes longer. */
export const twoParty: SchemeCase = {
  name: "two parties alone",
  n: 2,
  compute: (program, wrap = (party) => party) =>
    simulate(2, (party) =>
      compute(wrap(party), { computation: "two-party" }, (engine) => program(deskOf(party, engine))),
    ).then((results) => results as Exclude<(typeof results)[number], undefined>[]), // both compute
};

/** Every way of sharing that operations are tested over. */
export const schemes: readonly SchemeCase[] = [withDealer(2), withDealer(3), replicated];

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
    (party) =>
      compute(wrap(party), { computation: "dealer", dealer: "dealer" }, (engine) =>
        program(deskOf(party, engine)),
      ),
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
  return openAdditiveEngine(run, members, DealerRandomness.open(run, n).then(tamper));
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
