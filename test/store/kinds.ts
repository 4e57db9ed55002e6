/** Kinds that the tests of the store use. */

import {
  idSet,
  jsonCell,
  jsonLog,
  type CellKind,
  type LogKind,
  type SetKind,
} from "../../dist/store/index.js";

/** A number. */
export const counter: CellKind<{ readonly count: number }> = jsonCell("test/counter", {
  read: (record) => ({ count: record.integer("count") }),
});

/** What was spent. */
export const spending: LogKind<{ readonly amount: number; readonly by: string }> = jsonLog("test/spending", {
  read: (record) => ({ amount: record.integer("amount"), by: record.text("by") }),
});

/** Ids of 16 bytes. */
export const ids: SetKind = idSet("test/id", 16);

/** The id of a number. */
export function idOf(number: number): Uint8Array {
  const id = new Uint8Array(16);
  new DataView(id.buffer).setUint32(4, number);
  return id;
}
