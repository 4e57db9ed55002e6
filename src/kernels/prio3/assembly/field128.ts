/**
 * The field of order p = 2^128 - 28 * 2^64 + 1. Elements are canonical, two 64-bit words in memory, least significant
 * first; no branch depends on one. Products are Montgomery's: a * b / 2^128. As p = 1 modulo 2^64, the multiple of p that
 * clears the lowest word of a number t is p times that word, and p times a word costs one multiplication by 28.
 */

const LOW32: u64 = 0xffff_ffff;
const PL: u64 = 1;
const PH: u64 = 0xffff_ffff_ffff_ffe4;

/** out = a + b. */
// @ts-ignore: decorator
@inline
export function add128(out: usize, a: usize, b: usize): void {
  const al = load<u64>(a);
  const ah = load<u64>(a, 8);
  const low = al + load<u64>(b);
  const carry = <u64>(low < al);
  const partial = ah + load<u64>(b, 8);
  const high = partial + carry;
  const overflow = <u64>(partial < ah) | <u64>(high < partial);
  // Subtract p where the sum has overflowed or is not below it.
  const lessLow = low - PL;
  const subtrahend = PH + <u64>(low < PL);
  const reduce: u64 = 0 - (overflow | <u64>(high >= subtrahend));
  store<u64>(out, (lessLow & reduce) | (low & ~reduce));
  store<u64>(out, ((high - subtrahend) & reduce) | (high & ~reduce), 8);
}

/** out = a - b. */
// @ts-ignore: decorator
@inline
export function sub128(out: usize, a: usize, b: usize): void {
  const al = load<u64>(a);
  const ah = load<u64>(a, 8);
  const bl = load<u64>(b);
  const bh = load<u64>(b, 8);
  const low = al - bl;
  const borrow = <u64>(al < bl);
  const partial = ah - bh;
  const high = partial - borrow;
  const restore: u64 = 0 - (<u64>(ah < bh) | <u64>(partial < borrow));
  const sum = low + (PL & restore);
  store<u64>(out, sum);
  store<u64>(out, high + (PH & restore) + <u64>(sum < (PL & restore)), 8);
}

/** The upper word of 28 * m. */
// @ts-ignore: decorator
@inline
function highOf28(m: u64): u64 {
  return ((m >> 32) * 28 + (((m & LOW32) * 28) >> 32)) >> 32;
}

/** out = a * b / 2^128. */
// @ts-ignore: decorator
@inline
export function montgomery128(out: usize, a: usize, b: usize): void {
  const a0: u64 = load<u32>(a);
  const a1: u64 = load<u32>(a, 4);
  const a2: u64 = load<u32>(a, 8);
  const a3: u64 = load<u32>(a, 12);
  const b0: u64 = load<u32>(b);
  const b1: u64 = load<u32>(b, 4);
  const b2: u64 = load<u32>(b, 8);
  const b3: u64 = load<u32>(b, 12);
  // The product of 32-bit limbs, row by row: limb * limb + limb + carry < 2^64.
  let t = a0 * b0;
  const r0 = t & LOW32;
  t = a0 * b1 + (t >> 32);
  let r1 = t & LOW32;
  t = a0 * b2 + (t >> 32);
  let r2 = t & LOW32;
  t = a0 * b3 + (t >> 32);
  let r3 = t & LOW32;
  let r4 = t >> 32;

  t = a1 * b0 + r1;
  r1 = t & LOW32;
  t = a1 * b1 + r2 + (t >> 32);
  r2 = t & LOW32;
  t = a1 * b2 + r3 + (t >> 32);
  r3 = t & LOW32;
  t = a1 * b3 + r4 + (t >> 32);
  r4 = t & LOW32;
  let r5 = t >> 32;

  t = a2 * b0 + r2;
  r2 = t & LOW32;
  t = a2 * b1 + r3 + (t >> 32);
  r3 = t & LOW32;
  t = a2 * b2 + r4 + (t >> 32);
  r4 = t & LOW32;
  t = a2 * b3 + r5 + (t >> 32);
  r5 = t & LOW32;
  let r6 = t >> 32;

  t = a3 * b0 + r3;
  r3 = t & LOW32;
  t = a3 * b1 + r4 + (t >> 32);
  r4 = t & LOW32;
  t = a3 * b2 + r5 + (t >> 32);
  r5 = t & LOW32;
  t = a3 * b3 + r6 + (t >> 32);
  r6 = t & LOW32;
  const r7 = t >> 32;

  reduce128(out, r0 | (r1 << 32), r2 | (r3 << 32), r4 | (r5 << 32), r6 | (r7 << 32));
}

/** out = t / 2^128 for t < p^2, by subtracting multiples of p: the quotient is above -p and below p. */
// @ts-ignore: decorator
@inline
function reduce128(out: usize, t0: u64, t1: u64, t2: u64, t3: u64): void {
  const low1 = t0 * 28;
  const s1 = t1 + low1;
  const high1 = highOf28(t0) + <u64>(s1 < low1);
  const s2raw = t2 + high1;
  const carry1 = <u64>(s2raw < high1);
  const s2 = s2raw - t0;
  const borrow1 = <u64>(s2raw < t0);
  const s3raw = t3 + carry1;
  const s3 = s3raw - borrow1;
  const below = <u64>(s3raw < borrow1);

  const low2 = s1 * 28;
  const low = s2 + low2;
  const high2 = highOf28(s1) + <u64>(low < low2);
  const highRaw = s3 + high2;
  const carry2 = <u64>(highRaw < high2);
  const high = highRaw - s1;
  const borrow2 = <u64>(highRaw < s1);

  const negative = carry2 - borrow2 - below; // 0, or all bits set
  const result = low + (PL & negative);
  store<u64>(out, result);
  store<u64>(out, high + (PH & negative) + <u64>(result < (PL & negative)), 8);
}

/** True for a canonical element. */
// @ts-ignore: decorator
@inline
export function isCanonical128(a: usize): bool {
  const high = load<u64>(a, 8);
  return (high < PH) | ((high == PH) & (load<u64>(a) < PL));
}
