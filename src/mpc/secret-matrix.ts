/** One party's share of a secret matrix over Z_2^64, and what can be done with it without a message. */

import { printAsRedacted } from "../bytes/redacted.js";
import { invalidArgument } from "../errors.js";
import * as ring from "../ring/vector.js";
import { matrixProduct, transpose } from "../ring/matrix.js";
import { checkSameShape, checkSecretFractionalBits, type SecretShape } from "./secret-shape.js";
import { checkMagnitude, magnitudeOfBound, smallerMagnitude } from "./bounds.js";
import { mapShare, zipShares, type ShareContext, type Share, type Unrounded } from "./share.js";
import { encodeValues, type RealValues } from "./values.js";

export { checkSameShape, checkSecretFractionalBits, type SecretShape } from "./secret-shape.js";

/** Options of {@link SecretMatrix.combinePublicRows}. */
export interface PublicWeightOptions {
  /** Of the weights. Default 0. */
  readonly fractionalBits?: number;
  /** A bound on the result that the caller has proved. */
  readonly provenBound?: number;
}

interface Inside {
  readonly context: ShareContext;
  readonly share: Share;
  readonly unrounded: Unrounded | undefined;
}

let build: (context: ShareContext, shape: SecretShape, share: Share, unrounded?: Unrounded) => SecretMatrix;
let read: (secret: SecretMatrix) => Inside;

/**
 * Makes a secret of a share; for the engine.
 *
 * @param unrounded - Where the value was rounded, either way: from what, so that it can be opened rounded exactly.
 */
export function secretFromShare(
  context: ShareContext,
  shape: SecretShape,
  share: Share,
  unrounded?: Unrounded,
): SecretMatrix {
  return build(context, shape, share, unrounded);
}

/** What a secret's value was rounded from, if it was; for the engine. */
export function unroundedOf(secret: SecretMatrix): Unrounded | undefined {
  return read(secret).unrounded;
}

/**
 * The own share of a secret; for the engine. Not to be changed.
 *
 * @throws VeilshareError INVALID_ARGUMENT when the secret belongs to another engine.
 */
export function shareOf(caller: string, context: ShareContext, secret: SecretMatrix): Share {
  const inside = read(secret);
  if (inside.context !== context) throw invalidArgument(caller, "secrets of this engine", "one of another");
  return inside.share;
}

/** Each element, or what is made of all of them, of another shape or magnitude; for what is linear. */
export function localMap(
  secret: SecretMatrix,
  shape: Partial<SecretShape>,
  map: (part: BigUint64Array) => BigUint64Array,
): SecretMatrix {
  const { context, share } = read(secret);
  const { rows, columns, fractionalBits, magnitude } = secret;
  return build(context, { rows, columns, fractionalBits, magnitude, ...shape }, mapShare(share, map));
}

/** The same secret under a magnitude that an operation has proved. */
export function secretWithMagnitude(secret: SecretMatrix, magnitude: bigint): SecretMatrix {
  const { context, share, unrounded } = read(secret);
  const { rows, columns, fractionalBits } = secret;
  return build(context, { rows, columns, fractionalBits, magnitude }, share, unrounded);
}

/**
 * A secret row-major matrix of real numbers in fixed point; a vector is a matrix of one column. Each party holds one
 * such object for its share; what shares are made of is the affair of the engine's scheme. Immutable.
 *
 * The methods are local: no messages, exact. All computing parties must call the same ones in the same order.
 *
 * **Security.** Additive scheme: any n - 1 of the n shares are uniformly random and independent of the value.
 * Replicated scheme: any one of the three. Prints as redacted.
 */
export class SecretMatrix implements SecretShape {
  static {
    printAsRedacted(this);
    build = (context, shape, share, unrounded) => new SecretMatrix(context, shape, share, unrounded);
    read = (secret) => ({
      context: secret.#context,
      share: secret.#share,
      unrounded: secret.#unrounded,
    });
  }

  readonly rows: number;
  readonly columns: number;
  readonly fractionalBits: number;
  readonly magnitude: bigint;
  readonly #context: ShareContext;
  readonly #share: Share;
  readonly #unrounded: Unrounded | undefined;

  private constructor(
    context: ShareContext,
    shape: SecretShape,
    share: Share,
    unrounded: Unrounded | undefined,
  ) {
    this.rows = shape.rows;
    this.columns = shape.columns;
    this.fractionalBits = shape.fractionalBits;
    this.magnitude = checkMagnitude("SecretMatrix", shape.magnitude);
    this.#context = context;
    this.#share = share;
    this.#unrounded = unrounded;
  }

