/** Secret scalars of the group of order l = 2^252 + 27742317777372353535851937790883648493. */

const L0: u64 = 0x5812631a5cf5d3ed;
const L1: u64 = 0x14def9dea2f79cd6;
const L3: u64 = 0x1000000000000000;

const HALF: usize = memory.data(32, 16);
/** Digits to base 16 of a scalar. */
export const DIGIT_COUNT: usize = 64;
/** Bytes of the digits of four scalars. */
export const DIGIT_BYTES: usize = DIGIT_COUNT * 16;
/** The signed digits for each of four lanes, least first; a digit is a 32-bit lane. */
export const DIGITS: usize = memory.data(64 * 16, 16);

/** 1 where a + b + c (c is 0 or 1) does not fit 64 bits. */
// @ts-ignore: decorator
@inline
function carried(a: u64, b: u64, sum: u64): u64 {
  return ((a & b) | ((a | b) & ~sum)) >> 63;
}

/**
 * Writes the 64 signed digits of scalar / 2 mod l, each from -8 to 8, for one lane. The half is what the batched encoding
 * wants, which encodes the double of a point. No branch depends on the scalar.
 *
 * @param scalar - 32 bytes, below l.
 */
export function recodeHalf(lane: usize, scalar: usize): void {
  const a0 = load<u64>(scalar);
  const a1 = load<u64>(scalar, 8);
  const a2 = load<u64>(scalar, 16);
  const a3 = load<u64>(scalar, 24);
  const odd: u64 = 0 - (a0 & 1);
  const s0 = a0 + (L0 & odd);
  const c0 = carried(a0, L0 & odd, s0);
  const s1 = a1 + (L1 & odd) + c0;
  const c1 = carried(a1, L1 & odd, s1);
  const s2 = a2 + c1;
  const c2 = carried(a2, 0, s2);
  const s3 = a3 + (L3 & odd) + c2;
  store<u64>(HALF, (s0 >> 1) | (s1 << 63));
  store<u64>(HALF, (s1 >> 1) | (s2 << 63), 8);
  store<u64>(HALF, (s2 >> 1) | (s3 << 63), 16);
  store<u64>(HALF, s3 >> 1, 24);
  recode(DIGITS, lane, HALF);
}

/** Writes the {@link DIGIT_COUNT} signed digits of a scalar, each from -8 to 8, for one lane. */
export function recode(digits: usize, lane: usize, scalar: usize): void {
  let carry: i32 = 0;
  for (let i: usize = 0; i < DIGIT_COUNT; i++) {
    const nibble = <i32>((load<u8>(scalar + (i >> 1)) >> (<u8>(i & 1) << 2)) & 15);
    const digit = nibble + carry;
    carry = (digit + 8) >> 4;
    store<i32>(digits + (i << 4) + (lane << 2), digit - (carry << 4));
  }
}

/** Overwrites the scalar's traces. */
export function wipeScalar(): void {
  memory.fill(HALF, 0, 32);
  memory.fill(DIGITS, 0, DIGIT_BYTES);
}
