// The kernel's field arithmetic, exported for test/kernels/field.test.ts, which compiles this file.
import {
  canonicalize,
  CANONICAL,
  isNegative,
  isZero,
  pack,
  unpack,
} from "../../../src/kernels/ristretto255/assembly/bytes";
import { unpackConstants } from "../../../src/kernels/ristretto255/assembly/constants";
import { invert, sqrtRatio } from "../../../src/kernels/ristretto255/assembly/powers";
import { carry } from "../../../src/kernels/ristretto255/assembly/quad";

export { multiply } from "../../../src/kernels/ristretto255/assembly/product";
export { square } from "../../../src/kernels/ristretto255/assembly/square";
export { canonicalize, pack, unpack, carry, invert, unpackConstants };

const MEMORY: usize = memory.data(160 * 8, 16);

export function memoryStart(): usize {
  return MEMORY;
}

export function canonicalLimbs(): usize {
  return CANONICAL;
}

export function zeroMask(quad: usize): i32 {
  return i32x4.bitmask(isZero(quad));
}

export function negativeMask(quad: usize): i32 {
  return i32x4.bitmask(isNegative(quad));
}

export function squareRootRatio(out: usize, u: usize, v: usize): i32 {
  return i32x4.bitmask(sqrtRatio(out, u, v));
}
