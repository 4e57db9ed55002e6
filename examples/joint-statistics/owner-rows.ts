/** The owners' files as input of joint statistics. */

import { readLender, readPlatform } from "../risk/owner-table.js";
import type { OwnerRows } from "./plain-answers.js";

/** The lender's rows, its label as the column `bad`. */
export async function readFirst(file: string): Promise<OwnerRows> {
  const { ids, labels, columns } = await readLender(file);
  return { ids, columns: [{ kind: "numeric", name: "bad", values: labels }, ...columns] };
}

/** The platform's rows. */
export async function readSecond(file: string): Promise<OwnerRows> {
  const { ids, columns } = await readPlatform(file);
  return { ids, columns };
}
