/** One party's share of secret bits, and what can be done with them without a message. */

import { printAsRedacted } from "../bytes/redacted.js";
import { invalidArgument } from "../errors.js";
import {
  elementsOfRows,
  pickElements as pickWords,
  rowsOfElements,
  wordsForElement,
} from "./bit-elements.js";
import { notWords, pickBits, placeBits, wordsForBits, xorWords } from "./packed-bits.js";
import { mapShare, zipShares, type ShareContext, type Share } from "./share.js";

/** Shape of secret bits: a matrix whose every element has `width` bits. */
export interface BitsShape {
  readonly rows: number;
  readonly columns: number;
  /** Bit positions of each element. */
  readonly width: number;
}

/** From so many bits an element, whole elements are picked faster than single bits. */
const fewBits = 8;

let build: (context: ShareContext, shape: BitsShape, share: Share) => SecretBits;
let read: (secret: SecretBits) => { readonly context: ShareContext; readonly share: Share };

/** Makes secret bits of a share; for the engine. */
export function bitsFromShare(context: ShareContext, shape: BitsShape, share: Share): SecretBits {
  return build(context, shape, share);
}

/**
 * The own share of secret bits: bit-sliced rows, lowest position first. For the engine. Not to be changed.
 *
 * @throws VeilshareError INVALID_ARGUMENT when the secret belongs to another engine.
 */
export function shareOfBits(caller: string, context: ShareContext, secret: SecretBits): Share {
  const inside = read(secret);
  if (inside.context !== context) throw invalidArgument(caller, "secrets of this engine", "one of another");
  return inside.share;
}

/**
 * A secret matrix of short bit strings, shared by XOR and held bit-sliced, 64 elements a word. Immutable.
 *
 * The methods are local: no messages. All computing parties must call the same ones in the same order.
 *
 * **Security.** As `SecretMatrix`. Prints as redacted.
 */
