/** Four 32-bit words side by side: what BLAKE3 and ChaCha20 do to each of four messages or blocks at once. */

// @ts-ignore: decorator
@inline
export function rotateRight16(v: v128): v128 {
  return v128.shuffle<i8>(v, v, 2, 3, 0, 1, 6, 7, 4, 5, 10, 11, 8, 9, 14, 15, 12, 13);
}

// @ts-ignore: decorator
@inline
export function rotateRight8(v: v128): v128 {
  return v128.shuffle<i8>(v, v, 1, 2, 3, 0, 5, 6, 7, 4, 9, 10, 11, 8, 13, 14, 15, 12);
}

// @ts-ignore: decorator
@inline
export function rotateLeft8(v: v128): v128 {
  return v128.shuffle<i8>(v, v, 3, 0, 1, 2, 7, 4, 5, 6, 11, 8, 9, 10, 15, 12, 13, 14);
}

// @ts-ignore: decorator
@inline
export function rotateRight12(v: v128): v128 {
  return v128.or(i32x4.shr_u(v, 12), i32x4.shl(v, 20));
}

// @ts-ignore: decorator
@inline
export function rotateRight7(v: v128): v128 {
  return v128.or(i32x4.shr_u(v, 7), i32x4.shl(v, 25));
}

/** Four vectors of four words, transposed: word i of each vector becomes vector i. */
// @ts-ignore: decorator
@inline
export function transposeWords(a: v128, b: v128, c: v128, d: v128, to: usize, stride: usize): void {
  const ab = v128.shuffle<i32>(a, b, 0, 4, 1, 5);
  const AB = v128.shuffle<i32>(a, b, 2, 6, 3, 7);
  const cd = v128.shuffle<i32>(c, d, 0, 4, 1, 5);
  const CD = v128.shuffle<i32>(c, d, 2, 6, 3, 7);
  v128.store(to, v128.shuffle<i64>(ab, cd, 0, 2));
  v128.store(to + stride, v128.shuffle<i64>(ab, cd, 1, 3));
  v128.store(to + 2 * stride, v128.shuffle<i64>(AB, CD, 0, 2));
  v128.store(to + 3 * stride, v128.shuffle<i64>(AB, CD, 1, 3));
}
