/**
 * SHA-512 (FIPS 180-4) and, on it, the 64 bytes of expand_message_xmd (RFC 9380, section 5.3.1) that hashing to
 * ristretto255 wants.
 */

const ROUND_CONSTANTS: usize = memory.data<u64>([
  0x428a2f98d728ae22, 0x7137449123ef65cd, 0xb5c0fbcfec4d3b2f, 0xe9b5dba58189dbbc,
  0x3956c25bf348b538, 0x59f111f1b605d019, 0x923f82a4af194f9b, 0xab1c5ed5da6d8118,
  0xd807aa98a3030242, 0x12835b0145706fbe, 0x243185be4ee4b28c, 0x550c7dc3d5ffb4e2,
  0x72be5d74f27b896f, 0x80deb1fe3b1696b1, 0x9bdc06a725c71235, 0xc19bf174cf692694,
  0xe49b69c19ef14ad2, 0xefbe4786384f25e3, 0x0fc19dc68b8cd5b5, 0x240ca1cc77ac9c65,
  0x2de92c6f592b0275, 0x4a7484aa6ea6e483, 0x5cb0a9dcbd41fbd4, 0x76f988da831153b5,
  0x983e5152ee66dfab, 0xa831c66d2db43210, 0xb00327c898fb213f, 0xbf597fc7beef0ee4,
  0xc6e00bf33da88fc2, 0xd5a79147930aa725, 0x06ca6351e003826f, 0x142929670a0e6e70,
  0x27b70a8546d22ffc, 0x2e1b21385c26c926, 0x4d2c6dfc5ac42aed, 0x53380d139d95b3df,
  0x650a73548baf63de, 0x766a0abb3c77b2a8, 0x81c2c92e47edaee6, 0x92722c851482353b,
  0xa2bfe8a14cf10364, 0xa81a664bbc423001, 0xc24b8b70d0f89791, 0xc76c51a30654be30,
  0xd192e819d6ef5218, 0xd69906245565a910, 0xf40e35855771202a, 0x106aa07032bbd1b8,
  0x19a4c116b8d2d0c8, 0x1e376c085141ab53, 0x2748774cdf8eeb99, 0x34b0bcb5e19b48a8,
  0x391c0cb3c5c95a63, 0x4ed8aa4ae3418acb, 0x5b9cca4f7763e373, 0x682e6ff3d6b2b8a3,
  0x748f82ee5defb2fc, 0x78a5636f43172f60, 0x84c87814a1f0ab72, 0x8cc702081a6439ec,
  0x90befffa23631e28, 0xa4506cebde82bde9, 0xbef9a3f7b2c67915, 0xc67178f2e372532b,
  0xca273eceea26619c, 0xd186b8c721c0c207, 0xeada7dd6cde0eb1e, 0xf57d4f7fee6ed178,
  0x06f067aa72176fba, 0x0a637dc5a2c898a6, 0x113f9804bef90dae, 0x1b710b35131c471b,
  0x28db77f523047d84, 0x32caab7b40c72493, 0x3c9ebe0a15c9bebc, 0x431d67c49c100d4c,
  0x4cc5d4becb3e42b6, 0x597f299cfc657e2a, 0x5fcb6fab3ad6faec, 0x6c44198c4a475817,
]);

const INITIAL: usize = memory.data<u64>([
  0x6a09e667f3bcc908, 0xbb67ae8584caa73b, 0x3c6ef372fe94f82b, 0xa54ff53a5f1d36f1,
  0x510e527fade682d1, 0x9b05688c2b3e6c1f, 0x1f83d9abfb41bd6b, 0x5be0cd19137e2179,
]);

const STATE: usize = memory.data(64, 16);
const SCHEDULE: usize = memory.data(640, 16);
/** The block being filled, and how much of it is. */
const BLOCK: usize = memory.data(128, 16);
let filled: usize = 0;
let total: u64 = 0;

/** The state after one block of zeros, with which every expand_message_xmd begins. */
const AFTER_ZERO_BLOCK: usize = memory.data(64, 16);
/** The first digest of expand_message_xmd. */
const FIRST_DIGEST: usize = memory.data(64, 16);

// @ts-ignore: decorator
@inline
function byteSwapped(x: u64): u64 {
  return bswap<u64>(x);
}

// @ts-ignore: decorator
@inline
function bigSigma0(x: u64): u64 {
  return rotr<u64>(x, 28) ^ rotr<u64>(x, 34) ^ rotr<u64>(x, 39);
}

// @ts-ignore: decorator
@inline
function bigSigma1(x: u64): u64 {
  return rotr<u64>(x, 14) ^ rotr<u64>(x, 18) ^ rotr<u64>(x, 41);
}

// @ts-ignore: decorator
@inline
function choice(x: u64, y: u64, z: u64): u64 {
  return z ^ (x & (y ^ z));
}

// @ts-ignore: decorator
@inline
function majority(x: u64, y: u64, z: u64): u64 {
  return (x & y) | (z & (x | y));
}

/** The word of the schedule `i` bytes into it plus its round constant. */
// @ts-ignore: decorator
@inline
function roundInput(i: usize): u64 {
  return load<u64>(ROUND_CONSTANTS + i) + load<u64>(SCHEDULE + i);
}

