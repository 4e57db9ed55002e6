/** What the kernel of oblivious transfer does, between fixed areas of its own memory. */

import * as areas from "./areas";
import { wipeSquares } from "./columns";

export { addSum, foldFour, foldSixteen, transpose } from "./columns";
export { hashRows } from "./check";
export { addFirst, addTweaks, pairRows } from "./hash";
export { receiveBits, receiveProducts, sendBits, sendProducts } from "./products";

/** Most bytes of a column. */
export function stripe(): usize {
  return areas.STRIPE;
}

/** Most blocks of a hash. */
export function blocks(): usize {
  return areas.BLOCKS;
}

export function leaves(): usize {
  return areas.LEAVES;
}

export function sum(): usize {
  return areas.SUM;
}

export function rows(): usize {
  return areas.ROWS;
}

export function delta(): usize {
  return areas.DELTA;
}

export function bits(): usize {
  return areas.BITS;
}

export function first0(): usize {
  return areas.FIRST0;
}

export function first1(): usize {
  return areas.FIRST1;
}

export function hash0(): usize {
  return areas.HASH0;
}

export function hash1(): usize {
  return areas.HASH1;
}

export function factors(): usize {
  return areas.FACTORS;
}

export function shares(): usize {
  return areas.SHARES;
}

export function message(): usize {
  return areas.MESSAGE;
}

export function coefficients(): usize {
  return areas.COEFFICIENTS;
}

export function checked(): usize {
  return areas.CHECKED;
}

/** Overwrites what a matrix of columns of so many bytes left. */
export function wipeMatrix(bytes: usize): void {
  for (let i: usize = 0; i < areas.LEAF_COUNT; i++) memory.fill(areas.LEAVES + i * areas.STRIPE, 0, bytes);
  for (let i: usize = 0; i < areas.WIDTH; i++) memory.fill(areas.COLUMNS + i * areas.STRIPE, 0, bytes);
  memory.fill(areas.SUM, 0, bytes);
  memory.fill(areas.ROWS, 0, bytes << 7);
  memory.fill(areas.BUCKETS, 0, 8 * 256 * 16);
  memory.fill(areas.CHECKED, 0, 64 * 16 + 16);
  wipeSquares();
}

/** Overwrites what a hash of so many blocks, and products of it, left. */
export function wipeHash(blocks: usize): void {
  const bytes = blocks << 4;
  memory.fill(areas.DELTA, 0, 16);
  memory.fill(areas.BITS, 0, 2048);
  memory.fill(areas.FIRST0, 0, bytes);
  memory.fill(areas.FIRST1, 0, bytes);
  memory.fill(areas.HASH0, 0, bytes);
  memory.fill(areas.HASH1, 0, bytes);
  memory.fill(areas.FACTORS, 0, bytes);
  memory.fill(areas.SHARES, 0, bytes);
  memory.fill(areas.MESSAGE, 0, bytes);
}
