/**
 * The key that the aggregators of a task share, drawn by all of them: each commits to 32 random bytes before it sees the
 * others', and the key is a hash of all. Run once, by the aggregators only, before any client makes a report.
 *
 *   all -> all   a hash of 32 random bytes    (commit)
 *   all -> all   the bytes                    (open)
 */

import { checkArgument, checkOptions, partyRule, type RulesOf } from "../../checks/options.js";
import { callback, optional } from "../../checks/rules.js";
import { wipe } from "../../bytes/wipe.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { concatBytes, equalBytes, utf8ToBytes } from "../../bytes/encoding.js";
import type { Party } from "../../channel/party.js";
import { drawBytes, randomBytes, type RandomSource } from "../../random/csprng.js";
import { deriveKey } from "../../random/hkdf.js";
import { batchFault } from "./flags.js";
import { taskParameters, taskRule, type VerifiedTask } from "./task.js";

const contributionBytes = 32;

/** Options of {@link agreeVerifyKey}. */
export interface VerifyKeyOptions {
  readonly random?: RandomSource;
}

const verifyKeyRules: RulesOf<VerifyKeyOptions> = { random: optional(callback) };

/**
 * Draws a verify key with the other aggregators.
 *
 * @returns 32 bytes, to be kept as long as reports of the task are verified. Secret from clients.
 * @throws VeilshareError PEER_MISMATCH when an aggregator opens another value than it committed to.
 *
 * **Security.** Uniform if one aggregator is honest, and fixed before any report is made, which is what the privacy of Prio3
 * against malicious aggregators asks for (draft-irtf-cfrg-vdaf-18, section 9).
 */
export async function agreeVerifyKey<M, R>(
  party: Party,
  task: VerifiedTask<M, R>,
  options: VerifyKeyOptions = {},
): Promise<Uint8Array> {
  checkArgument("agreeVerifyKey", "party", party, partyRule);
  checkArgument("agreeVerifyKey", "task", task, taskRule);
  checkOptions("agreeVerifyKey", options, verifyKeyRules);
  const { random = randomBytes } = options;
  return party.run({ name: "veilshare/verify-key", version: 1 }, async (run) => {
    await run.agree({ ...taskParameters(task), aggregators: run.size });
    const own = drawBytes(random, contributionBytes);
    const commit = (index: number, bytes: Uint8Array): Uint8Array =>
      sha256(concatBytes(utf8ToBytes("veilshare verify key v1"), run.sessionId, Uint8Array.of(index), bytes));
    const commitments = await run.exchange("commit", commit(run.index, own), { byteLength: 32 });
    const opened = await run.exchange("open", own.slice(), { byteLength: contributionBytes });
    for (const [index, bytes] of opened.entries()) {
      if (equalBytes(commit(index, bytes), commitments[index] ?? new Uint8Array(0))) continue;
      const fault = {
        party: run.names[index] ?? "",
        step: "open",
        expected: "the committed bytes",
        got: "others",
      };
      throw batchFault("PEER_MISMATCH", fault);
    }
    const secret = concatBytes(...opened);
    const key = deriveKey({ secret, label: "veilshare/verify-key", context: run.sessionId });
    wipe(secret, own, ...opened);
    return key;
  });
}
