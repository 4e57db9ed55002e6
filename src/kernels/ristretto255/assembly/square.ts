/**
 * Squares of quads: of two equal limb products one is made, with one factor doubled.
 *
 * Coefficient k is a sum of word(t) * pair(k - 2t) as in `product.ts`, whose terms come twice: for t below k / 4 the word
 * is doubled, the rest is left out, and for t next to k / 4 the word is cut to the products that are missing.
 *
 * No branch and no address here depends on the value of a limb.
 */

import { at, dot, halves, plus, plus3, plus4, plus5, put, ZERO } from "./limbs";
import { PAIRS, spread } from "./product";
import { COEFFICIENTS, reduce } from "./reduction";

/** The terms of words 0 to 4: coefficients 0 to 28. */
// @ts-ignore: decorator
@inline
function squareLow(a: usize): void {
  const a0 = at(a, 0);
  const a1 = at(a, 1);
  const a2 = at(a, 2);
  const a3 = at(a, 3);
  const a4 = at(a, 4);
  const d0 = i16x8.add(a0, a0);
  const d1 = i16x8.add(a1, a1);
  const d2 = i16x8.add(a2, a2);
  const d3 = i16x8.add(a3, a3);
  const d4 = i16x8.add(a4, a4);
  const p0 = at(PAIRS, 0);
  put(COEFFICIENTS, 0, dot(halves(a0, ZERO), p0));
  const p2 = at(PAIRS, 2);
  put(COEFFICIENTS, 2, dot(halves(d0, a0), p2));
  const p4 = at(PAIRS, 4);
  put(COEFFICIENTS, 4, plus(dot(d0, p4), dot(halves(a1, ZERO), p2)));
  const p6 = at(PAIRS, 6);
  put(COEFFICIENTS, 6, plus(dot(d0, p6), dot(halves(d1, a1), p4)));
  const p8 = at(PAIRS, 8);
  put(COEFFICIENTS, 8, plus3(dot(d0, p8), dot(d1, p6), dot(halves(a2, ZERO), p4)));
  const p10 = at(PAIRS, 10);
  put(COEFFICIENTS, 10, plus3(dot(d0, p10), dot(d1, p8), dot(halves(d2, a2), p6)));
  const p12 = at(PAIRS, 12);
  put(COEFFICIENTS, 12, plus4(dot(d0, p12), dot(d1, p10), dot(d2, p8), dot(halves(a3, ZERO), p6)));
  const p14 = at(PAIRS, 14);
  put(COEFFICIENTS, 14, plus4(dot(d0, p14), dot(d1, p12), dot(d2, p10), dot(halves(d3, a3), p8)));
  const p16 = at(PAIRS, 16);
  put(COEFFICIENTS, 16, plus5(dot(d0, p16), dot(d1, p14), dot(d2, p12), dot(d3, p10), dot(halves(a4, ZERO), p8)));
  const p18 = at(PAIRS, 18);
  put(COEFFICIENTS, 18, plus5(dot(d0, p18), dot(d1, p16), dot(d2, p14), dot(d3, p12), dot(halves(d4, a4), p10)));
  const p20 = at(PAIRS, 20);
  put(COEFFICIENTS, 20, plus5(dot(d0, p20), dot(d1, p18), dot(d2, p16), dot(d3, p14), dot(d4, p12)));
  put(COEFFICIENTS, 22, plus4(dot(d1, p20), dot(d2, p18), dot(d3, p16), dot(d4, p14)));
  put(COEFFICIENTS, 24, plus3(dot(d2, p20), dot(d3, p18), dot(d4, p16)));
  put(COEFFICIENTS, 26, plus(dot(d3, p20), dot(d4, p18)));
  put(COEFFICIENTS, 28, dot(d4, p20));
  const p1 = at(PAIRS, 1);
  put(COEFFICIENTS, 1, dot(halves(d0, ZERO), p1));
  const p3 = at(PAIRS, 3);
  put(COEFFICIENTS, 3, dot(d0, p3));
  const p5 = at(PAIRS, 5);
  put(COEFFICIENTS, 5, plus(dot(d0, p5), dot(halves(d1, ZERO), p3)));
  const p7 = at(PAIRS, 7);
  put(COEFFICIENTS, 7, plus(dot(d0, p7), dot(d1, p5)));
  const p9 = at(PAIRS, 9);
  put(COEFFICIENTS, 9, plus3(dot(d0, p9), dot(d1, p7), dot(halves(d2, ZERO), p5)));
  const p11 = at(PAIRS, 11);
  put(COEFFICIENTS, 11, plus3(dot(d0, p11), dot(d1, p9), dot(d2, p7)));
  const p13 = at(PAIRS, 13);
  put(COEFFICIENTS, 13, plus4(dot(d0, p13), dot(d1, p11), dot(d2, p9), dot(halves(d3, ZERO), p7)));
  const p15 = at(PAIRS, 15);
  put(COEFFICIENTS, 15, plus4(dot(d0, p15), dot(d1, p13), dot(d2, p11), dot(d3, p9)));
  const p17 = at(PAIRS, 17);
  put(COEFFICIENTS, 17, plus5(dot(d0, p17), dot(d1, p15), dot(d2, p13), dot(d3, p11), dot(halves(d4, ZERO), p9)));
  const p19 = at(PAIRS, 19);
  put(COEFFICIENTS, 19, plus5(dot(d0, p19), dot(d1, p17), dot(d2, p15), dot(d3, p13), dot(d4, p11)));
  put(COEFFICIENTS, 21, plus4(dot(d1, p19), dot(d2, p17), dot(d3, p15), dot(d4, p13)));
  put(COEFFICIENTS, 23, plus3(dot(d2, p19), dot(d3, p17), dot(d4, p15)));
  put(COEFFICIENTS, 25, plus(dot(d3, p19), dot(d4, p17)));
  put(COEFFICIENTS, 27, dot(d4, p19));
}

