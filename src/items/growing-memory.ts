/**
 * Memory that grows in place: nothing is copied to grow, what is reserved but unused is not resident, and what is given
 * back is free at once, not when the garbage collector comes by. That is what resizable buffers do (ES2024; Node 20 and
 * the browsers of 2024). Elsewhere, and while it is small, it is ordinary memory that doubles.
 */

/** What ES2024 adds to ArrayBuffer. */
interface ResizableBuffer extends ArrayBuffer {
  resize(byteLength: number): void;
}

type ResizableBufferConstructor = new (
  byteLength: number,
  options: { readonly maxByteLength: number },
) => ResizableBuffer;

/** Only addresses are reserved, but those are not without limit either: short lists do not take part. */
const ordinaryBytes = 2 ** 18;
const firstBytes = 1024;
const stepBytes = 2 ** 20;

/** Most bytes that it can grow to. */
export const maxMemoryBytes: number = 2 ** 32 - 8;

/** Bytes from address 0 on, zero where nothing was written. */
export class GrowingMemory {
  #resizable: ResizableBuffer | undefined;
  #bytes: Uint8Array = new Uint8Array(0);
  #words: Uint32Array = new Uint32Array(0);

  constructor() {
    this.#view(new ArrayBuffer(firstBytes));
  }

  /** The memory as bytes, until it grows: at least as many as were reserved. */
  get bytes(): Uint8Array {
    return this.#bytes;
  }

  /** The same memory as 32-bit words in the host's order. */
  get words(): Uint32Array {
    return this.#words;
  }

  /** Grows to at least so many bytes, up to {@link maxMemoryBytes}; what is in it stays. */
  reserve(byteLength: number): void {
    const before = this.#bytes.length;
    if (byteLength <= before) return;
    if (this.#resizable !== undefined) {
      // In small steps: engines write zeros to all of it, used or not, before they give it back.
      this.#resizable.resize(Math.min(maxMemoryBytes, rounded(Math.max(before + stepBytes, byteLength))));
      this.#view(this.#resizable);
      return;
    }
    const larger = this.#larger(rounded(byteLength), Math.min(maxMemoryBytes, 2 * before));
    new Uint8Array(larger).set(this.#bytes);
    this.#view(larger);
  }

  /** Gives all memory back. */
  release(): void {
    this.#resizable?.resize(0);
    this.#resizable = undefined;
    this.#view(new ArrayBuffer(0));
  }

  #larger(needed: number, doubled: number): ArrayBuffer {
    const ordinary = Math.max(needed, doubled);
    if (ordinary <= ordinaryBytes || !("resize" in ArrayBuffer.prototype)) return new ArrayBuffer(ordinary);
    // Where the method is, the constructor takes the option: both are of one edition of the language.
    const Resizable = ArrayBuffer as unknown as ResizableBufferConstructor;
    try {
      this.#resizable = new Resizable(needed, { maxByteLength: maxMemoryBytes });
      return this.#resizable;
    } catch {
      return new ArrayBuffer(ordinary); // no such stretch of addresses is free
    }
  }

  #view(buffer: ArrayBuffer): void {
    // Views of a fixed length: those that follow the buffer's length are slower to read.
    this.#bytes = new Uint8Array(buffer, 0, buffer.byteLength);
    this.#words = new Uint32Array(buffer, 0, buffer.byteLength / 4);
  }
}

/** Whole pairs of words. */
function rounded(byteLength: number): number {
  return Math.ceil(byteLength / 8) * 8;
}
