/**
 * Scores of new rows by a joint model: lender and platform each with the own part that the training gave them.
 *
 *   lender <-> platform   which ids are common (private set intersection; both learn it)
 *   platform -> lender    the platform's partial score of each common row
 *
 * Adversary: semi-honest. The lender learns the platform's partial score, a weighted sum of the row's platform columns,
 * for each common id; the platform learns which ids the lender asked for and it has, and no score.
 */

import { bytesFromWords, wordsFromBytes } from "../bytes/encoding.js";
import type { Party } from "../channel/party.js";
import { invalidArgument, peerFault } from "../errors.js";
import { alignRows, type AlignmentOptions } from "../owners/alignment.js";
import { checkColumns, checkIds } from "../owners/columns.js";
import type { OwnedRows } from "./inputs-and-reports.js";
import { partialScores, type RiskModelPart } from "./model.js";
import { assignRoles } from "../owners/roles.js";
import type { RoleNames } from "./roles.js";

/** What a party brings to a scoring. */
export interface ScoreInput extends OwnedRows {
  readonly role: "lender" | "platform";
  /** The own part of the model. */
  readonly model: RiskModelPart;
}

/** Options of {@link jointScore}. */
export interface JointScoreOptions {
  /** Names of the parties in the roles; default: the roles' own names. */
  readonly parties?: RoleNames;
  /** Threads and limits of the own side of the intersection. */
  readonly alignment?: AlignmentOptions;
}

/** What a scoring gives. */
export interface ScoreReport {
  /** Own row of each common id, in the order of the ids' bytes. */
  readonly rows: Uint32Array;
  /** At the lender, the score of each of them. */
  readonly scores?: Float64Array;
}

/**
 * Scores the common ids of two owners' new rows. A row that the other owner does not have gets no score.
 *
 * @param party - A session of the two.
 * @throws VeilshareError INVALID_DATA for ids or columns that are not as they must be; INVALID_ARGUMENT for a part of the
 *   other role; PEER_MISMATCH when the two parts are not of one training; `PEER_` codes when the other fails.
 *
 * **Security.** Semi-honest; what each learns is at the head of this file. Scores of many rows, or of rows chosen for the
 * purpose, tell the lender more and more about the platform's weights and columns.
 */
export async function jointScore(
  party: Party,
  input: ScoreInput,
  options: JointScoreOptions = {},
): Promise<ScoreReport> {
  return party.run({ name: "veilshare/joint-score", version: 1 }, async (run) => {
    const roles = assignRoles(run, ["lender", "platform"], options.parties ?? {}, input.role);
    const { model, ids, columns } = input;
    if (model.role !== input.role)
      throw invalidArgument("jointScore", `the ${input.role}'s part`, `the ${model.role}'s`);
    checkIds(ids);
    checkColumns(columns, ids.length);
    await run.agree({ modelId: model.modelId, parties: { ...options.parties } });
    const rows = await alignRows(run.between([0, 1]), ids, options.alignment ?? {});
    const own = partialScores(model, columns, rows);
    if (input.role === "platform") {
      await run.send(roles.lender, "partial-scores", bytesFromWords(new BigUint64Array(own.buffer)));
      return { rows };
    }
    const message = await run.receive(roles.platform, "partial-scores", { byteLength: own.byteLength });
    const theirs = new Float64Array(wordsFromBytes(message).buffer);
    if (!theirs.every((score) => Number.isFinite(score))) {
      const name = run.names[roles.platform] ?? "";
      const [step, expected] = ["partial-scores", "finite numbers"];
      throw peerFault("PEER_MALFORMED", { party: name, step, expected, got: "another" });
    }
    return { rows, scores: own.map((score, i) => score + (theirs[i] ?? 0)) };
  });
}
