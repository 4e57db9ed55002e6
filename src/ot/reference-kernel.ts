/**
 * The kernel's operations in plain TypeScript: the readable reference that the compiled kernel is tested against, and
 * what runs where the platform has no WebAssembly with SIMD. Rows and columns are bits, one by one; words are BigInt.
 */

import { hostIsLittleEndian } from "../bytes/encoding.js";
import { VeilshareError } from "../errors.js";
import type { OtKernel } from "../kernels/ot/kernel.js";
import type { OtAreas } from "./reference-areas.js";
import { checkOperations } from "./reference-check.js";
import { matrixOperations } from "./reference-matrix.js";
import { productOperations } from "./reference-products.js";

const stripe = 16_384;
const blocks = 16_384;

/**
 * A fresh reference kernel.
 *
 * @throws VeilshareError UNSUPPORTED on a big-endian host.
 */
export function referenceOt(): OtKernel {
  if (!hostIsLittleEndian) {
    throw new VeilshareError("UNSUPPORTED", "referenceOt: oblivious transfer needs a little-endian host");
  }
  const bytes = (length: number): Uint8Array => new Uint8Array(length);
  const areas: OtAreas = {
    stripe,
    blocks,
    leaves: bytes(16 * stripe),
    columns: bytes(128 * stripe),
    sum: bytes(stripe),
    rows: bytes(8 * 16 * stripe),
    delta: bytes(16),
    bits: bytes(blocks / 8),
    first: [bytes(16 * blocks), bytes(16 * blocks)],
    hash: [bytes(16 * blocks), bytes(16 * blocks)],
    factors: bytes(16 * blocks),
    shares: bytes(16 * blocks),
    message: bytes(16 * blocks),
    coefficients: bytes(8 * 8 * stripe),
    checked: bytes(64 * 16 + 8),
  };
  return {
    ...areas,
    run: { ...matrixOperations(areas), ...checkOperations(areas), ...productOperations(areas) },
  };
}
