/**
 * Products of quads (see `quad.ts`).
 *
 * `i32x4.dot_i16x8_s` makes eight 16-bit products and adds them in pairs: two limb products of each of four elements in
 * one instruction, where a 32-bit multiplication makes one of two elements. `reduction.ts` says why no sum overflows.
 *
 * Written out without loops: a loop's counting took a third of the time.
 *
 * No branch and no address here depends on the value of a limb.
 */

import { at, dot, halves, plus, plus3, plus4, plus5, put, swapped, ZERO } from "./limbs";
import { COEFFICIENTS, reduce } from "./reduction";

/** The 21 pairs (limb j, limb j-1) of a factor. */
export const PAIRS: usize = memory.data(16 * 21, 16);

/** Writes the pairs of a factor: pair j is (limb j, limb j-1), limbs -1 and 20 being zero. */
// @ts-ignore: decorator
@inline
export function spread(b: usize): void {
  const w0 = at(b, 0);
  put(PAIRS, 0, halves(w0, ZERO));
  put(PAIRS, 1, swapped(w0));
  const w1 = at(b, 1);
  put(PAIRS, 2, halves(w1, w0));
  put(PAIRS, 3, swapped(w1));
  const w2 = at(b, 2);
  put(PAIRS, 4, halves(w2, w1));
  put(PAIRS, 5, swapped(w2));
  const w3 = at(b, 3);
  put(PAIRS, 6, halves(w3, w2));
  put(PAIRS, 7, swapped(w3));
  const w4 = at(b, 4);
  put(PAIRS, 8, halves(w4, w3));
  put(PAIRS, 9, swapped(w4));
  const w5 = at(b, 5);
  put(PAIRS, 10, halves(w5, w4));
  put(PAIRS, 11, swapped(w5));
  const w6 = at(b, 6);
  put(PAIRS, 12, halves(w6, w5));
  put(PAIRS, 13, swapped(w6));
  const w7 = at(b, 7);
  put(PAIRS, 14, halves(w7, w6));
  put(PAIRS, 15, swapped(w7));
  const w8 = at(b, 8);
  put(PAIRS, 16, halves(w8, w7));
  put(PAIRS, 17, swapped(w8));
  const w9 = at(b, 9);
  put(PAIRS, 18, halves(w9, w8));
  put(PAIRS, 19, swapped(w9));
  put(PAIRS, 20, halves(ZERO, w9));
}

/** Writes coefficient k of one half of a factor; of the second half (`more`), up to 18, on top of the first one's. */
// @ts-ignore: decorator
@inline
function settle(c: usize, k: i32, value: v128, more: bool): void {
  put(c, k, more && k < 19 ? plus(value, at(c, k)) : value);
}

