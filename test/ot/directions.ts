import { simulate, type Party, type ProtocolRun } from "../../dist/channel/index.js";
import { OtReceiver, OtSender, type OtOptions } from "../../dist/ot/index.js";

/** Both ends of one direction; party 0 is the sender. */
export interface Ends {
  readonly sender: OtSender;
  readonly receiver: OtReceiver;
}

/** Runs each end's part in one process. */
export async function withEnds<S, R>(
  options: OtOptions,
  atSender: (sender: OtSender, run: Party) => Promise<S>,
  atReceiver: (receiver: OtReceiver, run: Party) => Promise<R>,
  wrap: (party: ProtocolRun) => ProtocolRun = (party) => party,
): Promise<[S, R]> {
  const results = await simulate<S | R>(2, (party) =>
    party.run({ name: "test/ot", version: 1 }, async (inner) => {
      const run = wrap(inner);
      await run.agree({});
      return run.index === 0
        ? atSender(await OtSender.open(run, 1, options), run)
        : atReceiver(await OtReceiver.open(run, 0, options), run);
    }),
  );
  return results as [S, R]; // in the order of the parties
}

/** Bit `index` of a byte string, the least significant of each byte first. */
export function bitOf(bytes: Uint8Array, index: number): number {
  return ((bytes[index >> 3] ?? 0) >> (index & 7)) & 1;
}
