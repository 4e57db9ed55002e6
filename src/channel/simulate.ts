/** All parties of a protocol in one thread: for tests, notebooks and first steps. */

import { checkArgument, checkOptions, type RulesOf } from "../checks/options.js";
import { callback, integer, listOf, optional, text } from "../checks/rules.js";
import { invalidArgument, toVeilshareError, VeilshareError } from "../errors.js";
import { memoryTransportPair } from "./memory-transport.js";
import type { Party } from "./party.js";
import { openSession, type SessionOptions } from "./session.js";
import { sessionRules } from "./session-options.js";
import type { Transport } from "./transport.js";

/** Options of {@link simulate}. */
export interface SimulateOptions extends SessionOptions {
  /** Default `party-0`, `party-1`, ... */
  readonly names?: readonly string[];
}

const simulateRules: RulesOf<SimulateOptions> = { ...sessionRules, names: optional(listOf(text)) };

/**
 * Runs a protocol with `n` parties in this thread; the same function runs unchanged between processes.
 *
 * **Security.** None between the parties: they share one memory. It shows what a protocol computes.
 *
 * @param n - Number of parties, at least 2.
 * @param protocol - What each party runs; it finds its place by `party.index`.
 * @returns The parties' results by index.
 * @throws VeilshareError the first failure that is not just the echo of another party's.
 * @example
 * const sums = await simulate(3, (party) => secureSum(party, inputs[party.index]));
 */
export async function simulate<T>(
  n: number,
  protocol: (party: Party) => Promise<T>,
  options: SimulateOptions = {},
): Promise<T[]> {
  checkArgument("simulate", "n", n, integer(2));
  checkArgument("simulate", "protocol", protocol, callback);
  checkOptions("simulate", options, simulateRules);
  const { names = Array.from({ length: n }, (_, i) => `party-${i}`), ...session } = options;
  if (names.length !== n) throw invalidArgument("simulate", `${n} names`, `${names.length}`);
  const transports = memoryMesh(n);
  const outcomes = await Promise.allSettled(
    transports.map(async (own, index) => {
      const party = await openSession({ ...session, index, names, transports: own });
      try {
        const result = await protocol(party);
        await party.close();
        return result;
      } catch (thrown) {
        party.abort(thrown);
        throw thrown;
      }
    }),
  );
  const failures = outcomes.flatMap((outcome) =>
    outcome.status === "rejected" ? [outcome.reason as unknown] : [],
  );
  if (failures.length > 0) throw rootFailure(failures);
  return outcomes.map((outcome) => (outcome as PromiseFulfilledResult<T>).value); // none was rejected
}

/** Transports between every two of `n` parties in this thread: `mesh[i][j]` is party i's end towards party j. */
export function memoryMesh(n: number): (Transport | undefined)[][] {
  const mesh = Array.from({ length: n }, () => new Array<Transport | undefined>(n).fill(undefined));
  for (let i = 0; i < n; i++) {
    for (let j = i + 1; j < n; j++) {
      const [first, second] = memoryTransportPair();
      (mesh[i] as (Transport | undefined)[])[j] = first; // both rows were made above
      (mesh[j] as (Transport | undefined)[])[i] = second;
    }
  }
  return mesh;
}

/** The failure that caused the others: those only say that a party stopped or left. */
function rootFailure(failures: readonly unknown[]): unknown {
  const echoes: readonly string[] = ["PEER_ABORTED", "PEER_CLOSED"];
  const root = failures.find(
    (failure) => !(failure instanceof VeilshareError) || !echoes.includes(failure.code),
  );
  return root ?? toVeilshareError(failures[0]);
}
