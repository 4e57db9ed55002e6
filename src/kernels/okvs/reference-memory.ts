/** What the reference's parts share: bits and words in flat memory. */

/** The memory that operations work on, as it is now. */
export type MemoryOf = () => Uint8Array<ArrayBuffer>;

/** Bit `index` of a byte string, the least significant bit of each byte first. */
export function bitAt(bytes: Uint8Array, index: number): number {
  return ((bytes[index >> 3] ?? 0) >> (index & 7)) & 1;
}

/** Sets or clears a bit. */
export function putBit(bytes: Uint8Array, index: number, bit: number): void {
  const at = index >> 3;
  bytes[at] = ((bytes[at] ?? 0) & ~(1 << (index & 7))) | (bit << (index & 7));
}

/** target += added, byte by byte. */
export function addInto(target: Uint8Array, added: Uint8Array): void {
  for (let i = 0; i < added.length; i++) target[i] = (target[i] ?? 0) ^ (added[i] ?? 0);
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
