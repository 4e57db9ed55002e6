/**
 * Strict binary codec for messages between parties: fixed little-endian integers, length-prefixed byte strings,
 * nothing optional, trailing bytes refused. A reader throws {@link MalformedMessage}; who reads from a party turns
 * that into a typed error with the party's name.
 */

import { VeilshareError } from "../errors.js";
import { copyBytes } from "./encoding.js";

/** Thrown by a reader; carries what was wrong, never the content. */
export class MalformedMessage extends Error {
  override readonly name = "MalformedMessage";
}

const textEncoder = new TextEncoder();
const textDecoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** A DataView would wrap silently. */
function checkUnsigned(value: number, bits: 8 | 16 | 32): void {
  if (!Number.isInteger(value) || value < 0 || value >= 2 ** bits) throw outOfRange(bits);
}

function outOfRange(bits: number): VeilshareError {
  return new VeilshareError("VALUE_OUT_OF_RANGE", `ByteWriter: expected an unsigned integer of ${bits} bits`);
}

/**
 * Builds one message. Integers that do not fit are refused with VALUE_OUT_OF_RANGE.
 */
export class ByteWriter {
  #buffer = new Uint8Array(256);
  #length = 0;

  #reserve(byteLength: number): DataView {
    const needed = this.#length + byteLength;
    if (needed > this.#buffer.length) {
      const larger = new Uint8Array(Math.max(needed, 2 * this.#buffer.length));
      larger.set(this.#buffer.subarray(0, this.#length));
      this.#buffer = larger;
    }
    const view = new DataView(this.#buffer.buffer, this.#length, byteLength);
    this.#length = needed;
    return view;
  }

  u8(value: number): this {
    checkUnsigned(value, 8);
    this.#reserve(1).setUint8(0, value);
    return this;
  }

  u16(value: number): this {
    checkUnsigned(value, 16);
    this.#reserve(2).setUint16(0, value, true);
    return this;
  }

  u32(value: number): this {
    checkUnsigned(value, 32);
    this.#reserve(4).setUint32(0, value, true);
    return this;
  }

  u64(value: bigint): this {
    if (value < 0n || value >= 2n ** 64n) throw outOfRange(64);
    this.#reserve(8).setBigUint64(0, value, true);
    return this;
  }

  /** Bytes whose length the reader knows. */
  fixed(bytes: Uint8Array): this {
    const start = this.#length;
    this.#reserve(bytes.length);
    this.#buffer.set(bytes, start);
    return this;
  }

  /** A 32-bit length, then the bytes. */
  bytes(bytes: Uint8Array): this {
    return this.u32(bytes.length).fixed(bytes);
  }

  /** UTF-8 text with a 32-bit length. */
  text(text: string): this {
    return this.bytes(textEncoder.encode(text));
  }

  finish(): Uint8Array {
    return this.#buffer.slice(0, this.#length);
  }
}

/** Reads one message from start to end. */
export class ByteReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #offset = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  #take(byteLength: number): number {
    const at = this.#offset;
    if (byteLength > this.#bytes.length - at) {
      throw new MalformedMessage(`expected ${byteLength} more bytes, got ${this.#bytes.length - at}`);
    }
    this.#offset = at + byteLength;
    return at;
  }

  get remaining(): number {
    return this.#bytes.length - this.#offset;
  }

  u8(): number {
    return this.#view.getUint8(this.#take(1));
  }

  u16(): number {
    return this.#view.getUint16(this.#take(2), true);
  }

  u32(): number {
    return this.#view.getUint32(this.#take(4), true);
  }

  u64(): bigint {
    return this.#view.getBigUint64(this.#take(8), true);
  }

  /** A copy of the next `byteLength` bytes. */
  fixed(byteLength: number): Uint8Array {
    const at = this.#take(byteLength);
    return copyBytes(this.#bytes.subarray(at, at + byteLength));
  }

  /** A byte string with its 32-bit length; refused above `maxByteLength`. */
  bytes(maxByteLength: number): Uint8Array {
    return copyBytes(this.view(maxByteLength));
  }

  /** As `bytes`, but a view of what is being read: for who copies it anyway, before the memory is used again. */
  view(maxByteLength: number): Uint8Array {
    const byteLength = this.u32();
    if (byteLength > maxByteLength) {
      throw new MalformedMessage(`expected at most ${maxByteLength} bytes, got a length of ${byteLength}`);
    }
    const at = this.#take(byteLength);
    return this.#bytes.subarray(at, at + byteLength);
  }

  /** UTF-8 text of at most `maxByteLength` bytes; ill-formed UTF-8 is refused. */
  text(maxByteLength: number): string {
    const bytes = this.view(maxByteLength);
    try {
      return textDecoder.decode(bytes);
    } catch {
      throw new MalformedMessage("expected UTF-8 text, got ill-formed bytes");
    }
  }

  /** Refuses anything left over. */
  end(): void {
    if (this.remaining !== 0)
      throw new MalformedMessage(`expected the end, got ${this.remaining} more bytes`);
  }
}
