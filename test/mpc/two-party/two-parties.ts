import { simulate, type Party, type ProtocolRun } from "../../../dist/channel/index.js";
import type { Correlation, CorrelationShares } from "../../../dist/mpc/correlation.js";
import { OtRandomness, type OtRandomnessOptions } from "../../../dist/mpc/two-party/ot-randomness.js";

/** One party's shares of a correlation, all of them. */
export interface Drawn {
  readonly masks: readonly BigUint64Array[];
  readonly dependent: readonly BigUint64Array[];
}

/** Runs a program at both parties over sources of their own. */
export async function withSources<T>(
  options: OtRandomnessOptions | ((index: number) => OtRandomnessOptions),
  program: (source: OtRandomness, run: Party) => Promise<T>,
  wrap: (run: ProtocolRun) => Party = (run) => run,
): Promise<[T, T]> {
  const results = await simulate<T>(2, (party) =>
    party.run({ name: "test/two-party", version: 1 }, async (inner) => {
      await inner.agree({});
      const run = wrap(inner);
      const own = typeof options === "function" ? options(run.index) : options;
      const source = await OtRandomness.open(run, 1 - run.index, own);
      const result = await program(source, run);
      await source.close();
      return result;
    }),
  );
  return results as [T, T]; // in the order of the parties
}

/** Draws all at once, as an engine does whose operations run concurrently. */
export async function drawAll(
  source: Pick<OtRandomness, "draw">,
  wanted: readonly Correlation[],
): Promise<Drawn[]> {
  const shares: CorrelationShares[] = wanted.map((one) => source.draw(one));
  return Promise.all(shares.map(async ({ masks, dependent }) => ({ masks, dependent: await dependent() })));
}

/** Vectors that two parties' shares stand for. */
export function combined(
  [a, b]: readonly [readonly BigUint64Array[], readonly BigUint64Array[]],
  under: "addition" | "xor",
): BigUint64Array[] {
  return a.map((vector, v) =>
    vector.map((word, i) => {
      const other = b[v]?.[i] ?? 0n;
      return under === "xor" ? word ^ other : BigInt.asUintN(64, word + other);
    }),
  );
}
