/**
 * Bytes that grow by appending, in segments: memory is never copied to grow, and what is reserved but unused is less
 * than a segment, where one doubling array would need three times the room while it doubles.
 */

/** Small enough that a short list costs little, large enough that ten million items are some hundreds of segments. */
const segmentBits = 20;
const segmentBytes = 2 ** segmentBits;
const offsetMask = segmentBytes - 1;

/** An appendable sequence of bytes, addressed from 0; rows may run across segments. */
export class ByteStore {
  readonly #segments: Uint8Array[] = [];
  #length = 0;

  /** How many bytes it holds. */
  get length(): number {
    return this.#length;
  }

  /** Appends the first `byteLength` bytes of `source`. */
  append(source: Uint8Array, byteLength: number): void {
    for (let done = 0; done < byteLength;) {
      const at = this.#length & offsetMask;
      if (at === 0) this.#segments.push(new Uint8Array(segmentBytes));
      const segment = this.#segments[this.#segments.length - 1] as Uint8Array; // just pushed, or not full
      const part = Math.min(byteLength - done, segmentBytes - at);
      segment.set(source.subarray(done, done + part), at);
      done += part;
      this.#length += part;
    }
  }

  /** Writes the bytes from `start` up to `end` to `target`, from `at` on. */
  copyTo(target: Uint8Array, at: number, start: number, end: number): void {
    for (let from = start; from < end;) {
      const within = from % segmentBytes;
      const part = Math.min(end - from, segmentBytes - within);
      target.set(this.#segmentOf(from).subarray(within, within + part), at + from - start);
      from += part;
    }
  }

  /** True when the bytes from `start` on are the first `byteLength` of `other`. */
  equals(start: number, other: Uint8Array, byteLength: number): boolean {
    let segment = this.#segmentOf(start);
    let within = start % segmentBytes;
    for (let i = 0; i < byteLength; i++) {
      if (within === segmentBytes) {
        segment = this.#segmentOf(start + i);
        within = 0;
      }
      if (segment[within++] !== other[i]) return false;
    }
    return true;
  }

  /** The segment of an address below the length; addresses may exceed 32 bits' sign, hence no shift. */
  #segmentOf(address: number): Uint8Array {
    return this.#segments[Math.floor(address / segmentBytes)] ?? noBytes;
  }
}

/** Where an empty row at the very end of the store would start. */
const noBytes = new Uint8Array(0);
