/** Commitments of a lender to its own columns of each id that it asks about. */

import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesFromWords, concatBytes, utf8ToBytes } from "../bytes/encoding.js";
import type { ProtocolRun } from "../channel/party.js";
import { VeilshareError } from "../errors.js";
import type { FeatureColumn } from "../owners/columns.js";
import { idSet, type SetKind, type StateStore } from "../store/index.js";
import type { OwnedRows } from "./inputs-and-reports.js";
import type { OwnerRoles } from "./roles.js";
import type { RiskModelPart } from "./model.js";

/** What guards applicants. */
export interface ApplicantGuard {
  /** While it is the same, an id may only come with the same columns; the same at both. Default the empty text. */
  readonly epoch?: string;
  /**
   * The platform's: remembers the commitments of an epoch, by model and lender. Without one nothing is remembered, and a lender
   * may ask for one id again and again with other columns of its own.
   */
  readonly store?: StateStore;
  /** The platform's: different ids that one lender may ask for in an epoch; counted in the store. Default 1,000,000. */
  readonly maxApplicants?: number;
}

const step = "applicants";
const commitmentBytes = 32;
const defaultMaxApplicants = 1_000_000;

/** Of each id that was asked for two entries: the id's, and the one of the id with its commitment. */
const applicants: SetKind = idSet("veilshare/risk-applicant", 16);

/** The lender commits to its columns of the common rows; the platform compares with what it heard before. */
export async function commitApplicants(
  run: ProtocolRun,
  roles: OwnerRoles,
  at: {
    readonly input: OwnedRows & { readonly role: "lender" | "platform"; readonly model: RiskModelPart };
    readonly rows: Uint32Array;
    readonly guard: ApplicantGuard;
    readonly epoch: string;
  },
): Promise<void> {
  const { input, rows, guard, epoch } = at;
  if (rows.length === 0) return;
  if (input.role === "lender") {
    await run.send(roles.platform, step, commitments(input, rows));
    return;
  }
  const heard = await run.receive(roles.lender, step, { byteLength: commitmentBytes * rows.length });
  if (guard.store === undefined) return;
  const party = run.names[roles.lender] ?? "";
  const key = JSON.stringify([input.model.modelId, party, epoch]);
  const entries = Array.from(rows, (row, i) => {
    const id = sha256(utf8ToBytes(input.ids[row] ?? ""));
    const own = heard.subarray(commitmentBytes * i, commitmentBytes * (i + 1));
    return { id: id.subarray(0, 16), whole: sha256(concatBytes(id, own)).subarray(0, 16) };
  });
  await guard.store.transact((draft) => {
    const refuse = (expected: string, got: string): never => {
      const text = `jointScore: party "${party}": expected ${expected}, got ${got}`;
      throw new VeilshareError("DISCLOSURE_REFUSED", text, { party, step, expected, got });
    };
    if (draft.isBurned(applicants, key)) {
      refuse(
        "a store that remembers the epoch",
        "one that was restored from an older copy; begin another epoch",
      );
    }
    for (const { id, whole } of entries) {
      if (!draft.has(applicants, key, id) || draft.has(applicants, key, whole)) continue;
      refuse("the same columns for an id within an epoch", "others");
    }
    draft.claim(
      applicants,
      key,
      entries.flatMap(({ id, whole }) => [id, whole]),
    );
    const most = guard.maxApplicants ?? defaultMaxApplicants;
    if (draft.count(applicants, key) > 2 * most) refuse(`at most ${most} ids in an epoch`, "more");
  });
}

/** One for each row: a keyed hash, so that the platform cannot try out columns, and the same for the same columns. */
function commitments(input: OwnedRows & { readonly model: RiskModelPart }, rows: Uint32Array): Uint8Array {
  const key = sha256(bytesFromWords(new BigUint64Array(input.model.shares.slice().buffer)));
  const names = new Set(input.model.preparation.map(({ name }) => name));
  const columns = input.columns
    .filter(({ name }) => names.has(name))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const all = new Uint8Array(commitmentBytes * rows.length);
  for (const [i, row] of rows.entries()) {
    const text = JSON.stringify([
      input.ids[row],
      ...columns.map((column) => [column.name, cellOf(column, row)]),
    ]);
    all.set(hmac(sha256, key, utf8ToBytes(text)), commitmentBytes * i);
  }
  return all;
}

function cellOf(column: FeatureColumn, row: number): string | null {
  if (column.kind === "category") return column.values[row] ?? null;
  const value = column.values[row] as number; // rows are indices of values
  return Number.isNaN(value) ? null : String(value + 0);
}
