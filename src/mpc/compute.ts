/** A whole protocol run around one computation on secrets: for first steps, tests and protocols without a name. */

import type { JsonValue } from "../bytes/canonical-json.js";
import type { Party } from "../channel/party.js";
import { invalidArgument } from "../errors.js";
import { computations, defaultComputation } from "./computation.js";
import { serveDealer } from "./dealer.js";
import type { Engine } from "./engine.js";
import { openDealerEngine, openReplicatedEngine, type DealerEngineOptions } from "./open-engine.js";
import { openTwoPartyEngine, type TwoPartyEngineOptions } from "./two-party/open-two-party-engine.js";

/** Options of {@link compute}: the way of computing, two parties alone unless another is named, and what it needs. */
export type ComputeOptions = (
  | (TwoPartyEngineOptions & { readonly computation?: "two-party" })
  | { readonly computation: "replicated" }
  | (DealerEngineOptions & { readonly computation: "dealer" })
) & {
  /** Public parameters of the computation, which all parties, the dealer too, must have alike. */
  readonly parameters?: Readonly<Record<string, JsonValue | undefined>>;
};

/**
 * Runs one computation: the dealer, if there is one, deals; all others run `program`.
 *
 * @param program - What each computing party runs; the same operations in the same order at all of them.
 * @returns The program's result; `undefined` at the dealer.
 * @throws VeilshareError what the program throws; a `PEER_` code when another party fails.
 * @example
 * const names = ["bank", "shop", "dealer"];
 * const results = await simulate(3, (party) =>
 *   compute(party, { computation: "dealer", dealer: "dealer" }, async (engine) => {
 *     const own = (owner: string, value: number) =>
 *       engine.input({ owner, rows: 1, bound: 100, ...(party.name === owner ? { values: [value] } : {}) });
 *     const product = await engine.multiply(await own("bank", 6), await own("shop", 7));
 *     return engine.reveal(product);
 *   }), { names });
 *
 * **Security.** As {@link openDealerEngine}, {@link openReplicatedEngine} or {@link openTwoPartyEngine}.
 */
export async function compute<T>(
  party: Party,
  options: ComputeOptions,
  program: (engine: Engine) => Promise<T>,
): Promise<T | undefined> {
  return party.run({ name: "veilshare/compute", version: 1 }, async (run) => {
    const { computation = defaultComputation } = options;
    const dealer = options.computation === "dealer" ? run.indexOf(options.dealer) : undefined;
    const agreed = { computation, ...(dealer === undefined ? {} : { dealer: run.names[dealer] }) };
    await run.agree({ ...options.parameters, ...agreed });
    if (run.index === dealer) {
      await serveDealer(run);
      return undefined;
    }
    const engine = await open(run, options);
    const result = await program(engine);
    await engine.close();
    return result;
  });
}

function open(run: Party, options: ComputeOptions): Promise<Engine> {
  switch (options.computation) {
    case "dealer":
      return openDealerEngine(run, options);
    case "replicated":
      return openReplicatedEngine(run);
    case "two-party":
    case undefined:
      return openTwoPartyEngine(run, options);
    default:
      throw invalidArgument("compute", `a computation: ${computations.join(", ")}`, "another name");
  }
}
