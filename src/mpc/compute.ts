/** A whole protocol run around one computation on secrets: for first steps, tests and protocols without a name. */

import { checkArgument, checkOptions, partyRule } from "../checks/options.js";
import { callback, isPlainObject, oneOf, optional, recordOf, rule } from "../checks/rules.js";
import type { JsonValue } from "../bytes/canonical-json.js";
import type { Party } from "../channel/party.js";
import { invalidArgument } from "../errors.js";
import { computations, defaultComputation } from "./computation.js";
import { serveDealer } from "./dealer.js";
import type { Engine } from "./engine.js";
import {
  dealerEngineRules,
  openDealerEngine,
  openReplicatedEngine,
  type DealerEngineOptions,
} from "./open-engine.js";
import {
  openTwoPartyEngine,
  twoPartyRules,
  type TwoPartyEngineOptions,
} from "./two-party/open-two-party-engine.js";

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
  checkArgument("compute", "party", party, partyRule);
  checkArgument("compute", "program", program, callback);
  checkComputeOptions(options);
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
  if (options.computation === "dealer") return openDealerEngine(run, { dealer: options.dealer });
  if (options.computation === "replicated") return openReplicatedEngine(run);
  const { depth, checked, random, preprocessed } = options;
  return openTwoPartyEngine(run, {
    ...(depth === undefined ? {} : { depth }),
    ...(checked === undefined ? {} : { checked }),
    ...(random === undefined ? {} : { random }),
    ...(preprocessed === undefined ? {} : { preprocessed }),
  });
}

const commonRules = { parameters: optional(recordOf(rule("JSON", () => true))) };

/** Which options there are depends on the way of computing. */
function checkComputeOptions(options: ComputeOptions): void {
  const given: unknown = options;
  checkArgument("compute", "options", given, rule("a plain object", isPlainObject));
  const { computation = defaultComputation } = options;
  if (!computations.includes(computation)) {
    throw invalidArgument("compute", `a computation: ${computations.join(", ")}`, "another name");
  }
  const own = { computation: optional(oneOf(...computations)), ...commonRules };
  if (options.computation === "dealer") checkOptions("compute", options, { ...own, ...dealerEngineRules });
  else if (options.computation === "replicated") checkOptions("compute", options, own);
  else checkOptions("compute", options, { ...own, ...twoPartyRules });
}
