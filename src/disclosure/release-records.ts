/** How releases and own contributions are kept in the state store. */

import type { JsonValue } from "../bytes/canonical-json.js";
import type { JsonRecord } from "../bytes/json-record.js";
import { jsonCell, jsonLog, type CellKind, type LogKind } from "../store/index.js";
import type { CellRelease, ReleasedTable } from "./released-table.js";

/** A release of one period. */
export interface StoredRelease {
  readonly period: string;
  readonly table: ReleasedTable;
}

/** What the own contribution to one release was, as keyed hashes: equal ones can be told, nothing else. */
export interface StoredContribution {
  readonly period: string;
  /** By cell. */
  readonly cells: readonly { readonly cell: string; readonly hash: string }[];
  /** Of everything together. */
  readonly whole: string;
  /** Whether the whole was counted as such, or is only the sum of the cells. */
  readonly isWhole: boolean;
}

/** What a ledger was opened with. */
export interface StoredLedger {
  readonly minContributors: number;
  readonly known: readonly string[];
  /** 32 bytes in hexadecimal. */
  readonly hashKey: string;
}

/** Releases by ledger and series. */
export const releaseKind: LogKind<StoredRelease> = jsonLog<StoredRelease>("veilshare/release", {
  read: (record) => ({ period: record.text("period"), table: record.record("table", readTable) }),
  write: ({ period, table }) => ({ period, table: writeTable(table) }),
});

/** Own contributions by ledger and series. */
export const contributionKind: LogKind<StoredContribution> = jsonLog<StoredContribution>(
  "veilshare/release-contribution",
  {
    read: (record) => ({
      period: record.text("period"),
      cells: record.records("cells", (cell) => ({ cell: cell.text("cell"), hash: cell.text("hash") })),
      whole: record.text("whole"),
      isWhole: record.boolean("isWhole"),
    }),
    write: ({ period, cells, whole, isWhole }) => ({
      period,
      cells: cells.map(({ cell, hash }) => ({ cell, hash })),
      whole,
      isWhole,
    }),
  },
);

/** Ledgers by name. */
export const ledgerKind: CellKind<StoredLedger> = jsonCell<StoredLedger>("veilshare/query-ledger", {
  read: (record) => ({
    minContributors: record.integer("minContributors", { min: 2 }),
    known: record.distinctTexts("known"),
    hashKey: record.text("hashKey"),
  }),
  write: ({ minContributors, known, hashKey }) => ({ minContributors, known: [...known], hashKey }),
});

/** A table as plain JSON. */
export function writeTable({ members, cells, whole }: ReleasedTable): JsonValue {
  const counted = cells.map(({ cell, contributors, shown }) => ({ cell, contributors, shown }));
  const table = { members: [...members], cells: counted };
  if (whole === undefined) return table;
  return { ...table, whole: { contributors: whole.contributors, shown: whole.shown } };
}

/** A table from a record. */
export function readTable(record: JsonRecord): ReleasedTable {
  const members = record.distinctTexts("members");
  const cells = record.records("cells", (cell): CellRelease => ({
    cell: cell.text("cell"),
    ...readCount(cell),
  }));
  return record.has("whole")
    ? { members, cells, whole: record.record("whole", readCount) }
    : { members, cells };
}

function readCount(record: JsonRecord): { readonly contributors: number; readonly shown: boolean } {
  return { contributors: record.integer("contributors"), shown: record.boolean("shown") };
}
