/** The currency that all amounts of money of a run are in. */

import { VeilshareError } from "../../errors.js";

/** @throws VeilshareError INVALID_DATA */
export function checkCurrency(currency: string): void {
  if (/^[A-Z]{3}$/.test(currency)) return;
  throw new VeilshareError("INVALID_DATA", "footprint: expected an ISO 4217 currency code such as USD", {
    field: "currency",
  });
}