function compress(block: usize): void {
  for (let i: usize = 0; i < 128; i += 8) store<u64>(SCHEDULE + i, byteSwapped(load<u64>(block + i)));
  for (let i: usize = 128; i < 640; i += 8) {
    const at = SCHEDULE + i;
    const x = load<u64>(at - 120);
    const y = load<u64>(at - 16);
    const s0 = rotr<u64>(x, 1) ^ rotr<u64>(x, 8) ^ (x >> 7);
    const s1 = rotr<u64>(y, 19) ^ rotr<u64>(y, 61) ^ (y >> 6);
    store<u64>(at, load<u64>(at - 128) + s0 + load<u64>(at - 56) + s1);
  }
  let a = load<u64>(STATE);
  let b = load<u64>(STATE, 8);
  let c = load<u64>(STATE, 16);
  let d = load<u64>(STATE, 24);
  let e = load<u64>(STATE, 32);
  let f = load<u64>(STATE, 40);
  let g = load<u64>(STATE, 48);
  let h = load<u64>(STATE, 56);
  // Eight rounds a turn, after which every variable has its own name again.
  for (let i: usize = 0; i < 640; i += 64) {
    h += bigSigma1(e) + choice(e, f, g) + roundInput(i);
    d += h;
    h += bigSigma0(a) + majority(a, b, c);
    g += bigSigma1(d) + choice(d, e, f) + roundInput(i + 8);
    c += g;
    g += bigSigma0(h) + majority(h, a, b);
    f += bigSigma1(c) + choice(c, d, e) + roundInput(i + 16);
    b += f;
    f += bigSigma0(g) + majority(g, h, a);
    e += bigSigma1(b) + choice(b, c, d) + roundInput(i + 24);
    a += e;
    e += bigSigma0(f) + majority(f, g, h);
    d += bigSigma1(a) + choice(a, b, c) + roundInput(i + 32);
    h += d;
    d += bigSigma0(e) + majority(e, f, g);
    c += bigSigma1(h) + choice(h, a, b) + roundInput(i + 40);
    g += c;
    c += bigSigma0(d) + majority(d, e, f);
    b += bigSigma1(g) + choice(g, h, a) + roundInput(i + 48);
    f += b;
    b += bigSigma0(c) + majority(c, d, e);
    a += bigSigma1(f) + choice(f, g, h) + roundInput(i + 56);
    e += a;
    a += bigSigma0(b) + majority(b, c, d);
  }
  store<u64>(STATE, load<u64>(STATE) + a);
  store<u64>(STATE, load<u64>(STATE, 8) + b, 8);
  store<u64>(STATE, load<u64>(STATE, 16) + c, 16);
  store<u64>(STATE, load<u64>(STATE, 24) + d, 24);
  store<u64>(STATE, load<u64>(STATE, 32) + e, 32);
  store<u64>(STATE, load<u64>(STATE, 40) + f, 40);
  store<u64>(STATE, load<u64>(STATE, 48) + g, 48);
  store<u64>(STATE, load<u64>(STATE, 56) + h, 56);
}

function begin(state: usize, bytesBefore: u64): void {
  memory.copy(STATE, state, 64);
  filled = 0;
  total = bytesBefore;
}

function update(bytes: usize, length: usize): void {
  total += <u64>length;
  while (length > 0) {
    const part = min<usize>(128 - filled, length);
    memory.copy(BLOCK + filled, bytes, part);
    filled += part;
    bytes += part;
    length -= part;
    if (filled == 128) {
      compress(BLOCK);
      filled = 0;
    }
  }
}

function finish(digest: usize): void {
  const bits = total << 3;
  store<u8>(BLOCK + filled++, 0x80);
  if (filled > 112) {
    memory.fill(BLOCK + filled, 0, 128 - filled);
    compress(BLOCK);
    filled = 0;
  }
  memory.fill(BLOCK + filled, 0, 120 - filled);
  store<u64>(BLOCK, byteSwapped(bits), 120);
  compress(BLOCK);
  for (let i: usize = 0; i < 64; i += 8) store<u64>(digest + i, byteSwapped(load<u64>(STATE + i)));
}

/** Must run once before {@link expandMessage}. */
export function prepareSha512(): void {
  memory.copy(STATE, INITIAL, 64);
  memory.fill(BLOCK, 0, 128);
  compress(BLOCK);
  memory.copy(AFTER_ZERO_BLOCK, STATE, 64);
}

const SUFFIX: usize = memory.data<u8>([0, 64, 0]);
const ONE_BYTE: usize = memory.data<u8>([1]);

/**
 * 64 uniform bytes from a message: b_0 = H(128 zeros || msg || 00 40 || 00 || DST'), b_1 = H(b_0 || 01 || DST').
 *
 * @param tag - DST', the domain separation tag followed by its length in one byte.
 */
export function expandMessage(out: usize, message: usize, messageLength: usize, tag: usize, tagLength: usize): void {
  begin(AFTER_ZERO_BLOCK, 128);
  update(message, messageLength);
  update(SUFFIX, 3);
  update(tag, tagLength);
  finish(FIRST_DIGEST);
  begin(INITIAL, 0);
  update(FIRST_DIGEST, 64);
  update(ONE_BYTE, 1);
  update(tag, tagLength);
  finish(out);
}

/** Overwrites what the last message left. */
export function wipeSha512(): void {
  memory.fill(STATE, 0, 64);
  memory.fill(SCHEDULE, 0, 640);
  memory.fill(BLOCK, 0, 128);
  memory.fill(FIRST_DIGEST, 0, 64);
}