/** The terms of words 5 to 9: coefficients 20 to 38, the first nine on top of what is there. */
// @ts-ignore: decorator
@inline
function squareHigh(a: usize): void {
  const a5 = at(a, 5);
  const a6 = at(a, 6);
  const a7 = at(a, 7);
  const a8 = at(a, 8);
  const a9 = at(a, 9);
  const d5 = i16x8.add(a5, a5);
  const d6 = i16x8.add(a6, a6);
  const d7 = i16x8.add(a7, a7);
  const d8 = i16x8.add(a8, a8);
  const d9 = i16x8.add(a9, a9);
  const p10 = at(PAIRS, 10);
  put(COEFFICIENTS, 20, plus(dot(halves(a5, ZERO), p10), at(COEFFICIENTS, 20)));
  const p12 = at(PAIRS, 12);
  put(COEFFICIENTS, 22, plus(dot(halves(d5, a5), p12), at(COEFFICIENTS, 22)));
  const p14 = at(PAIRS, 14);
  put(COEFFICIENTS, 24, plus(plus(dot(d5, p14), dot(halves(a6, ZERO), p12)), at(COEFFICIENTS, 24)));
  const p16 = at(PAIRS, 16);
  put(COEFFICIENTS, 26, plus(plus(dot(d5, p16), dot(halves(d6, a6), p14)), at(COEFFICIENTS, 26)));
  const p18 = at(PAIRS, 18);
  put(COEFFICIENTS, 28, plus(plus3(dot(d5, p18), dot(d6, p16), dot(halves(a7, ZERO), p14)), at(COEFFICIENTS, 28)));
  const p20 = at(PAIRS, 20);
  put(COEFFICIENTS, 30, plus3(dot(d5, p20), dot(d6, p18), dot(halves(d7, a7), p16)));
  put(COEFFICIENTS, 32, plus3(dot(d6, p20), dot(d7, p18), dot(halves(a8, ZERO), p16)));
  put(COEFFICIENTS, 34, plus(dot(d7, p20), dot(halves(d8, a8), p18)));
  put(COEFFICIENTS, 36, plus(dot(d8, p20), dot(halves(a9, ZERO), p18)));
  put(COEFFICIENTS, 38, dot(halves(d9, a9), p20));
  const p11 = at(PAIRS, 11);
  put(COEFFICIENTS, 21, plus(dot(halves(d5, ZERO), p11), at(COEFFICIENTS, 21)));
  const p13 = at(PAIRS, 13);
  put(COEFFICIENTS, 23, plus(dot(d5, p13), at(COEFFICIENTS, 23)));
  const p15 = at(PAIRS, 15);
  put(COEFFICIENTS, 25, plus(plus(dot(d5, p15), dot(halves(d6, ZERO), p13)), at(COEFFICIENTS, 25)));
  const p17 = at(PAIRS, 17);
  put(COEFFICIENTS, 27, plus(plus(dot(d5, p17), dot(d6, p15)), at(COEFFICIENTS, 27)));
  const p19 = at(PAIRS, 19);
  put(COEFFICIENTS, 29, plus3(dot(d5, p19), dot(d6, p17), dot(halves(d7, ZERO), p15)));
  put(COEFFICIENTS, 31, plus(dot(d6, p19), dot(d7, p17)));
  put(COEFFICIENTS, 33, plus(dot(d7, p19), dot(halves(d8, ZERO), p17)));
  put(COEFFICIENTS, 35, dot(d8, p19));
  put(COEFFICIENTS, 37, dot(halves(d9, ZERO), p19));
}

/** out = a * a; the weight of a is at most 2. `out` may be `a`. */
export function square(out: usize, a: usize): void {
  spread(a);
  squareLow(a);
  squareHigh(a);
  reduce(out);
}

/** out = a^(2^times). */
export function squareTimes(out: usize, a: usize, times: i32): void {
  square(out, a);
  for (let i = 1; i < times; i++) square(out, out);
}