  /** Number of elements. */
  get length(): number {
    return this.rows * this.columns;
  }

  /** The declared bound: no element is larger in absolute value. Public. */
  get bound(): number {
    return Number(this.magnitude) * 2 ** -this.fractionalBits;
  }

  #with(shape: Partial<SecretShape>, share: Share, unrounded?: Unrounded): SecretMatrix {
    const { rows, columns, fractionalBits, magnitude } = this;
    const whole = { rows, columns, fractionalBits, magnitude, ...shape };
    return new SecretMatrix(this.#context, whole, share, unrounded);
  }

  /** Elements moved, left out or repeated: what they were rounded from goes with them. */
  #moved(shape: Partial<SecretShape>, move: (part: BigUint64Array) => BigUint64Array): SecretMatrix {
    const unrounded = this.#unrounded;
    const from = unrounded && { share: mapShare(unrounded.share, move), shift: unrounded.shift };
    return this.#with(shape, mapShare(this.#share, move), from);
  }

  #checkSame(caller: string, other: SecretMatrix): void {
    if (other.#context !== this.#context)
      throw invalidArgument(caller, "secrets of one engine", "two engines");
    checkSameShape(caller, this, other);
    if (other.fractionalBits !== this.fractionalBits) {
      const expected = `${this.fractionalBits} fractional bits, as the first`;
      throw invalidArgument(caller, expected, `${other.fractionalBits}`);
    }
  }

  /**
   * The sum with a secret of the same shape and fractional bits.
   *
   * @throws VeilshareError INVALID_ARGUMENT when they differ; BOUND_EXCEEDED when the sum may reach 2^62.
   */
  add(other: SecretMatrix): SecretMatrix {
    this.#checkSame("add", other);
    const magnitude = checkMagnitude("add", this.magnitude + other.magnitude);
    return this.#with({ magnitude }, zipShares(this.#share, other.#share, ring.add));
  }

  /**
   * The difference with a secret of the same shape and fractional bits.
   *
   * @throws VeilshareError as {@link SecretMatrix.add}.
   */
  subtract(other: SecretMatrix): SecretMatrix {
    this.#checkSame("subtract", other);
    const magnitude = checkMagnitude("subtract", this.magnitude + other.magnitude);
    return this.#with({ magnitude }, zipShares(this.#share, other.#share, ring.subtract));
  }

  /** The negative. */
  negate(): SecretMatrix {
    return this.#with({}, mapShare(this.#share, ring.negate));
  }

  /**
   * The sum with public values, one for each element, which all parties must know alike.
   *
   * @throws VeilshareError INVALID_ARGUMENT for another number of values; VALUE_OUT_OF_RANGE for one that does not fit;
   *   BOUND_EXCEEDED when the sum may reach 2^62.
   */
  addPublic(values: RealValues): SecretMatrix {
    const words = encodeValues("addPublic", values, this.length, this.fractionalBits);
    let largest = 0n;
    for (const word of new BigInt64Array(words.buffer)) {
      const absolute = word < 0n ? -word : word;
      if (absolute > largest) largest = absolute;
    }
    const magnitude = checkMagnitude("addPublic", this.magnitude + largest);
    const { constantAt } = this.#context;
    const share = this.#share.map((part, i) => (i === constantAt ? ring.add(part, words) : part));
    return this.#with({ magnitude }, share);
  }

  /**
   * The product with one public integer; exact. Reals are `Engine.combine`'s.
   *
   * @throws VeilshareError INVALID_ARGUMENT for a number that is no safe integer; BOUND_EXCEEDED.
   */
  scale(factor: number): SecretMatrix {
    if (!Number.isSafeInteger(factor)) throw invalidArgument("scale", "a safe integer", String(factor));
    const magnitude = checkMagnitude("scale", this.magnitude * BigInt(Math.abs(factor)));
    const share = mapShare(this.#share, (part) => ring.scale(part, BigInt(factor)));
    return this.#with({ magnitude }, share);
  }

  /**
   * The product with 2^exponent; exact and free, as only the number of fractional bits changes.
   *
   * @throws VeilshareError INVALID_ARGUMENT when that leaves 0 to 62.
   */
  timesPowerOfTwo(exponent: number): SecretMatrix {
    const fractionalBits = this.fractionalBits - exponent;
    checkSecretFractionalBits("timesPowerOfTwo", fractionalBits);
    return this.#with({ fractionalBits }, this.#share, this.#unrounded);
  }

  /** The transposed matrix. */
  transpose(): SecretMatrix {
    const { rows, columns } = this;
    return this.#moved({ rows: columns, columns: rows }, (part) => transpose(part, rows, columns));
  }

  /**
   * Rows `from` up to, not including, `to`.
   *
   * @throws VeilshareError INVALID_ARGUMENT unless 0 <= from < to <= rows.
   */
  rowRange(from: number, to: number): SecretMatrix {
    if (!Number.isInteger(from) || !Number.isInteger(to) || from < 0 || to <= from || to > this.rows) {
      throw invalidArgument("rowRange", `0 <= from < to <= ${this.rows}`, `${from} to ${to}`);
    }
    return this.#moved({ rows: to - from }, (part) => part.subarray(from * this.columns, to * this.columns));
  }

  /**
   * The elements in another arrangement, row by row.
   *
   * @throws VeilshareError INVALID_ARGUMENT unless as many elements.
   */
  reshape(rows: number, columns: number): SecretMatrix {
    if (!Number.isInteger(rows) || rows < 1 || rows * columns !== this.length) {
      throw invalidArgument("reshape", `${this.length} elements`, `${rows} x ${columns}`);
    }
    return this.#with({ rows, columns }, this.#share, this.#unrounded);
  }

  /**
   * Rows picked by public positions, in their order; a row may be picked more than once.
   *
   * @throws VeilshareError INVALID_ARGUMENT for no position, or one that is no row.
   */
  pickRows(positions: ArrayLike<number>): SecretMatrix {
    const { rows, columns } = this;
    for (let i = 0; i < positions.length; i++) {
      const at = positions[i] as number; // i < length
      if (!Number.isInteger(at) || at < 0 || at >= rows) {
        throw invalidArgument("pickRows", `positions below ${rows}`, String(at));
      }
    }
    if (positions.length === 0) throw invalidArgument("pickRows", "at least one position", "none");
    return this.#moved({ rows: positions.length }, (part) => {
      const picked = new BigUint64Array(positions.length * columns);
      for (let i = 0; i < positions.length; i++) {
        const from = (positions[i] as number) * columns; // i < positions.length
        for (let j = 0; j < columns; j++) picked[i * columns + j] = part[from + j] as bigint; // rows checked
      }
      return picked;
    });
  }

  /** The sum of each column, 1 x columns. */
  columnSums(): SecretMatrix {
    const magnitude = checkMagnitude("columnSums", this.magnitude * BigInt(this.rows));
    return this.#with({ rows: 1, magnitude }, this.#combineRows(new BigUint64Array(this.rows).fill(1n)));
  }

  /** One row: the sum of all rows, each times its factor. */
  #combineRows(factors: BigUint64Array): Share {
    const size = { rows: 1, inner: this.rows, columns: this.columns };
    return mapShare(this.#share, (part) => matrixProduct(factors, part, size));
  }

  /**
   * The sum of all rows, each times a public number; 1 x columns, with the sum of both numbers of fractional bits.
   *
   * @param weights - One for each row, rounded to the fractional bits. All parties must round the same numbers: not
   *   ones that functions such as `Math.exp` give, which differ between platforms.
   * @throws VeilshareError INVALID_ARGUMENT for another number of weights; BOUND_EXCEEDED.
   */
  combinePublicRows(weights: readonly number[], options: PublicWeightOptions = {}): SecretMatrix {
    const { fractionalBits = 0, provenBound } = options;
    const factors = encodeValues("combinePublicRows", weights, this.rows, fractionalBits);
    let magnitude = 0n;
    for (const factor of new BigInt64Array(factors.buffer)) {
      magnitude += this.magnitude * (factor < 0n ? -factor : factor);
    }
    const bits = this.fractionalBits + fractionalBits;
    checkSecretFractionalBits("combinePublicRows", bits);
    if (provenBound !== undefined) {
      magnitude = smallerMagnitude(magnitude, magnitudeOfBound("combinePublicRows", provenBound, bits));
    }
    checkMagnitude("combinePublicRows", magnitude);
    return this.#with({ rows: 1, fractionalBits: bits, magnitude }, this.#combineRows(factors));
  }

  /** Each column `count` times, side by side; of one column, that column for all. */
  repeatColumns(count: number): SecretMatrix {
    return SecretMatrix.concatColumns(Array.from({ length: count }, () => this));
  }

  /** The sum of all elements, 1 x 1. */
  sum(): SecretMatrix {
    const magnitude = checkMagnitude("sum", this.magnitude * BigInt(this.length));
    const total = mapShare(this.#share, (part) => BigUint64Array.of(ring.sum(part)));
    return this.#with({ rows: 1, columns: 1, magnitude }, total);
  }

  /**
   * The same secret under a tighter bound that the caller has *proved*, from what is known of the data. Nothing can
   * check it: a wrong proof can give wrong results, which only `Engine.reveal` may notice.
   *
   * @throws VeilshareError INVALID_ARGUMENT for a bound that is not finite or negative.
   */
  assumeBound(bound: number): SecretMatrix {
    const magnitude = magnitudeOfBound("assumeBound", bound, this.fractionalBits);
    const tighter = magnitude < this.magnitude ? magnitude : this.magnitude;
    return this.#with({ magnitude: tighter }, this.#share, this.#unrounded);
  }

  /**
   * Matrices side by side.
   *
   * @param parts - At least one, of one engine, with as many rows and fractional bits each.
   * @throws VeilshareError INVALID_ARGUMENT when they differ.
   */
  static concatColumns(parts: readonly SecretMatrix[]): SecretMatrix {
    const [head] = parts;
    if (head === undefined) throw invalidArgument("concatColumns", "at least one matrix", "none");
    let columns = 0;
    let magnitude = 0n;
    for (const part of parts) {
      const fits = part.rows === head.rows && part.fractionalBits === head.fractionalBits;
      if (!fits || part.#context !== head.#context) {
        throw invalidArgument("concatColumns", "equal rows, fractional bits and engine", "others");
      }
      columns += part.columns;
      if (part.magnitude > magnitude) magnitude = part.magnitude;
    }
    return head.#joined({ columns, magnitude }, parts, (shares) => {
      const joined = new BigUint64Array(head.rows * columns);
      for (let row = 0; row < head.rows; row++) {
        let at = row * columns;
        for (const [i, words] of shares.entries()) {
          const width = parts[i]?.columns ?? 0; // as many shares as parts
          joined.set(words.subarray(row * width, (row + 1) * width), at);
          at += width;
        }
      }
      return joined;
    });
  }

  /**
   * Matrices one below the other.
   *
   * @param parts - At least one, of one engine, with as many columns and fractional bits each.
   * @throws VeilshareError INVALID_ARGUMENT when they differ.
   */
  static concatRows(parts: readonly SecretMatrix[]): SecretMatrix {
    const [head] = parts;
    if (head === undefined) throw invalidArgument("concatRows", "at least one matrix", "none");
    let rows = 0;
    let magnitude = 0n;
    for (const part of parts) {
      const fits = part.columns === head.columns && part.fractionalBits === head.fractionalBits;
      if (!fits || part.#context !== head.#context) {
        throw invalidArgument("concatRows", "equal columns, fractional bits and engine", "others");
      }
      rows += part.rows;
      if (part.magnitude > magnitude) magnitude = part.magnitude;
    }
    return head.#joined({ rows, magnitude }, parts, (shares) => {
      const joined = new BigUint64Array(rows * head.columns);
      let at = 0;
      for (const words of shares) {
        joined.set(words, at);
        at += words.length;
      }
      return joined;
    });
  }

  /** Several in one; if any was rounded, what all of them were rounded from, aligned to the longest shift. */
  #joined(
    shape: Partial<SecretShape>,
    parts: readonly SecretMatrix[],
    join: (words: readonly BigUint64Array[]) => BigUint64Array,
  ): SecretMatrix {
    const each = (shares: readonly Share[]): Share =>
      this.#share.map((_, component) => join(shares.map((share) => share[component] as BigUint64Array))); // of one engine
    const share = each(parts.map((part) => part.#share));
    const shift = Math.max(...parts.map((part) => part.#unrounded?.shift ?? 0));
    if (shift === 0) return this.#with(shape, share);
    const from = each(parts.map((part) => part.#unroundedAt(shift)));
    return this.#with(shape, share, { share: from, shift });
  }

  #unroundedAt(shift: number): Share {
    const { share, shift: own } = this.#unrounded ?? { share: this.#share, shift: 0 };
    return own === shift ? share : mapShare(share, (part) => ring.scale(part, 1n << BigInt(shift - own)));
  }
}
