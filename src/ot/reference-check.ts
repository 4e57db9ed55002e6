/** The reference of the consistency check's hash: row by row, coefficient by coefficient. */

import type { OtOperations } from "../kernels/ot/kernel.js";
import type { OtAreas } from "./reference-areas.js";
import { bitAt } from "./reference-matrix.js";

/** The operation on a reference kernel's areas. */
export function checkOperations(areas: OtAreas): Pick<OtOperations, "hashRows"> {
  const { rows, sum, coefficients, checked } = areas;
  return {
    hashRows: (count, withChoices) => {
      checked.fill(0);
      const hashed = count - 64;
      for (let r = 0; r < count; r++) {
        const row = rows.subarray(16 * r, 16 * r + 16);
        const choice = withChoices === 0 ? 0 : bitAt(sum, r);
        for (let i = 0; i < 64; i++) {
          const coefficient = r < hashed ? bitAt(coefficients, 64 * r + i) : Number(r - hashed === i);
          if (coefficient === 0) continue;
          for (let k = 0; k < 16; k++) checked[16 * i + k] = (checked[16 * i + k] ?? 0) ^ (row[k] ?? 0);
          const at = 1024 + (i >> 3);
          checked[at] = (checked[at] ?? 0) ^ (choice << (i & 7));
        }
      }
    },
  };
}
