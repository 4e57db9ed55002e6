/** In which way secrets are shared while a joint model is trained, and who takes part. */

import { bytesFromWords, wordsFromBytes } from "../../bytes/encoding.js";
import type { Party, ProtocolRun } from "../../channel/party.js";
import { VeilshareError } from "../../errors.js";
import type { Engine } from "../../mpc/engine.js";
import { openEngine, openReplicatedEngine } from "../../mpc/open-engine.js";
import type { RiskRole } from "./roles.js";

/**
 * - `replicated`: lender, platform and a `helper`, a third party that computes with them and learns nothing. Fastest.
 *   No two of the three may collude.
 * - `dealer`: lender and platform compute; a `dealer` gives them correlated randomness and sees no message of theirs. No two
 *   may collude, and a dealer that deals wrong is not noticed.
 */
export type Computation = "replicated" | "dealer";

/** All of them. */
export const computations: readonly Computation[] = ["replicated", "dealer"];

/** The third party of each. */
export const thirdRoles = { replicated: "helper", dealer: "dealer" } as const;

/** Opens the engine of lender, platform and, where it computes too, the third party. */
export function openComputation(
  run: Party,
  computation: Computation,
  roles: Readonly<Partial<Record<RiskRole, number>>>,
): Promise<Engine> {
  switch (computation) {
    case "replicated":
      return openReplicatedEngine(run);
    case "dealer":
      return openEngine(run, { dealer: roles.dealer ?? "dealer" });
  }
}

/** Numbers that all who compute must know before they start; no secret among them. */
export interface TrainingSize {
  readonly rows: number;
  readonly lenderColumns: number;
  readonly platformColumns: number;
}

const step = "training-size";
const fields = ["rows", "lenderColumns", "platformColumns"] as const;

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
  for (const [i, [rows = 0, ...columns]] of sizes.entries()) {
    const party = run.names[owners[i] ?? 0] ?? "";
    const fits = rows >= 2 && rows < 2 ** 31 && columns.every((count) => count <= maxColumns);
    if (!fits) {
      const text = `${step}: party "${party}": expected rows and columns in range, got others`;
      throw new VeilshareError("PEER_MALFORMED", text, { party, step });
    }
    for (const [at, field] of fields.entries()) {
      if (sizes[i]?.[at] === sizes[0]?.[at]) continue;
      const text = `${step}: party "${party}": expected the same ${field} as the other owner's, got others`;
      throw new VeilshareError("PEER_MISMATCH", text, { party, step, field });
    }
  }
  const [rows = 0, lenderColumns = 0, platformColumns = 0] = sizes[0] ?? [];
  return { rows, lenderColumns, platformColumns };
}

/** More prepared columns than this on one side are refused. */
export const maxColumns = 4096;
