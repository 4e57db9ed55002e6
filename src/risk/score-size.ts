/** What a third party that computes has to be told of a scoring before it starts. */

import { bytesFromWords, wordsFromBytes } from "../bytes/encoding.js";
import type { ProtocolRun } from "../channel/party.js";
import { peerFault } from "../errors.js";

/** Numbers that all who compute must know before they start; no secret among them. */
export interface ScoreSize {
  /** Common rows, 0 where there are none. */
  readonly rows: number;
  readonly trainingRows: number;
  readonly lenderColumns: number;
  readonly platformColumns: number;
  readonly bandCount: number;
}

const step = "score-size";
const fields = ["rows", "trainingRows", "lenderColumns", "platformColumns", "bandCount"] as const;
const most = [2 ** 31, 2 ** 31, 4096, 4096, 10] as const;

/** An owner tells a third party that computes. */
export function tellScoreSize(run: ProtocolRun, to: number, size: ScoreSize): Promise<void> {
  return run.send(to, step, bytesFromWords(BigUint64Array.from(fields, (field) => BigInt(size[field]))));
}

/**
 * The third party hears it from both owners.
 *
 * @throws VeilshareError PEER_MISMATCH when they differ, PEER_MALFORMED for numbers out of range.
 */
export async function hearScoreSize(run: ProtocolRun, owners: readonly number[]): Promise<ScoreSize> {
  const heard = await Promise.all(
    owners.map((owner) => run.receive(owner, step, { byteLength: 8 * fields.length })),
  );
  const sizes = heard.map((message) => Array.from(wordsFromBytes(message), Number));
  for (const [i, numbers] of sizes.entries()) {
    const party = run.names[owners[i] ?? 0] ?? "";
    const inRange = numbers.every((value, at) => value <= (most[at] ?? 0));
    const alike = numbers.every((value, at) => value === sizes[0]?.[at]);
    if (inRange && alike) continue;
    const expected = inRange ? "the same numbers as the other owner's" : "numbers in range";
    const code = inRange ? "PEER_MISMATCH" : "PEER_MALFORMED";
    throw peerFault(code, { party, step, expected, got: "others" });
  }
  const [rows = 0, trainingRows = 0, lenderColumns = 0, platformColumns = 0, bandCount = 0] = sizes[0] ?? [];
  return { rows, trainingRows, lenderColumns, platformColumns, bandCount };
}
