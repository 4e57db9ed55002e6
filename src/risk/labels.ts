/** The labels that a lender brings. */

import { invalidData } from "../owners/columns.js";

/**
 * Checks labels: 0 or 1, one for each id.
 *
 * @throws VeilshareError INVALID_DATA
 */
export function checkLabels(labels: ArrayLike<number>, rows: number): void {
  if (labels.length !== rows) throw invalidData("labels", `${rows}, one for each id`, `${labels.length}`);
  for (let row = 0; row < rows; row++) {
    if (labels[row] !== 0 && labels[row] !== 1) {
      throw invalidData("labels", "0 or 1", `something else in row ${row}`);
    }
  }
}
