/** What circuits over secret bits need of an engine. */

import type { SecretBits } from "./secret-bits.js";
import type { SecretMatrix } from "./secret-matrix.js";

/** The operations of an `Engine` that work on bits. */
export interface BitEngine {
  and(x: SecretBits, y: SecretBits): Promise<SecretBits>;
  splitToTwoSummands(x: SecretMatrix, width: number): Promise<readonly [SecretBits, SecretBits]>;
  bitsToArithmetic(bits: SecretBits): Promise<SecretMatrix>;
}