export class SecretBits implements BitsShape {
  static {
    printAsRedacted(this);
    build = (context, shape, share) => new SecretBits(context, shape, share);
    read = (secret) => ({ context: secret.#context, share: secret.#share });
  }

  readonly rows: number;
  readonly columns: number;
  readonly width: number;
  readonly #context: ShareContext;
  readonly #share: Share;

  private constructor(context: ShareContext, shape: BitsShape, share: Share) {
    this.rows = shape.rows;
    this.columns = shape.columns;
    this.width = shape.width;
    this.#context = context;
    this.#share = share;
  }

  /** Number of elements. */
  get length(): number {
    return this.rows * this.columns;
  }

  #with(width: number, share: Share): SecretBits {
    return new SecretBits(this.#context, { rows: this.rows, columns: this.columns, width }, share);
  }

  #checkSame(caller: string, other: SecretBits): void {
    if (other.#context !== this.#context)
      throw invalidArgument(caller, "secrets of one engine", "two engines");
    checkSameBits(caller, this, other);
  }

  /**
   * Exclusive or with bits of the same shape.
   *
   * @throws VeilshareError INVALID_ARGUMENT when shape or engine differ.
   */
  xor(other: SecretBits): SecretBits {
    this.#checkSame("xor", other);
    return this.#with(this.width, zipShares(this.#share, other.#share, xorWords));
  }

  /**
   * Exclusive or with bits that all parties know alike, one number an element: bit i of it at bit position i.
   *
   * @throws VeilshareError INVALID_ARGUMENT for another number of elements, or one that is not a whole number below 2^53.
   */
  xorPublic(numbers: ArrayLike<number>): SecretBits {
    if (numbers.length !== this.length) {
      throw invalidArgument("xorPublic", `${this.length} numbers`, `${numbers.length}`);
    }
    const words = wordsForElement(this.width);
    const elements = new BigUint64Array(this.length * words);
    for (let i = 0; i < numbers.length; i++) {
      const number = numbers[i] as number; // i < length
      if (!Number.isSafeInteger(number) || number < 0) {
        throw invalidArgument("xorPublic", "whole numbers below 2^53", String(number));
      }
      elements[i * words] = BigInt(number);
    }
    const rows = rowsOfElements(elements, { rows: this.width, bits: this.length });
    const { constantAt } = this.#context;
    const share = this.#share.map((part, i) => (i === constantAt ? xorWords(part, rows) : part));
    return this.#with(this.width, share);
  }

  /** Every bit turned. */
  not(): SecretBits {
    const { constantAt } = this.#context;
    return this.#with(
      this.width,
      this.#share.map((part, i) => (i === constantAt ? notWords(part) : part)),
    );
  }

  /**
   * Bit positions `from` up to, not including, `to`, of every element.
   *
   * @throws VeilshareError INVALID_ARGUMENT unless 0 <= from < to <= width.
   */
  positions(from: number, to: number): SecretBits {
    if (!Number.isInteger(from) || !Number.isInteger(to) || from < 0 || to <= from || to > this.width) {
      throw invalidArgument("positions", `0 <= from < to <= ${this.width}`, `${from} to ${to}`);
    }
    const rowWords = wordsForBits(this.length);
    return this.#with(
      to - from,
      mapShare(this.#share, (part) => part.subarray(from * rowWords, to * rowWords)),
    );
  }

  /**
   * Bit positions picked, in the given order.
   *
   * @throws VeilshareError INVALID_ARGUMENT for no position or one out of range.
   */
  pick(positions: readonly number[]): SecretBits {
    return SecretBits.stack(positions.map((at) => this.positions(at, at + 1)));
  }

  /**
   * The bit positions of several, one above the other: the first holds the lowest.
   *
   * @param parts - At least one, of one engine, of the same rows and columns.
   * @throws VeilshareError INVALID_ARGUMENT when they differ.
   */
  static stack(parts: readonly SecretBits[]): SecretBits {
    const [head] = parts;
    if (head === undefined) throw invalidArgument("stack", "at least one", "none");
    let width = 0;
    for (const part of parts) {
      const fits =
        part.rows === head.rows && part.columns === head.columns && part.#context === head.#context;
      if (!fits) throw invalidArgument("stack", "equal rows, columns and engine", "others");
      width += part.width;
    }
    const share = head.#share.map((_, component) => {
      const stacked = new BigUint64Array(width * wordsForBits(head.length));
      let at = 0;
      for (const part of parts) {
        const words = part.#share[component] as BigUint64Array; // all shares of one engine have as many components
        stacked.set(words, at);
        at += words.length;
      }
      return stacked;
    });
    return head.#with(width, share);
  }

  /**
   * Elements picked by public positions, as one column.
   *
   * @throws VeilshareError INVALID_ARGUMENT for no position, or one that is no element.
   */
  pickElements(positions: ArrayLike<number>): SecretBits {
    for (let i = 0; i < positions.length; i++) {
      const at = positions[i] as number; // i < length
      if (!Number.isInteger(at) || at < 0 || at >= this.length) {
        throw invalidArgument("pickElements", `positions below ${this.length}`, String(at));
      }
    }
    if (positions.length === 0) throw invalidArgument("pickElements", "at least one position", "none");
    const { width, length } = this;
    const share = mapShare(this.#share, (part) => {
      if (width < fewBits) return pickBits(part, { rows: width, bits: length }, positions);
      const elements = elementsOfRows(part, { rows: width, bits: length });
      const picked = pickWords(elements, wordsForElement(width), positions);
      return rowsOfElements(picked, { rows: width, bits: positions.length });
    });
    return new SecretBits(this.#context, { rows: positions.length, columns: 1, width }, share);
  }

  /**
   * The elements of several, one after the other, as one column.
   *
   * @param parts - At least one, of one engine and width.
   * @throws VeilshareError INVALID_ARGUMENT when they differ.
   */
  static concatElements(parts: readonly SecretBits[]): SecretBits {
    const [head] = parts;
    if (head === undefined) throw invalidArgument("concatElements", "at least one", "none");
    let rows = 0;
    for (const part of parts) {
      const fits = part.width === head.width && part.#context === head.#context;
      if (!fits) throw invalidArgument("concatElements", "equal widths and engine", "others");
      rows += part.length;
    }
    const { width } = head;
    const share = head.#share.map((_, component) => {
      const joined = new BigUint64Array(width * wordsForBits(rows));
      let at = 0;
      for (const part of parts) {
        const words = part.#share[component] as BigUint64Array; // all shares of one engine have as many components
        placeBits(joined, rows, at, words, { rows: width, bits: part.length });
        at += part.length;
      }
      return joined;
    });
    return new SecretBits(head.#context, { rows, columns: 1, width }, share);
  }

  /**
   * The same bits as a matrix of other rows and columns.
   *
   * @throws VeilshareError INVALID_ARGUMENT unless as many elements.
   */
  reshape(rows: number, columns: number): SecretBits {
    if (!Number.isInteger(rows) || rows < 1 || rows * columns !== this.length) {
      throw invalidArgument("reshape", `${this.length} elements`, `${rows} x ${columns}`);
    }
    return new SecretBits(this.#context, { rows, columns, width: this.width }, this.#share);
  }
}

/**
 * Refuses two shapes that differ.
 *
 * @throws VeilshareError INVALID_ARGUMENT
 */
export function checkSameBits(caller: string, a: BitsShape, b: BitsShape): void {
  if (a.rows === b.rows && a.columns === b.columns && a.width === b.width) return;
  const text = (s: BitsShape): string => `${s.rows} x ${s.columns} of ${s.width} bits`;
  throw invalidArgument(caller, text(a), text(b));
}
