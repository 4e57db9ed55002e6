/**
 * Intersections by oblivious transfer: an OKVS of the receiver's items under a subspace VOLE. R learns the result, S is
 * the other party.
 *
 *   S    -> R      base/choices   of 980 base oblivious transfers
 *   R    -> S      base/trees     their answers, with what S needs of 245 trees
 *   both -> both   commit, open   the run's key, a coin toss over the plan
 *   both -> both   loads          whether all partitions fit; if not, another key
 *   for each partition:
 *   R    -> S      corrections    the VOLE's, to the codewords of an OKVS of R's items
 *   S    -> R      challenge      32 random bytes, once all corrections are there
 *   R    -> S      answer         the check's sums
 *   S    -> R      tags           of S's items, padded, in increasing order, once the check has passed
 *   with reveal "both":
 *   R    -> S      claims, proof  which slots are common, and a hash of their second tags
 *
 * **Security.** docs/psi-okvs.md states and argues it. The composition is not published as a PSI and not audited.
 *
 * **Source.** B. Pinkas, M. Rosulek, N. Trieu, A. Yanai, "PSI from PaXoS", EUROCRYPT 2020; L. Roy, "SoftSpokenOT", CRYPTO
 * 2022; A. Bienstock, S. Patel, J. Y. Seo, K. Yeo, USENIX Security 2023.
 */

import type { ProtocolRun } from "../../channel/party.js";
import { VeilshareError } from "../../errors.js";
import { DeltaHolder, TreeOwner } from "../../ot/subspace-vole/set-up.js";
import { UsedSlots } from "../../ot/subspace-vole/slots.js";
import type { Pool } from "../../parallel/pool.js";
import { randomBytes, type RandomSource } from "../../random/csprng.js";
import type { DigestList } from "./digest-list.js";
import { okvsFault, okvsPurpose, okvsSteps } from "./faults.js";
import { okvsSettings, type OkvsPlan, type OkvsSettings } from "./parameters.js";
import { Partitions } from "./partitions.js";
import { claimBytes, receiveIntersection, type Matches } from "./receiver.js";
import type { RunContext } from "./run-context.js";
import { tossRunKey, type RunKeys } from "./run-key.js";
import { sendIntersection } from "./sender.js";

/** Keys that are tossed before a run is given up. */
const keyAttempts = 3;

/** An end of the VOLE: trees at the receiver, Delta at the sender. */
export type OkvsEnd = TreeOwner | DeltaHolder;

/** Where an end's secrets come from, and what tests vary. */
export interface OkvsEnvironment {
  readonly random: RandomSource;
  readonly settings: OkvsSettings;
}

/** That of every run that is no test. */
export const okvsEnvironment: OkvsEnvironment = { random: randomBytes, settings: okvsSettings };

/** Sets the own end of the VOLE up; may run while lists are read. */
export function openOkvs(run: ProtocolRun, receiver: number, random: RandomSource): Promise<OkvsEnd> {
  const options = { peer: 1 - run.index, purpose: okvsPurpose, random };
  return run.index === receiver ? TreeOwner.open(run, options) : DeltaHolder.open(run, options);
}

/** One party's part. */
export interface OkvsRun {
  readonly run: ProtocolRun;
  readonly pool: Pool;
  readonly plan: OkvsPlan;
  readonly own: DigestList;
  /** The own end of the VOLE, once it is set up. */
  readonly opening: Promise<OkvsEnd>;
  readonly receives: boolean;
  /** Whether both parties are to learn the result. */
  readonly both: boolean;
  readonly random: RandomSource;
}

/**
 * The own items that are common, by number; undefined at a party that does not learn them. With reveal `both` the k-th is
 * the same item at both parties, otherwise they ascend.
 */
export async function matchByOkvs(parts: OkvsRun): Promise<Uint32Array | undefined> {
  const { run, pool, plan, opening, both, random } = parts;
  try {
    const [{ keys, partitions }, end] = await Promise.all([agreeOnKey(parts), opening]);
    const slots = new UsedSlots();
    const context: RunContext = { run, pool, plan, keys, partitions, slots, random, both };
    if (end instanceof DeltaHolder) return await sendIntersection(context, end);
    const matches = await receiveIntersection(context, end);
    if (!both) return matches.items.sort();
    await sendClaims(run, matches, claimBytes(plan.senderCap));
    return matches.items;
  } finally {
    // Whatever the run's end, also when the set-up ends later.
    void opening.then(
      (end) => {
        end.wipe();
      },
      () => undefined,
    );
  }
}

/** Tells the sender, partition by partition, which of its slots are common, and shows that this is so. */
async function sendClaims(run: ProtocolRun, { claims, proof }: Matches, bytes: number): Promise<void> {
  for (let start = 0; start < claims.length; start += bytes) {
    await run.send(1 - run.index, okvsSteps.claims, claims.slice(start, start + bytes));
  }
  await run.send(1 - run.index, okvsSteps.proof, proof);
}

/** Tosses keys until all partitions of both lists fit. */
async function agreeOnKey(
  parts: OkvsRun,
): Promise<{ readonly keys: RunKeys; readonly partitions: Partitions }> {
  const { run, plan, own, random, receives } = parts;
  const cap = receives ? plan.receiverCap : plan.senderCap;
  for (let attempt = 0; attempt < keyAttempts; attempt++) {
    const keys = await tossRunKey(run, plan, attempt, random);
    const partitions = new Partitions(own.digests, own.count, keys.records, plan.partitions);
    if (await bothFit(run, partitions.largest <= cap)) return { keys, partitions };
  }
  const text = `intersect: ${keyAttempts} keys in a row for which a partition overflows, which has no honest cause`;
  throw new VeilshareError("INTERNAL", text, { step: `psi/${okvsSteps.loads}` });
}

async function bothFit(run: ProtocolRun, fits: boolean): Promise<boolean> {
  const said = await run.exchange(okvsSteps.loads, Uint8Array.of(Number(fits)), { byteLength: 1 });
  const theirs = said[1 - run.index]?.[0] ?? 2;
  if (theirs > 1) throw okvsFault(run, "PEER_MALFORMED", "loads", "0 or 1", String(theirs));
  return fits && theirs === 1;
}
