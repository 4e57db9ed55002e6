/** What a third party that computes has to be told of a training before it starts. */

import { bytesFromWords, wordsFromBytes } from "../bytes/encoding.js";
import type { ProtocolRun } from "../channel/party.js";
import { peerFault } from "../errors.js";

/** Numbers that all who compute must know before they start; no secret among them. */
export interface TrainingSize {
  readonly rows: number;
  readonly heldBackRows: number;
  readonly lenderColumns: number;
  readonly platformColumns: number;
}

const step = "training-size";
const fields = ["rows", "heldBackRows", "lenderColumns", "platformColumns"] as const;

/** An owner tells a third party that computes. */
export function tellSize(run: ProtocolRun, to: number, size: TrainingSize): Promise<void> {
  return run.send(to, step, bytesFromWords(BigUint64Array.from(fields, (field) => BigInt(size[field]))));
}

/**
 * The third party hears it from both owners.
 *
 * @throws VeilshareError PEER_MISMATCH when they differ, PEER_MALFORMED for numbers out of range.
 */
export async function hearSize(run: ProtocolRun, owners: readonly number[]): Promise<TrainingSize> {
  const shape = { byteLength: 8 * fields.length };
  const heard = await Promise.all(owners.map((owner) => run.receive(owner, step, shape)));
  const sizes = heard.map((message) => Array.from(wordsFromBytes(message), Number));
  for (const [i, [rows = 0, heldBack = 0, ...columns]] of sizes.entries()) {
    const party = run.names[owners[i] ?? 0] ?? "";
    const fits =
      rows >= 2 && rows < 2 ** 31 && heldBack < 2 ** 31 && columns.every((count) => count <= maxColumns);
    if (!fits) {
      const expected = "rows and columns in range";
      throw peerFault("PEER_MALFORMED", { party, step, expected, got: "others" });
    }
    for (const [at, field] of fields.entries()) {
      if (sizes[i]?.[at] === sizes[0]?.[at]) continue;
      const expected = `the same ${field} as the other owner's`;
      throw peerFault("PEER_MISMATCH", { party, step, field, expected, got: "others" });
    }
  }
  const [rows = 0, heldBackRows = 0, lenderColumns = 0, platformColumns = 0] = sizes[0] ?? [];
  return { rows, heldBackRows, lenderColumns, platformColumns };
}

/** More prepared columns than this on one side are refused. */
export const maxColumns = 4096;
