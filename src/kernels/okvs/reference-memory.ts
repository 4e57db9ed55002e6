/** What the reference's parts share: bits and words in flat memory. */

/** The memory that operations work on, as it is now. */
export type MemoryOf = () => Uint8Array<ArrayBuffer>;

/** Bit `index` of a byte string, the least significant bit of each byte first. */
export function bitAt(bytes: Uint8Array, index: number): number {
  return ((bytes[index >> 3] ?? 0) >> (index & 7)) & 1;
}

/** target += added; whole words where both begin at one. */
export function addInto(target: Uint8Array, added: Uint8Array): void {
  const whole = (target.byteOffset | added.byteOffset | added.length) & 3 ? 0 : added.length >> 2;
  if (whole > 0) {
    const to = new Uint32Array(target.buffer, target.byteOffset, whole);
    const from = new Uint32Array(added.buffer, added.byteOffset, whole);
    for (let i = 0; i < whole; i++) to[i] = (to[i] as number) ^ (from[i] as number); // i < both lengths
    return;
  }
  for (let i = 0; i < added.length; i++) target[i] = (target[i] ?? 0) ^ (added[i] ?? 0);
}

/** words[to ..] += words[from ..], `count` of them: the same for who adds many short rows. */
export function addWords(words: Uint32Array, to: number, from: number, count: number): void {
  for (let i = 0; i < count; i++) words[to + i] = (words[to + i] as number) ^ (words[from + i] as number);
}

/** All memory as words. */
export function wordsOf(memory: Uint8Array): Uint32Array {
  return new Uint32Array(memory.buffer, memory.byteOffset, memory.byteLength >> 2);
}

/** A word of 32 bits, little-endian. */
export function wordAt(memory: Uint8Array, at: number): number {
  return new DataView(memory.buffer, memory.byteOffset).getUint32(at, true);
}

/** Writes a word of 32 bits, little-endian. */
export function putWord(memory: Uint8Array, at: number, word: number): void {
  new DataView(memory.buffer, memory.byteOffset).setUint32(at, word, true);
}

/** A word of 64 bits, little-endian. */
export function longAt(memory: Uint8Array, at: number): bigint {
  return new DataView(memory.buffer, memory.byteOffset).getBigUint64(at, true);
}