/** c[k] = sum of word(t) * pair(k - 2t), for five words of one factor and all pairs of the other. */
// @ts-ignore: decorator
@inline
function multiplyHalf(a: usize, c: usize, more: bool): void {
  const a0 = at(a, 0);
  const a1 = at(a, 1);
  const a2 = at(a, 2);
  const a3 = at(a, 3);
  const a4 = at(a, 4);
  const p0 = at(PAIRS, 0);
  settle(c, 0, dot(a0, p0), more);
  const p2 = at(PAIRS, 2);
  settle(c, 2, plus(dot(a0, p2), dot(a1, p0)), more);
  const p4 = at(PAIRS, 4);
  settle(c, 4, plus3(dot(a0, p4), dot(a1, p2), dot(a2, p0)), more);
  const p6 = at(PAIRS, 6);
  settle(c, 6, plus4(dot(a0, p6), dot(a1, p4), dot(a2, p2), dot(a3, p0)), more);
  const p8 = at(PAIRS, 8);
  settle(c, 8, plus5(dot(a0, p8), dot(a1, p6), dot(a2, p4), dot(a3, p2), dot(a4, p0)), more);
  const p10 = at(PAIRS, 10);
  settle(c, 10, plus5(dot(a0, p10), dot(a1, p8), dot(a2, p6), dot(a3, p4), dot(a4, p2)), more);
  const p12 = at(PAIRS, 12);
  settle(c, 12, plus5(dot(a0, p12), dot(a1, p10), dot(a2, p8), dot(a3, p6), dot(a4, p4)), more);
  const p14 = at(PAIRS, 14);
  settle(c, 14, plus5(dot(a0, p14), dot(a1, p12), dot(a2, p10), dot(a3, p8), dot(a4, p6)), more);
  const p16 = at(PAIRS, 16);
  settle(c, 16, plus5(dot(a0, p16), dot(a1, p14), dot(a2, p12), dot(a3, p10), dot(a4, p8)), more);
  const p18 = at(PAIRS, 18);
  settle(c, 18, plus5(dot(a0, p18), dot(a1, p16), dot(a2, p14), dot(a3, p12), dot(a4, p10)), more);
  const p20 = at(PAIRS, 20);
  settle(c, 20, plus5(dot(a0, p20), dot(a1, p18), dot(a2, p16), dot(a3, p14), dot(a4, p12)), more);
  settle(c, 22, plus4(dot(a1, p20), dot(a2, p18), dot(a3, p16), dot(a4, p14)), more);
  settle(c, 24, plus3(dot(a2, p20), dot(a3, p18), dot(a4, p16)), more);
  settle(c, 26, plus(dot(a3, p20), dot(a4, p18)), more);
  settle(c, 28, dot(a4, p20), more);
  const p1 = at(PAIRS, 1);
  settle(c, 1, dot(a0, p1), more);
  const p3 = at(PAIRS, 3);
  settle(c, 3, plus(dot(a0, p3), dot(a1, p1)), more);
  const p5 = at(PAIRS, 5);
  settle(c, 5, plus3(dot(a0, p5), dot(a1, p3), dot(a2, p1)), more);
  const p7 = at(PAIRS, 7);
  settle(c, 7, plus4(dot(a0, p7), dot(a1, p5), dot(a2, p3), dot(a3, p1)), more);
  const p9 = at(PAIRS, 9);
  settle(c, 9, plus5(dot(a0, p9), dot(a1, p7), dot(a2, p5), dot(a3, p3), dot(a4, p1)), more);
  const p11 = at(PAIRS, 11);
  settle(c, 11, plus5(dot(a0, p11), dot(a1, p9), dot(a2, p7), dot(a3, p5), dot(a4, p3)), more);
  const p13 = at(PAIRS, 13);
  settle(c, 13, plus5(dot(a0, p13), dot(a1, p11), dot(a2, p9), dot(a3, p7), dot(a4, p5)), more);
  const p15 = at(PAIRS, 15);
  settle(c, 15, plus5(dot(a0, p15), dot(a1, p13), dot(a2, p11), dot(a3, p9), dot(a4, p7)), more);
  const p17 = at(PAIRS, 17);
  settle(c, 17, plus5(dot(a0, p17), dot(a1, p15), dot(a2, p13), dot(a3, p11), dot(a4, p9)), more);
  const p19 = at(PAIRS, 19);
  settle(c, 19, plus5(dot(a0, p19), dot(a1, p17), dot(a2, p15), dot(a3, p13), dot(a4, p11)), more);
  settle(c, 21, plus4(dot(a1, p19), dot(a2, p17), dot(a3, p15), dot(a4, p13)), more);
  settle(c, 23, plus3(dot(a2, p19), dot(a3, p17), dot(a4, p15)), more);
  settle(c, 25, plus(dot(a3, p19), dot(a4, p17)), more);
  settle(c, 27, dot(a4, p19), more);
}

/** out = a * the factor whose pairs are spread. */
function multiplySpread(out: usize, a: usize): void {
  multiplyHalf(a, COEFFICIENTS, false);
  multiplyHalf(a + 80, COEFFICIENTS + 160, true);
  reduce(out);
}

/** out = a * b; the weights of a and b multiply to at most 6. `out` may be `a` or `b`. */
export function multiply(out: usize, a: usize, b: usize): void {
  spread(b);
  multiplySpread(out, a);
}

/** out = a * c and other = b * c, with c laid out once. `out` must not be `b`. */
export function multiplyBoth(out: usize, a: usize, other: usize, b: usize, c: usize): void {
  spread(c);
  multiplySpread(out, a);
  multiplySpread(other, b);
}

/** Overwrites what the last products left. */
export function wipeProduct(): void {
  memory.fill(PAIRS, 0, 16 * 21);
}
