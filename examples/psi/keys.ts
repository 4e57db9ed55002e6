/** The keys of a data file's rows, read as they are needed: the file is never in memory as a whole. */

import { RowKeys } from "veilshare/table";
import { openRows } from "veilshare/table/node";
import type { InputFile } from "./messages.js";

/** Keys of one field or several; rows in which one is empty are left out: nobody is identified by nothing. */
export function keysOf({ path, key, ...reading }: InputFile): RowKeys {
  return new RowKeys(openRows(path, { select: key, ...reading }));
}
